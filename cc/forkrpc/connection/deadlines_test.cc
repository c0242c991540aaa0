// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/deadlines.h"

#include "gtest/gtest.h"

namespace forkrpc {
namespace {

absl::Time At(int seconds) { return absl::FromUnixSeconds(seconds); }

TEST(DeadlinesTest, EarliestFirst) {
  Deadlines deadlines;
  EXPECT_EQ(deadlines.Next(), absl::InfiniteFuture());
  deadlines.Add(1, At(30));
  deadlines.Add(2, At(10));
  deadlines.Add(3, At(20));
  EXPECT_EQ(deadlines.Next(), At(10));
  EXPECT_EQ(deadlines.PopDue(At(9)), std::nullopt);
  EXPECT_EQ(deadlines.PopDue(At(20)), 2);
  EXPECT_EQ(deadlines.PopDue(At(20)), 3);
  EXPECT_EQ(deadlines.PopDue(At(20)), std::nullopt);
  EXPECT_EQ(deadlines.Next(), At(30));
}

TEST(DeadlinesTest, CallsOfOneTimeAreKeptApart) {
  Deadlines deadlines;
  deadlines.Add(1, At(10));
  deadlines.Add(2, At(10));
  deadlines.Remove(1);
  EXPECT_EQ(deadlines.PopDue(At(10)), 2);
  EXPECT_EQ(deadlines.PopDue(At(10)), std::nullopt);
}

TEST(DeadlinesTest, NothingIsDueForEver) {
  Deadlines deadlines;
  EXPECT_EQ(deadlines.PopDue(absl::InfiniteFuture()), std::nullopt);
  deadlines.Add(1, At(10));
  deadlines.Clear();
  EXPECT_EQ(deadlines.PopDue(absl::InfiniteFuture()), std::nullopt);
}

}  // namespace
}  // namespace forkrpc
