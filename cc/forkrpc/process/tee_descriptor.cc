// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/tee_descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/above_stdio.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/transport/sigpipe_guard.h"

namespace forkrpc {
namespace {

constexpr size_t kMostOctets = 64 * 1024;
// What poll() promises room for is PIPE_BUF in a pipe, and less in a terminal.
constexpr size_t kMostToPolledTerminal = 64;

bool IsAgain(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
}

bool IsExhausted(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM;
}

// A terminal, but not the master of a pseudo terminal: to open that once more
// makes a new terminal.
bool IsTerminal(int fd, const struct stat& found) {
  return S_ISCHR(found.st_mode) && isatty(fd) != 0 &&
         !(major(found.st_rdev) == 5 && minor(found.st_rdev) == 2);
}

bool IsSame(const struct stat& a, int fd) {
  struct stat b;
  return fstat(fd, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino &&
         a.st_rdev == b.st_rdev;
}

// The pipe or terminal of `fd`, opened once more; none, with errno, where that
// cannot be done: without /proc, or where it belongs to another user.
OwnedFd OpenOnceMore(int fd, int flags, const struct stat& found) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  OwnedFd opened(open(
      path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (flags & O_APPEND)));
  if (!opened.valid()) return opened;
  if (!IsSame(found, opened.get())) {
    opened.Reset();
    errno = ENXIO;
  } else if (!MoveAboveStdio(&opened).ok()) {
    opened.Reset();
    errno = EMFILE;
  }
  return opened;
}

absl::Status Exhausted(int error) {
  return ErrnoStatus(error, "cannot open standard error for the worker's");
}

}  // namespace

absl::StatusOr<TeeDescriptor> TeeDescriptor::Open(int fd) {
  struct stat found;
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || fstat(fd, &found) != 0) {
    return TeeDescriptor();
  }
  // The offset in a file is the open file's: one of our own would overwrite.
  if (S_ISREG(found.st_mode) || S_ISBLK(found.st_mode)) {
    return Duplicate(fd, Way::kPlain, kMostOctets);
  }
  if (S_ISSOCK(found.st_mode)) return Duplicate(fd, Way::kSend, kMostOctets);
  const bool terminal = IsTerminal(fd, found);
  if (terminal || S_ISFIFO(found.st_mode)) {
    OwnedFd opened = OpenOnceMore(fd, flags, found);
    if (opened.valid()) {
      return TeeDescriptor(std::move(opened), Way::kNonblocking, kMostOctets);
    }
    if (IsExhausted(errno)) return Exhausted(errno);
  }
  return Duplicate(fd, Way::kPollFirst,
                   isatty(fd) != 0 ? kMostToPolledTerminal : PIPE_BUF);
}

absl::StatusOr<TeeDescriptor> TeeDescriptor::Duplicate(int fd, Way way,
                                                       size_t most) {
  OwnedFd copy(fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!copy.valid()) return Exhausted(errno == EINVAL ? EMFILE : errno);
  return TeeDescriptor(std::move(copy), way, most);
}

bool TeeDescriptor::IsReady() const {
  pollfd look = {fd_.get(), POLLOUT, 0};
  return poll(&look, 1, 0) > 0;
}

TeeDescriptor::Written TeeDescriptor::Write(absl::string_view octets) {
  SigpipeGuard guard;
  size_t done = 0;
  while (done < octets.size()) {
    if (way_ == Way::kPollFirst && !IsReady()) return {done, Rest::kWouldBlock};
    const size_t size = std::min(octets.size() - done, most_);
    const char* const from = octets.data() + done;
    const ssize_t taken = way_ == Way::kSend ? send(fd_.get(), from, size,
                                                    MSG_DONTWAIT | MSG_NOSIGNAL)
                                             : write(fd_.get(), from, size);
    if (taken > 0) done += static_cast<size_t>(taken);
    if (taken == static_cast<ssize_t>(size)) continue;
    const int error = errno;
    if (taken < 0 && error == EINTR) continue;
    guard.DiscardRaised();
    // After a short count the next write says why.
    if (taken > 0) continue;
    const bool again = taken == 0 || IsAgain(error);
    return {done, again ? Rest::kWouldBlock : Rest::kRefused};
  }
  return {done, Rest::kNone};
}

}  // namespace forkrpc
