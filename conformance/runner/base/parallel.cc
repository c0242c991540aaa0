// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace forkrpc::conformance {

void InParallel(int jobs, size_t count, absl::FunctionRef<void(size_t)> work) {
  std::atomic<size_t> next{0};
  const auto loop = [&] {
    for (size_t i = next++; i < count; i = next++) work(i);
  };
  // No thread that would find nothing to do.
  const size_t threads =
      std::min(static_cast<size_t>(std::max(jobs, 1)), count);
  std::vector<std::thread> others;
  for (size_t i = 1; i < threads; ++i) others.emplace_back(loop);
  loop();
  for (std::thread& other : others) other.join();
}

}  // namespace forkrpc::conformance
