// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WorkerEnd: what ends a worker, and in which order, without I/O.
//
// A state machine: what happens to the worker goes in, what is to be done comes
// out by polling, as with the connections. It has no descriptor, clock, timer
// or callback; time is an argument. One thread at a time. Allocates only texts
// of errors. Cannot fail: each input is legal in each state.
//
//   const pid_t pid = fork();
//   if (pid == 0) pause();
//   forkrpc::WorkerEnd end(forkrpc::WorkerEnd::Process::kOurs,
//                          absl::Seconds(5));
//   end.Terminate(absl::Seconds(1), forkrpc::MonotonicNow());
//   while (std::optional<forkrpc::WorkerEnd::Action> action = end.Poll()) {
//     if (*action == forkrpc::WorkerEnd::Action::kSendSigterm) {
//       kill(pid, SIGTERM);
//     }
//   }  // and at end.Next() end.OnTime(now)

#ifndef FORKRPC_CLIENT_WORKER_END_H_
#define FORKRPC_CLIENT_WORKER_END_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/process/exit_status.h"

namespace forkrpc {

// Invariants:
//  1. An action is polled at most once, but for kReadOn, which follows each end
//     of a pause; and in the order of their names.
//  2. kCloseWire comes when the stream is over, whoever has ended it; kDestroy
//     comes last, when the process is gone too.
//  3. cause_ is OK until something other than a clean end is decided, and does
//     not change afterwards: the first cause says the most.
//  4. due_ never gets later while the state is the same: the earliest grace
//     counts.
class WorkerEnd {
 public:
  enum class State {
    kServing,  // the stream is read; a process lives, if there is one
    kPaused,   // the same, but the user has paused reading
    kReading,  // the process is gone; what it has written is being read
    kUnread,   // the process is gone; a pause keeps what it has written unread
    kLingering,  // the stream is over; the process lives
    kKilled,     // the stream is over; SIGKILL was sent; the process lives
    kStuck,      // the process survives SIGKILL; its calls have been ended
    kGone,       // stream and process are over
  };

  enum class Action {
    kSendSigterm,
    kSendSigkill,
    kBreak,        // fail the connection with cause()
    kReadOn,       // read what the process has left, then say OnStreamOver
    kCloseWire,    // nothing more will be read or written
    kEndCalls,     // the calls that are open are lost: end them with Verdict()
    kReportError,  // the worker has failed: tell the user Verdict()
    kTellDrained,  // whoever drains gets Verdict()
    kDestroy,      // all is over
  };

  enum class Process {
    kOurs,  // to be signalled and waited for
    kNone,  // the stream comes from elsewhere, and is all that there is
  };

  // How long after SIGKILL a process is waited for before its calls are ended
  // without knowing how it ended. Only a process that a tracer or the kernel
  // holds back (a hanging file system) needs more than milliseconds.
  static constexpr absl::Duration kKillGrace = absl::Seconds(2);

  // `exit_grace` is how long a process may take to end once its stream is over.
  WorkerEnd(Process process, absl::Duration exit_grace);

  // What has happened. Each makes actions due.

  // Nothing more will be read: `how` is OK at the end of a drain.
  void OnStreamOver(absl::Status how, MonotonicTime now);
  // The process has ended, and was reaped.
  void OnProcessGone(const ExitStatus& exit);
  // Next() has come.
  void OnTime(MonotonicTime now);

  // What the user wants.

  // Whether reading is to stop. A handle that is destroyed ends a pause, since
  // nobody is left who would. Without effect once the stream is over.
  void SetPaused(bool paused);
  // The worker is to end by itself, and is killed if it has not after `grace`.
  void Drain(absl::Duration grace, MonotonicTime now);
  // The worker is to end now: SIGTERM, and after `grace` SIGKILL. May come
  // again with a shorter grace: the earlier time counts.
  void Terminate(absl::Duration grace, MonotonicTime now);

  // The next thing to do; nullopt if there is nothing.
  std::optional<Action> Poll();
  bool has_actions() const { return pending_ != 0; }
  // What Poll() would give.
  std::optional<Action> next() const {
    if (pending_ == 0) return std::nullopt;
    return static_cast<Action>(__builtin_ctz(pending_));
  }
  // The next signal to send; 0 if there is none. Like Poll(), but for signals
  // only: sending one calls nobody, so that it need not wait for the loop.
  int PollSignal();

  // When OnTime() is due; InfiniteFuture if never.
  MonotonicTime Next() const { return due_; }

  State state() const { return state_; }
  // Whether calls can still be made.
  bool stream_is_open() const { return state_ <= State::kUnread; }
  // Whether what was received is given to the user now. What was received when
  // the stream ended is still given, paused or not.
  bool delivers() const {
    return state_ != State::kPaused && state_ != State::kUnread;
  }
  bool process_is_gone() const { return exit_.has_value(); }
  const std::optional<ExitStatus>& exit_status() const { return exit_; }
  // Whether calls that are still open have lost their worker for good, and are
  // to be ended. Until then they may still end at deadlines and by cancels.
  bool calls_are_lost() const { return state_ >= State::kStuck; }

  // Why the worker ends otherwise than by draining; OK if it does not.
  const absl::Status& cause() const { return cause_; }

  // How it all ended, for kEndCalls and later. `process` says how the process
  // ended, see WorkerProcess::DescribeEnd; empty if there is none. A process of
  // which nobody knows how it ended has not failed by that.
  absl::Status Verdict(absl::string_view process) const;

  // The status of a call that ended by itself, at its deadline or by a cancel,
  // with `how`: names what has ended the stream, if that is over.
  absl::Status CallStatus(absl::Status how) const;

 private:
  static unsigned Bit(Action action) {
    return 1u << static_cast<unsigned>(action);
  }
  bool Has(Action action) const { return (pending_ & Bit(action)) != 0; }
  void Add(Action action) { pending_ |= Bit(action); }
  void Remove(Action action) { pending_ &= ~Bit(action); }

  // The stream is given up, because of cause_.
  void Break();
  // If nothing has ended the worker by `when`, it ends then, because of `why`.
  void KillBy(MonotonicTime when, absl::Status why);
  // Stream and process are over.
  void Finish();
  // What the user hears of it becomes due.
  void Tell();

  const Process process_;
  const absl::Duration exit_grace_;
  State state_ = State::kServing;
  unsigned pending_ = 0;  // Bit() of each action that is due
  absl::Status cause_;
  MonotonicTime due_ = MonotonicTime::InfiniteFuture();
  absl::Status why_then_;  // the cause, if there is none by due_
  std::optional<ExitStatus> exit_;
  bool was_terminated_ = false;  // the user has asked for it
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_WORKER_END_H_
