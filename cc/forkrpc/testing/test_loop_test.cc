// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/test_loop.h"

#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

TEST(TestLoopTest, RunsUntilTheConditionHolds) {
  TestLoop loop;
  int turns = 0;
  loop->Defer([&] { ++turns; });
  EXPECT_EQ(turns, 0);
  EXPECT_TRUE(loop.RunUntil([&] { return turns == 1; }));
  loop->Post([&] { ++turns; });
  EXPECT_TRUE(loop.RunUntil([&] { return turns == 2; }));
}

TEST(TestLoopTest, RunsNothingIfItHoldsAlready) {
  TestLoop loop;
  bool ran = false;
  loop->Defer([&] { ran = true; });
  EXPECT_TRUE(loop.RunUntil([] { return true; }));
  EXPECT_FALSE(ran);
}

TEST(TestLoopTest, SaysSoIfItNeverHolds) {
  TestLoop loop;
  const MonotonicTime start = MonotonicNow();
  EXPECT_FALSE(loop.RunUntil([] { return false; }, absl::Milliseconds(5)));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(5));
}

TEST(TestLoopTest, RunsWhatIsDue) {
  TestLoop loop;
  int ran = 0;
  loop->Defer([&] { loop->Defer([&] { ++ran; }); });
  auto timer = loop->MakeTimer([&] { ++ran; });
  timer->Set(MonotonicNow());
  loop.RunForAWhile();
  EXPECT_EQ(ran, 2);
}

}  // namespace
}  // namespace forkrpc
