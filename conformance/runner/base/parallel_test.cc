// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/base/parallel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace forkrpc::conformance {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

TEST(ParallelTest, EachNumberIsWorkedOnOnce) {
  for (const int jobs : {1, 2, 7}) {
    std::vector<std::atomic<int>> calls(1000);
    InParallel(jobs, calls.size(), [&](size_t i) { ++calls[i]; });
    std::vector<int> counts(calls.begin(), calls.end());
    EXPECT_THAT(counts, Each(1)) << jobs;
  }
}

TEST(ParallelTest, OneJobIsTheCallersThreadInOrder) {
  for (const int jobs : {-1, 0, 1}) {
    std::vector<size_t> order;
    std::set<std::thread::id> threads;
    InParallel(jobs, 4, [&](size_t i) {
      // Time for a thread that should not be there to take the next.
      if (i == 0) absl::SleepFor(absl::Milliseconds(50));
      order.push_back(i);
      threads.insert(std::this_thread::get_id());
    });
    EXPECT_THAT(order, ElementsAre(0, 1, 2, 3)) << jobs;
    EXPECT_THAT(threads, ElementsAre(std::this_thread::get_id())) << jobs;
  }
}

TEST(ParallelTest, NothingToDoIsDoneAtOnce) {
  int calls = 0;
  InParallel(8, 0, [&](size_t) { ++calls; });
  EXPECT_EQ(calls, 0);
}

// Each call waits until all are under way, which takes that many threads; the
// deadline is there for the one that never comes.
TEST(ParallelTest, AsManyAtATimeAsThereAreJobs) {
  constexpr int kJobs = 4;
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  std::atomic<int> present{0};
  InParallel(kJobs, kJobs, [&](size_t) {
    ++present;
    while (present < kJobs && absl::Now() < deadline) {
      absl::SleepFor(absl::Milliseconds(1));
    }
  });
  EXPECT_LT(absl::Now(), deadline);
}

TEST(ParallelTest, NeverMoreAtATimeThanThereAreJobs) {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  InParallel(3, 60, [&](size_t) {
    const int here = ++now;
    int seen = most;
    while (seen < here && !most.compare_exchange_weak(seen, here)) {
    }
    absl::SleepFor(absl::Milliseconds(1));
    --now;
  });
  EXPECT_LE(most, 3);
}

TEST(ParallelTest, ReturnsWhenTheLastCallHas) {
  std::atomic<int> ended{0};
  InParallel(4, 8, [&](size_t i) {
    // The first is the slowest, and not the last to be started.
    absl::SleepFor(absl::Milliseconds(i == 0 ? 100 : 1));
    ++ended;
  });
  EXPECT_EQ(ended, 8);
}

}  // namespace
}  // namespace forkrpc::conformance
