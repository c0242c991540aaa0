// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ResidentOctets: how much memory a process occupies.
//
// Reads what Linux says in /proc; any thread. Does not see what a process has
// started in its turn, so for a worker behind ssh it is the memory of ssh.
//
//   absl::StatusOr<size_t> octets = forkrpc::ResidentOctets(getpid());

#ifndef FORKRPC_POOL_PROCESS_MEMORY_H_
#define FORKRPC_POOL_PROCESS_MEMORY_H_

#include <sys/types.h>

#include <cstddef>

#include "absl/status/statusor.h"

namespace forkrpc {

// The resident set of `pid`; 0 for a zombie. Errors: Unavailable if nobody
// says: it has ended, or there is no /proc.
absl::StatusOr<size_t> ResidentOctets(pid_t pid);

}  // namespace forkrpc

#endif  // FORKRPC_POOL_PROCESS_MEMORY_H_
