// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CheckPoolOptions: whether a pool can work with the options that it is given.
//
// Any thread; allocates the text of an error. Not for users, who hear of it
// from WorkerPool::Create().
//
//   const absl::Status checked = CheckPoolOptions(options);
//   if (!checked.ok()) return checked;

#ifndef FORKRPC_POOL_CHECK_POOL_OPTIONS_H_
#define FORKRPC_POOL_CHECK_POOL_OPTIONS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "forkrpc/pool/pool_options.h"

namespace forkrpc {

// FailedPrecondition with the name of the first option that makes no sense, or
// that would have processes started or the loop woken without a pause: what it
// may be, and what was found.
absl::Status CheckPoolOptions(const PoolOptions& options);

// What max_processes means, its default included.
size_t EffectiveMaxProcesses(const PoolOptions& options);

}  // namespace forkrpc

#endif  // FORKRPC_POOL_CHECK_POOL_OPTIONS_H_
