// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SetKernelBuffer: how much one end of a stream may hold in the kernel;
// KernelOctets: how much it does.
//
// With more room in the kernel a large payload needs fewer system calls and
// fewer switches between the two processes. Any thread; no allocation unless it
// fails.
//
//   absl::StatusOr<int> granted = forkrpc::SetKernelBuffer(fd, 1024 * 1024);

#ifndef FORKRPC_TRANSPORT_KERNEL_BUFFER_H_
#define FORKRPC_TRANSPORT_KERNEL_BUFFER_H_

#include <cstddef>

#include "absl/status/statusor.h"

namespace forkrpc {

// Asks for `octets` (1 or more): for a socket in both directions (between two
// local sockets only the writer's side counts, so the peer must ask for what it
// writes), for a pipe as its one buffer. Returns the octets granted for writing
// by the kernel's own count, which may be less or more. Errors: as the kernel
// gives them; FailedPrecondition if `octets` is not positive or `fd` is
// neither a socket nor a pipe.
absl::StatusOr<int> SetKernelBuffer(int fd, int octets);

// Octets that could be read from `fd` now, a socket or a pipe; 0 if the kernel
// does not say.
size_t KernelOctets(int fd);

}  // namespace forkrpc

#endif  // FORKRPC_TRANSPORT_KERNEL_BUFFER_H_
