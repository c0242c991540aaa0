// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Reaper: waits for, signals and reaps one child process.
//
// Needs no SIGCHLD handler and does not mind one. A signal can never reach a
// stranger that has got the number of a child long gone: it goes through a
// pidfd where the kernel has them (5.3), otherwise only to a child that is
// still waiting to be reaped. One thread at a time; no allocation unless a call
// fails.
//
//   forkrpc::Reaper reaper(pid);
//   if (!reaper.Poll().has_value()) reaper.Signal(SIGTERM).IgnoreError();

#ifndef FORKRPC_PROCESS_REAPER_H_
#define FORKRPC_PROCESS_REAPER_H_

#include <sys/types.h>

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/process/exit_status.h"

namespace forkrpc {

// Invariants: (1) once exit_status() has a value it keeps it, and the pid is
// not used again; (2) the child is reaped at most once; (3) pidfd() is -1 from
// then on, while the descriptor stays open, and readable, to destruction:
// whoever watches it in an event loop is told, and may end that first.
class Reaper {
 public:
  // Whether to use a pidfd; kNever is what an old kernel gives.
  enum class Pidfd { kIfAvailable, kNever };

  // Looks after `pid`, a child of this process that nobody has reaped. The
  // destructor does not reap it.
  explicit Reaper(pid_t pid, Pidfd pidfd = Pidfd::kIfAvailable);

  pid_t pid() const { return pid_; }
  // Becomes readable when the child ends; -1 without a pidfd, and once reaped.
  int pidfd() const { return exit_status_.has_value() ? -1 : pidfd_.get(); }

  // How the child ended, if that is known already.
  const std::optional<ExitStatus>& exit_status() const { return exit_status_; }

  // Reaps the child if it has ended; never waits.
  const std::optional<ExitStatus>& Poll();

  // Sends `signal` unless the child has ended: then FailedPrecondition.
  absl::Status Signal(int signal);

 private:
  pid_t pid_;
  OwnedFd pidfd_;
  std::optional<ExitStatus> exit_status_;
};

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_REAPER_H_
