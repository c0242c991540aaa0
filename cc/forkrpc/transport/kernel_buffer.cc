// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/kernel_buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/errno_status.h"

namespace forkrpc {
namespace {

absl::StatusOr<int> SetSocketBuffers(int fd, int octets) {
  int granted = 0;
  socklen_t size = sizeof(granted);
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets)) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &octets, sizeof(octets)) != 0 ||
      getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &granted, &size) != 0) {
    return ErrnoStatus(errno, "cannot set a socket's buffers");
  }
  return granted;
}

absl::StatusOr<int> SetPipeBuffer(int fd, int octets) {
#ifdef F_SETPIPE_SZ
  const int granted = fcntl(fd, F_SETPIPE_SZ, octets);
  if (granted >= 0) return granted;
  return ErrnoStatus(errno, "cannot set a pipe's buffer");
#else
  return absl::FailedPreconditionError("this system has no F_SETPIPE_SZ");
#endif
}

}  // namespace

absl::StatusOr<int> SetKernelBuffer(int fd, int octets) {
  if (octets <= 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("a buffer of ", octets, " octets makes no sense"));
  }
  struct stat file;
  if (fstat(fd, &file) != 0) return ErrnoStatus(errno, "fstat");
  if (S_ISSOCK(file.st_mode)) return SetSocketBuffers(fd, octets);
  if (S_ISFIFO(file.st_mode)) return SetPipeBuffer(fd, octets);
  return absl::FailedPreconditionError(
      absl::StrCat("descriptor ", fd, " is neither a socket nor a pipe"));
}

size_t KernelOctets(int fd) {
  int octets = 0;
  return ioctl(fd, FIONREAD, &octets) == 0 ? static_cast<size_t>(octets) : 0;
}

}  // namespace forkrpc
