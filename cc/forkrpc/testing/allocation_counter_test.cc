// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/allocation_counter.h"

#include <memory>

#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Keeps the compiler from leaving an allocation out.
void* volatile g_sink;

void AllocateAndFree(size_t octets) {
  auto block = std::make_unique<char[]>(octets);
  g_sink = block.get();
}

TEST(AllocationCounterTest, CountsCallsPeakAndLiveOctets) {
  AllocationCounter counter;
  EXPECT_EQ(counter.allocations(), 0);
  auto kept = std::make_unique<char[]>(1000);
  g_sink = kept.get();
  AllocateAndFree(5000);
  EXPECT_EQ(counter.allocations(), 2);
  EXPECT_GE(counter.peak_octets(), 6000);
  EXPECT_LT(counter.peak_octets(), 7000);
  EXPECT_GE(counter.live_octets(), 1000);
  EXPECT_LT(counter.live_octets(), 2000);
}

TEST(AllocationCounterTest, PeakStartsAnew) {
  AllocateAndFree(100000);
  AllocationCounter counter;
  EXPECT_EQ(counter.peak_octets(), 0);
}

}  // namespace
}  // namespace forkrpc
