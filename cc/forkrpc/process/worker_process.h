// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WorkerProcess: a child process with the wire on its descriptors 0 and 1.
//
// Started with posix_spawn, never a bare fork. The child gets descriptors 0, 1,
// 2 and those asked for, no others; an empty signal mask; and default actions
// for all signals but SIGHUP, SIGINT and SIGQUIT (nohup and shells ignore those
// on purpose). No signal disposition of this program is touched and no thread
// is made. One thread at a time.
//
//   forkrpc::SpawnOptions options;
//   options.argv = {"cat"};
//   auto worker = forkrpc::WorkerProcess::Spawn(options);
//   if (!worker.ok()) return worker.status();
//   (*worker)->transport()->ShutdownWrite().IgnoreError();
//   auto status = (*worker)->Wait(forkrpc::MonotonicNow() + absl::Seconds(5));

#ifndef FORKRPC_PROCESS_WORKER_PROCESS_H_
#define FORKRPC_PROCESS_WORKER_PROCESS_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/process/process_watch.h"
#include "forkrpc/process/reaper.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/worker_stderr.h"
#include "forkrpc/transport/transport.h"
#include "forkrpc/transport/wire_terms.h"

namespace forkrpc {

// How long the destructor lets a worker end by itself once its wire is closed.
inline constexpr absl::Duration kDestructorGrace = absl::Seconds(1);
// How long the kernel may take to end a worker that was sent SIGKILL. One that
// hangs in the kernel (a dead network file system), or that a tracer holds, may
// take for ever; nobody waits longer for it.
inline constexpr absl::Duration kKillGrace = absl::Seconds(1);
// How long the last words of a worker that has ended wait for our own standard
// error to take them.
inline constexpr absl::Duration kStderrLinger = absl::Seconds(1);

// Invariants: (1) the process is reaped by the time the object is gone, so that
// it leaves no zombie, unless kKillGrace has passed: then it is nobody's, and a
// zombie from its end to that of this program; (2) transport() is not null
// before CloseWire() and null after it; (3) no signal is sent once
// exit_status() has a value.
class WorkerProcess {
 public:
  // Starts a worker. Errors name the program and what the system said:
  // NotFound (program or directory missing), PermissionDenied (not executable),
  // ResourceExhausted (descriptors, processes, memory, argument list),
  // FailedPrecondition (options that make no sense). On error nothing is left
  // behind: no process and no descriptor.
  //
  // `terms` are told to the worker in its environment: see WireTerms. Where the
  // options name those variables too, the options' word is kept.
  //
  // Reads the environment: no other thread may change it meanwhile.
  // `pidfd` is for tests.
  static absl::StatusOr<std::unique_ptr<WorkerProcess>> Spawn(
      const SpawnOptions& options, const WireTerms& terms = {},
      Reaper::Pidfd pidfd = Reaper::Pidfd::kIfAvailable);

  // Closes the wire, gives the worker kDestructorGrace to end, then sends
  // SIGKILL and reaps it, if it ends within kKillGrace. Writes what waits for
  // our standard error, but not beyond StderrLingersUntil(), and gives
  // SpawnOptions::on_stderr what is left, an unfinished line too; what that
  // throws is dropped here. Returns at once if the worker was reaped before and
  // nothing waits.
  ~WorkerProcess();

  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  pid_t pid() const { return reaper_.pid(); }
  const std::string& name() const { return name_; }

  // This side of the wire; it lives as long as this object, or to CloseWire().
  Transport* transport() { return transport_.get(); }
  // A running worker sees the end of a socket whoever else has a copy of ours;
  // that of a pipe only when the last copy is closed.
  void CloseWire();

  // Standard error. Readable when it has something to drain; -1 when it is not
  // captured and after its end.
  int stderr_fd() const { return stderr_.fd(); }
  // Reads what is there and hands it to our own standard error or to
  // SpawnOptions::on_stderr, without waiting for the worker or for whoever
  // reads ours. That callback must not destroy this object; what it throws
  // leaves this function, and then NextStderrFlush() says that more is due.
  void DrainStderr() { stderr_.Drain(); }
  // The last StderrCapture::kTailOctets as written: not fit for a terminal.
  absl::string_view stderr_tail() const { return stderr_.tail(); }

  // When to call FlushStderr(); ask after each of these functions, also when it
  // has thrown. InfiniteFuture() if nothing waits.
  MonotonicTime NextStderrFlush() const { return stderr_.NextFlush(); }
  // Writes what our own standard error takes of what waits for it, gives lines
  // that are due. Never waits.
  void FlushStderr() { stderr_.Flush(); }
  // Waits until nothing waits for our own standard error, for `deadline` at
  // most; for who may block.
  void FlushStderrUntil(MonotonicTime deadline) {
    stderr_.FlushUntil(deadline);
  }
  // Octets that wait for our own standard error, and those that were dropped
  // because it did not take them: see StderrTee.
  size_t stderr_backlog() const { return stderr_.backlog(); }
  uint64_t stderr_dropped() const { return stderr_.dropped(); }
  // How long what waits may linger: kStderrLinger after a look has found that
  // the worker has ended, InfiniteFuture() before. Who may not block destroys
  // this object when nothing waits any more, or then.
  MonotonicTime StderrLingersUntil() const { return linger_until_; }

  // Whether the worker has ended is known by looking: wait until pidfd() is
  // readable or NextLook() has come, then Look(), and ask both again. A look
  // never waits, may be made at any time, and reaps the worker if it has ended.
  const std::optional<ExitStatus>& Look();
  // Readable when the worker has ended; -1 when there is nothing to wait for at
  // a pidfd: the kernel has none, the worker is reaped, or it is dead but held
  // by a tracer. As stderr_fd() it stays open to destruction, so that an event
  // loop may watch it.
  int pidfd() const { return watch_.waits_for_pidfd() ? reaper_.pidfd() : -1; }
  // InfiniteFuture() while pidfd() tells, and once the worker is reaped.
  MonotonicTime NextLook() const { return watch_.next_look(); }

  // Waits for the worker to end and reaps it, draining standard error
  // meanwhile, and then, to `deadline` and StderrLingersUntil(), for our own
  // standard error to take the rest. DeadlineExceeded if it still runs at
  // `deadline` (a past one only looks); the worker is not told anything. May be
  // called again.
  absl::StatusOr<ExitStatus> Wait(MonotonicTime deadline);

  // How it ended, once Look, Wait, Terminate or DescribeEnd has found out.
  const std::optional<ExitStatus>& exit_status() const {
    return reaper_.exit_status();
  }

  // Sends `signal`. FailedPrecondition if the worker has ended.
  //
  // A worker with Binding::kPipes that is sent SIGTERM or SIGKILL behind the
  // half-close may have had no chance to end by itself: a fork() copy of this
  // program held the writing end of its input. DescribeEnd() says so.
  absl::Status Kill(int signal);

  // Sends SIGTERM; SIGKILL if the worker still runs after `grace`; reaps it.
  // Says how it ended. DeadlineExceeded if it still has not kKillGrace after
  // the SIGKILL, which cannot be refused.
  absl::StatusOr<ExitStatus> Terminate(absl::Duration grace);

  // For error texts: "worker 'name' (pid 123) exited with status 1; its stderr
  // ended: no such table", or "... is still running". Looks, without waiting;
  // printable, at most some 16 KiB.
  std::string DescribeEnd();

 private:
  WorkerProcess(std::string name, pid_t pid,
                std::unique_ptr<Transport> transport, WorkerStderr errors,
                Reaper::Pidfd pidfd);

  // Whether the worker's input has ended for us, but not for it.
  bool InputIsHeldOpen();
  absl::Status WaitForEnd(MonotonicTime deadline,
                          WorkerStderr::Exceptions exceptions);

  std::string name_;
  std::unique_ptr<Transport> transport_;
  WorkerStderr stderr_;
  Reaper reaper_;
  ProcessWatch watch_;
  MonotonicTime linger_until_ = MonotonicTime::InfiniteFuture();
  uint64_t input_pipe_ = 0;  // the inode of its descriptor 0 if that is a pipe
  bool input_held_open_ = false;  // when it was told to end by a signal
};

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_WORKER_PROCESS_H_
