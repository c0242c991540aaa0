// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ProcessWatch: what to wait for until a child process has ended.
//
// A machine without I/O: what a look at the child has found goes in, with the
// time; out comes whether to wait for its pidfd or for a point in time. A pidfd
// tells at once. Where there is none, and where it tells that the child is dead
// while somebody else (a tracer) still holds its status, the child is looked at
// again and again: after kFirstLook, then twice as late each time, but never
// more than kLastLook apart. So nothing spins, and no end is seen late. One
// thread at a time; no allocation; cannot fail.
//
//   #include "forkrpc/process/reaper.h"
//
//   const pid_t pid = fork();
//   if (pid == 0) _exit(0);
//   forkrpc::Reaper reaper(pid);
//   forkrpc::ProcessWatch watch(reaper.pidfd() >= 0,
//                               forkrpc::MonotonicNow());
//   while (!watch.ended()) {
//     // ... wait until the pidfd is readable if watch.waits_for_pidfd(), and
//     // at the latest until watch.next_look() ...
//     watch.OnLook(reaper.Look(), forkrpc::MonotonicNow());
//   }

#ifndef FORKRPC_PROCESS_PROCESS_WATCH_H_
#define FORKRPC_PROCESS_PROCESS_WATCH_H_

#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"

namespace forkrpc {

// Invariants: (1) while the child has not ended, exactly one of
// waits_for_pidfd() and next_look() < InfiniteFuture() holds; (2) next_look()
// is at most kLastLook after the last look that was due; (3) an ended watch
// stays so and waits for nothing.
class ProcessWatch {
 public:
  static constexpr absl::Duration kFirstLook = absl::Milliseconds(1);
  static constexpr absl::Duration kLastLook = absl::Milliseconds(50);

  // What a look at the child has found.
  enum class Found {
    kRunning,
    kHeld,   // it is dead, its pidfd says so, but its status is not to be had
    kEnded,  // and its status, or that nobody can know it, is known
  };

  ProcessWatch(bool has_pidfd, MonotonicTime now)
      : state_(has_pidfd ? State::kTold : State::kPolled),
        next_look_(now + kFirstLook) {}

  bool ended() const { return state_ == State::kEnded; }
  // Whether to wait until the child's pidfd is readable, and then to look.
  bool waits_for_pidfd() const { return state_ == State::kTold; }
  // When to look whatever the pidfd says.
  MonotonicTime next_look() const {
    return state_ == State::kPolled ? next_look_
                                    : MonotonicTime::InfiniteFuture();
  }

  // The child was looked at, because one of the two said so or for any other
  // reason: to look early does not put off the next look.
  void OnLook(Found found, MonotonicTime now);

  // Something was done that should end the child: looks are frequent again.
  void OnEndExpected(MonotonicTime now);

 private:
  enum class State { kTold, kPolled, kEnded };

  State state_;
  absl::Duration interval_ = kFirstLook;
  MonotonicTime next_look_;  // of kPolled
};

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_PROCESS_WATCH_H_
