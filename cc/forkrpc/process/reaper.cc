// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/reaper.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/process/exit_status.h"

namespace forkrpc {
namespace {

// -1 where the kernel has no pidfds or no descriptor is to be had: signalling
// and waiting then do without. The kernel makes it close-on-exec.
int OpenPidfd(pid_t pid) {
#ifdef SYS_pidfd_open
  return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
#else
  (void)pid;
  return -1;
#endif
}

int SendThroughPidfd(int pidfd, int signal) {
#ifdef SYS_pidfd_send_signal
  return static_cast<int>(
      syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
#else
  (void)pidfd;
  (void)signal;
  errno = ENOSYS;
  return -1;
#endif
}

}  // namespace

Reaper::Reaper(pid_t pid, Pidfd pidfd)
    : pid_(pid), pidfd_(pidfd == Pidfd::kNever ? -1 : OpenPidfd(pid)) {}

const std::optional<ExitStatus>& Reaper::Poll() {
  if (exit_status_.has_value()) return exit_status_;
  int wait_status = 0;
  pid_t reaped;
  do {
    reaped = waitpid(pid_, &wait_status, WNOHANG);
  } while (reaped < 0 && errno == EINTR);
  if (reaped == pid_) {
    exit_status_ = ExitStatus::FromWaitStatus(wait_status);
  } else if (reaped < 0) {
    // ECHILD: the kernel or another part of the program has reaped it.
    exit_status_ = ExitStatus::Unknown();
  }
  return exit_status_;
}

absl::Status Reaper::Signal(int signal) {
  // Without a pidfd the pid is ours only while the child is not reaped; Poll
  // finds out when somebody else has reaped it.
  if (Poll().has_value()) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot send signal ", signal, ": process ", pid_, " ",
                     exit_status_->ToString()));
  }
  const int result = pidfd_.valid() ? SendThroughPidfd(pidfd_.get(), signal)
                                    : kill(pid_, signal);
  if (result == 0) return absl::OkStatus();
  return ErrnoStatus(
      errno, absl::StrCat("cannot send signal ", signal, " to process ", pid_));
}

}  // namespace forkrpc
