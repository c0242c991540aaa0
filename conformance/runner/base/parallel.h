// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// InParallel: one function for each of `count` numbers, on several threads.
//
// Calls work(i) exactly once for each i below `count`, in ascending order of
// their starts, on the caller's thread and at most `jobs` - 1 others, and
// returns when all calls have returned. What the calls share is theirs to lock.
// `work` must not throw. With `jobs` below 2 there is no other thread.
//
//   std::vector<int> sizes(files.size());
//   InParallel(4, files.size(), [&](size_t i) { sizes[i] = Size(files[i]); });

#ifndef CONFORMANCE_RUNNER_BASE_PARALLEL_H_
#define CONFORMANCE_RUNNER_BASE_PARALLEL_H_

#include <cstddef>

#include "absl/functional/function_ref.h"

namespace forkrpc::conformance {

void InParallel(int jobs, size_t count, absl::FunctionRef<void(size_t)> work);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_BASE_PARALLEL_H_
