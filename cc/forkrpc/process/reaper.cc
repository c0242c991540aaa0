// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/reaper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/above_stdio.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/process/process_watch.h"
#include "forkrpc/process/start_time.h"

namespace forkrpc {
namespace {

using Found = ProcessWatch::Found;

// P_PIDFD, which the C library's headers may not have.
constexpr idtype_t kByPidfd = static_cast<idtype_t>(3);

// None where the kernel has no pidfds or no descriptor is to be had: signalling
// and waiting then do without. The kernel makes it close-on-exec.
OwnedFd OpenPidfd(pid_t pid) {
  OwnedFd pidfd;
#ifdef SYS_pidfd_open
  pidfd.Reset(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
#else
  (void)pid;
#endif
  if (!MoveAboveStdio(&pidfd).ok()) pidfd.Reset();
  return pidfd;
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

// waitid() for a child that has ended, without waiting: 0 or an error number.
// info->si_pid is 0 while the child is not to be had.
int WaitFor(idtype_t by, id_t id, siginfo_t* info) {
  for (;;) {
    *info = {};
    if (waitid(by, id, info, WEXITED | WNOHANG) == 0) return 0;
    if (errno != EINTR) return errno;
  }
}

}  // namespace

Reaper::Reaper(pid_t pid, Pidfd use)
    : Reaper(pid, use == Pidfd::kNever ? OwnedFd() : OpenPidfd(pid), use) {}

Reaper::Reaper(pid_t pid, OwnedFd pidfd, Pidfd use)
    : pid_(pid), pidfd_(std::move(pidfd)), use_(use) {
  if (!pidfd_.valid()) start_time_ = ProcessStartTime(pid_);
}

Found Reaper::Look() {
  if (exit_status_.has_value()) return Found::kEnded;
  if (!pidfd_.valid()) return LookByNumber();
  return use_ == Pidfd::kIfAvailable ? LookThroughPidfd() : LookBehindPidfd();
}

Found Reaper::LookThroughPidfd() {
  siginfo_t info;
  const int error = WaitFor(kByPidfd, static_cast<id_t>(pidfd_.get()), &info);
  // The kernel or another part of the program has reaped it.
  if (error == ECHILD) return End(ExitStatus::Unknown());
  if (error != 0) {  // EINVAL: this kernel cannot wait through a pidfd
    use_ = Pidfd::kWithoutWait;
    return LookBehindPidfd();
  }
  if (info.si_pid != 0) return End(ExitStatus::FromSiginfo(info));
  return PidfdIsReadable() ? Found::kHeld : Found::kRunning;
}

Found Reaper::LookBehindPidfd() {
  if (!PidfdIsReadable()) return Found::kRunning;
  // The child is dead. Its number is its own while it is a zombie, and a zombie
  // takes signals.
  if (SendThroughPidfd(pidfd_.get(), 0) != 0 && errno == ESRCH) {
    return End(ExitStatus::Unknown());
  }
  siginfo_t info;
  if (WaitFor(P_PID, static_cast<id_t>(pid_), &info) != 0) {
    return End(ExitStatus::Unknown());
  }
  return info.si_pid != 0 ? End(ExitStatus::FromSiginfo(info)) : Found::kHeld;
}

Found Reaper::LookByNumber() {
  const uint64_t started = start_time_ == 0 ? 0 : ProcessStartTime(pid_);
  if (started != start_time_ && started != 0) {
    return End(ExitStatus::Unknown());  // the number is somebody else's by now
  }
  siginfo_t info;
  if (WaitFor(P_PID, static_cast<id_t>(pid_), &info) != 0) {
    return End(ExitStatus::Unknown());
  }
  return info.si_pid != 0 ? End(ExitStatus::FromSiginfo(info))
                          : Found::kRunning;
}

Found Reaper::End(ExitStatus status) {
  exit_status_ = status;
  return Found::kEnded;
}

bool Reaper::PidfdIsReadable() const {
  pollfd look = {pidfd_.get(), POLLIN, 0};
  return poll(&look, 1, 0) > 0;
}

absl::Status Reaper::Signal(int signal) {
  // Without a pidfd the pid is ours only while the child is not reaped; Look
  // finds out when somebody else has reaped it.
  if (Look() == Found::kEnded) {
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
