// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/base/stopwatch.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace forkrpc::conformance {
namespace {

TEST(StopwatchTest, ATimeInWhichNobodyLookedCountsAsOneLook) {
  Stopwatch stopwatch;
  absl::SleepFor(4 * Stopwatch::kLongestLook);
  EXPECT_EQ(stopwatch.watched(), absl::ZeroDuration());
  EXPECT_EQ(stopwatch.Look(), Stopwatch::kLongestLook);
  EXPECT_EQ(stopwatch.watched(), Stopwatch::kLongestLook);
  EXPECT_GE(stopwatch.elapsed(), 4 * Stopwatch::kLongestLook);
}

TEST(StopwatchTest, WhatIsWatchedIsCounted) {
  Stopwatch stopwatch;
  absl::Duration sum;
  for (int i = 0; i < 5; ++i) {
    absl::SleepFor(absl::Milliseconds(2));
    sum += stopwatch.Look();
  }
  EXPECT_GE(sum, absl::Milliseconds(10));
  EXPECT_EQ(stopwatch.watched(), sum);
  EXPECT_LE(sum, stopwatch.elapsed());
}

}  // namespace
}  // namespace forkrpc::conformance
