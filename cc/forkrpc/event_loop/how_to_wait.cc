// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/how_to_wait.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/owned_fd.h"

namespace forkrpc {
namespace {

// Some devices can be waited for (terminals), some not: only epoll knows.
absl::StatusOr<Readiness> AskTheKernel(int fd) {
  const OwnedFd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (epoll.get() < 0) {
    return ErrnoStatus(
        errno, absl::StrCat("descriptor ", fd, " cannot be waited for"));
  }
  epoll_event event = {};
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) == 0) {
    return Readiness::kTold;
  }
  if (errno == EPERM) return Readiness::kAlways;
  return CannotWait(fd, ErrnoText(errno));
}

}  // namespace

absl::StatusOr<Readiness> HowToWait(int fd) {
  struct stat about;
  if (fstat(fd, &about) != 0) return CannotWait(fd, ErrnoText(errno));
  if (S_ISDIR(about.st_mode)) return CannotWait(fd, "it is a folder");
  if (S_ISREG(about.st_mode) || S_ISBLK(about.st_mode)) {
    return Readiness::kAlways;
  }
  return S_ISCHR(about.st_mode) ? AskTheKernel(fd) : Readiness::kTold;
}

absl::Status CannotWait(int fd, absl::string_view why) {
  return absl::FailedPreconditionError(
      absl::StrCat("descriptor ", fd, " cannot be waited for: ", why));
}

}  // namespace forkrpc
