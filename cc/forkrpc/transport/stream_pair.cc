// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/stream_pair.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forkrpc/base/above_stdio.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/owned_fd.h"

namespace forkrpc {
absl::StatusOr<SocketPair> MakeSocketPair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return ErrnoStatus(errno, "cannot make a socket pair");
  }
  SocketPair pair = {OwnedFd(ends[0]), OwnedFd(ends[1])};
  for (OwnedFd* fd : {&pair.ours, &pair.theirs}) {
    if (absl::Status status = MoveAboveStdio(fd); !status.ok()) return status;
  }
  return pair;
}

absl::StatusOr<PipePair> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return ErrnoStatus(errno, "cannot make a pipe");
  }
  PipePair pipe = {OwnedFd(ends[0]), OwnedFd(ends[1])};
  for (OwnedFd* fd : {&pipe.read_end, &pipe.write_end}) {
    if (absl::Status status = MoveAboveStdio(fd); !status.ok()) return status;
  }
  return pipe;
}

}  // namespace forkrpc
