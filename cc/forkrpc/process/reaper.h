// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Reaper: looks after, signals and reaps one child process.
//
// Needs no SIGCHLD handler and does not mind one, nor a host program that reaps
// all its children or ignores SIGCHLD: such a child has ended with an unknown
// status. A number can be given to another process as soon as its owner is
// reaped; neither a signal nor a wait ever reaches that one where the kernel
// has pidfds (5.4; on 5.3 the wait is guarded by one). Without them the child
// is known by its number and the time of its start. One thread at a time; no
// allocation unless a call fails.
//
//   const pid_t pid = fork();
//   if (pid == 0) pause();
//   forkrpc::Reaper reaper(pid);
//   if (reaper.Look() != forkrpc::ProcessWatch::Found::kEnded) {
//     reaper.Signal(SIGTERM).IgnoreError();
//   }

#ifndef FORKRPC_PROCESS_REAPER_H_
#define FORKRPC_PROCESS_REAPER_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/process/process_watch.h"

namespace forkrpc {

// Invariants: (1) once exit_status() has a value it keeps it, and the pid is
// not used again; (2) the child is reaped at most once; (3) pidfd() is -1 from
// then on, while the descriptor stays open, and readable, to destruction:
// whoever watches it in an event loop is told, and may end that first.
class Reaper {
 public:
  // What to use of pidfds. The others are what old kernels give.
  enum class Pidfd {
    kIfAvailable,
    kWithoutWait,  // 5.3: it tells of the end, but one cannot wait through it
    kNever,        // before 5.3
  };

  // Looks after `pid`, a child of this process that nobody has reaped. The
  // destructor does not reap it.
  explicit Reaper(pid_t pid, Pidfd use = Pidfd::kIfAvailable);
  // The same for who has a pidfd of `pid` already.
  Reaper(pid_t pid, OwnedFd pidfd, Pidfd use = Pidfd::kIfAvailable);

  pid_t pid() const { return pid_; }
  // Becomes readable when the child ends; -1 without a pidfd, and once reaped.
  int pidfd() const { return exit_status_.has_value() ? -1 : pidfd_.get(); }

  // How the child ended, if that is known already.
  const std::optional<ExitStatus>& exit_status() const { return exit_status_; }

  // Reaps the child if it has ended; never waits.
  ProcessWatch::Found Look();

  // Sends `signal` unless the child has ended: then FailedPrecondition.
  absl::Status Signal(int signal);

 private:
  ProcessWatch::Found LookThroughPidfd();
  ProcessWatch::Found LookBehindPidfd();
  ProcessWatch::Found LookByNumber();
  ProcessWatch::Found End(ExitStatus status);
  bool PidfdIsReadable() const;

  pid_t pid_;
  OwnedFd pidfd_;
  Pidfd use_;
  uint64_t start_time_ = 0;  // where the number is all there is; 0: not known
  std::optional<ExitStatus> exit_status_;
};

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_REAPER_H_
