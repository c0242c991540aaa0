// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/deadlines.h"

#include <map>
#include <random>
#include <set>
#include <utility>

#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/testing/allocation_counter.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

MonotonicTime At(int seconds) {
  return MonotonicTime() + absl::Seconds(seconds);
}

TEST(DeadlinesTest, EarliestFirst) {
  Deadlines deadlines;
  EXPECT_EQ(deadlines.Next(), MonotonicTime::InfiniteFuture());
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
  EXPECT_EQ(deadlines.PopDue(MonotonicTime::InfiniteFuture()), std::nullopt);
  deadlines.Add(1, At(10));
  deadlines.Clear();
  EXPECT_EQ(deadlines.PopDue(MonotonicTime::InfiniteFuture()), std::nullopt);
}

// Any mixture of Add, Remove and PopDue, against a sorted set.
TEST(DeadlinesTest, AgreesWithASortedSet) {
  std::minstd_rand bits(1);
  Deadlines deadlines;
  std::set<std::pair<MonotonicTime, uint32_t>> expected;
  std::map<uint32_t, MonotonicTime> calls;
  uint32_t next_call = 1;
  for (int i = 0; i < 20000; ++i) {
    // Grows to a few hundred, shrinks to none, and again.
    const unsigned kind = bits() % 8;
    if (kind < (i / 2000 % 2 == 0 ? 5u : 2u)) {
      const MonotonicTime deadline = At(static_cast<int>(bits() % 1000));
      deadlines.Add(next_call, deadline);
      expected.emplace(deadline, next_call);
      calls.emplace(next_call++, deadline);
    } else if (kind % 2 == 0 && !calls.empty()) {
      auto call = calls.lower_bound(bits() % next_call);
      if (call == calls.end()) call = calls.begin();
      deadlines.Remove(call->first);
      expected.erase({call->second, call->first});
      calls.erase(call);
    } else if (!expected.empty()) {
      ASSERT_EQ(deadlines.PopDue(expected.begin()->first),
                expected.begin()->second);
      calls.erase(expected.begin()->second);
      expected.erase(expected.begin());
    }
    ASSERT_EQ(deadlines.Next(), expected.empty()
                                    ? MonotonicTime::InfiniteFuture()
                                    : expected.begin()->first);
  }
}

TEST(DeadlinesTest, SteadyStateAllocatesNothing) {
  Deadlines deadlines;
  uint32_t call = 0;
  const auto round = [&] {
    for (int i = 0; i < 100; ++i, ++call) {
      deadlines.Add(call, At(i % 7));
      if (call >= 50) deadlines.Remove(call - 50);
    }
  };
  for (int i = 0; i < 100; ++i) round();
  AllocationCounter counter;
  for (int i = 0; i < 100; ++i) round();
  EXPECT_EQ(counter.allocations(), 0);
}

}  // namespace
}  // namespace forkrpc
