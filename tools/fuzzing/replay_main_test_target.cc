// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A fuzz target for replay_main_test.sh.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size >= 5 && std::memcmp(data, "abort", 5) == 0) std::abort();
  std::printf("size %zu\n", size);
  return 0;
}
