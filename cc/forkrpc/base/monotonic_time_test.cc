// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/base/monotonic_time.h"

#include <type_traits>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

TEST(MonotonicTimeTest, ATimeOfTheWallClockCannotBeGivenForOne) {
  static_assert(!std::is_convertible_v<absl::Time, MonotonicTime>);
  static_assert(!std::is_constructible_v<MonotonicTime, absl::Time>);
  static_assert(!std::is_assignable_v<MonotonicTime&, absl::Time>);
  static_assert(!std::is_convertible_v<absl::Duration, MonotonicTime>);
  static_assert(!std::is_convertible_v<MonotonicTime, absl::Time>);
}

TEST(MonotonicTimeTest, InfiniteTimeoutsGiveDeadlinesThatNeverCome) {
  const MonotonicTime now = MonotonicNow();
  EXPECT_EQ(now + absl::InfiniteDuration(), MonotonicTime::InfiniteFuture());
  EXPECT_EQ(now - absl::InfiniteDuration(), MonotonicTime::InfinitePast());
  EXPECT_LT(now, MonotonicTime::InfiniteFuture());
  EXPECT_GT(now, MonotonicTime::InfinitePast());
}

TEST(MonotonicTimeTest, DifferencesAreDurations) {
  const MonotonicTime start = MonotonicTime() + absl::Seconds(5);
  MonotonicTime end = start;
  end += absl::Seconds(2);
  EXPECT_EQ(end - start, absl::Seconds(2));
  end -= absl::Seconds(2);
  EXPECT_EQ(end, start);
  EXPECT_LE(end, start);
  EXPECT_GE(end, start);
  EXPECT_NE(end, start + absl::Nanoseconds(1));
  EXPECT_EQ(start.since_epoch(), absl::Seconds(5));
}

TEST(MonotonicTimeTest, TheClockGoesOn) {
  const MonotonicTime before = MonotonicNow();
  absl::SleepFor(absl::Milliseconds(1));
  EXPECT_GT(MonotonicNow(), before);
}

}  // namespace
}  // namespace forkrpc
