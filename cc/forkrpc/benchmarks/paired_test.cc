// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/benchmarks/paired.h"

#include "forkrpc/base/clock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

void Burn(absl::Duration duration) {
  const MonotonicTime end = MonotonicNow() + duration;
  while (MonotonicNow() < end) {
  }
}

TEST(PairedTest, RatioIsThatOfTheTimesPerOperation) {
  const Paired p = MeasurePaired(
      [] {
        Burn(absl::Microseconds(100));
        return 4;
      },
      [] {
        Burn(absl::Microseconds(100));
        return 2;
      },
      20, absl::Milliseconds(2));
  EXPECT_NEAR(p.a, 25000, 5000);
  EXPECT_NEAR(p.ratio(), 2, 0.4);
  EXPECT_LE(p.a, p.a_median);
}

}  // namespace
}  // namespace forkrpc
