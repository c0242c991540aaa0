// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/base/above_stdio.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/owned_fd.h"

namespace forkrpc {

absl::Status MoveAboveStdio(OwnedFd* fd) {
  if (!fd->valid() || fd->get() > STDERR_FILENO) return absl::OkStatus();
  const int moved = fcntl(fd->get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (moved < 0) {
    // EINVAL: the numbers above are beyond RLIMIT_NOFILE.
    return ErrnoStatus(errno == EINVAL ? EMFILE : errno,
                       "cannot copy a descriptor");
  }
  fd->Reset(moved);
  return absl::OkStatus();
}

}  // namespace forkrpc
