// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/base/owned_fd.h"

#include <errno.h>
#include <unistd.h>

namespace forkrpc {

void OwnedFd::Reset(int fd) {
  if (fd_ >= 0) {
    const int saved_errno = errno;
    // Never retried: on Linux the descriptor is gone even after EINTR, and its
    // number may already be another thread's.
    close(fd_);
    errno = saved_errno;
  }
  fd_ = fd;
}

}  // namespace forkrpc
