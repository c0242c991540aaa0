// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// MoveAboveStdio: gives a descriptor a number that nothing is printed to.
//
// Where a daemon has closed 0, 1 or 2, the next descriptor gets that number:
// whatever is printed then goes into it, and whoever opens standard error anew
// closes it. Any thread; no allocation unless it fails.
//
//   forkrpc::OwnedFd fd(open(path, O_RDONLY | O_CLOEXEC));
//   absl::Status status = forkrpc::MoveAboveStdio(&fd);

#ifndef FORKRPC_BASE_ABOVE_STDIO_H_
#define FORKRPC_BASE_ABOVE_STDIO_H_

#include "absl/status/status.h"
#include "forkrpc/base/owned_fd.h"

namespace forkrpc {

// Moves `fd`, if it is 0, 1 or 2, to 3 or above; it is close-on-exec there.
// ResourceExhausted when no descriptor is left: it is then where it was.
absl::Status MoveAboveStdio(OwnedFd* fd);

}  // namespace forkrpc

#endif  // FORKRPC_BASE_ABOVE_STDIO_H_
