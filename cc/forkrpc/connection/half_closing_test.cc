// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/half_closing.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr MonotonicTime kAtOnce = MonotonicTime::InfinitePast();
constexpr MonotonicTime kNever = MonotonicTime::InfiniteFuture();

MonotonicTime At(int seconds) {
  return MonotonicTime() + absl::Seconds(seconds);
}

TEST(HalfClosingTest, NotAskedItIsNeverDue) {
  HalfClosing half_closing;
  half_closing.OnTime(At(1000));
  EXPECT_FALSE(half_closing.asked());
  EXPECT_FALSE(half_closing.IsDue(0));
  EXPECT_EQ(half_closing.Next(), kNever);
}

TEST(HalfClosingTest, AtOnceDoesNotWaitForAnswers) {
  HalfClosing half_closing;
  half_closing.Ask(kAtOnce);
  EXPECT_TRUE(half_closing.asked());
  EXPECT_TRUE(half_closing.IsDue(3));
  EXPECT_EQ(half_closing.Next(), kNever);
  // It is not taken back.
  half_closing.Ask(At(9));
  EXPECT_TRUE(half_closing.IsDue(3));
  EXPECT_EQ(half_closing.Next(), kNever);
}

TEST(HalfClosingTest, AnswersFirstWaitsForThemOrForItsTime) {
  HalfClosing half_closing;
  half_closing.Ask(At(9));
  EXPECT_TRUE(half_closing.asked());
  EXPECT_FALSE(half_closing.IsDue(1));
  EXPECT_TRUE(half_closing.IsDue(0));
  EXPECT_EQ(half_closing.Next(), At(9));
  half_closing.OnTime(At(8));
  EXPECT_FALSE(half_closing.IsDue(1));
  half_closing.OnTime(At(9));
  EXPECT_TRUE(half_closing.IsDue(1));
  EXPECT_EQ(half_closing.Next(), kNever);
}

TEST(HalfClosingTest, TheEarlierTimeCounts) {
  HalfClosing half_closing;
  half_closing.Ask(kNever);
  EXPECT_FALSE(half_closing.IsDue(1));
  half_closing.Ask(At(5));
  half_closing.Ask(At(9));
  EXPECT_EQ(half_closing.Next(), At(5));
  half_closing.Ask(kAtOnce);
  EXPECT_TRUE(half_closing.IsDue(1));
}

}  // namespace
}  // namespace forkrpc
