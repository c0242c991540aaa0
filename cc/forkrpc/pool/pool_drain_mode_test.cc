// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A pool whose workers stand behind a launcher that takes a half-close for the
// end.

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/client/drain_mode.h"
#include "forkrpc/pool/pool_test_bed.h"
#include "forkrpc/pool/worker_pool.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

void StandBehindTheLauncher(PoolTestBed* bed, DrainMode mode) {
  auto& argv = bed->options.program.argv;
  argv.insert(argv.begin(), "cc/forkrpc/client/cutting_launcher");
  bed->options.max = 1;
  bed->options.drain.mode = mode;
}

TEST(PoolDrainModeTest, ADrainTakesTheAnswersFirst) {
  PoolTestBed bed;
  StandBehindTheLauncher(&bed, DrainMode::kAnswersFirst);
  Gate gate("answers-first");
  bed.Call("a", gate.request());
  bed.RunUntil([&] { return bed.pool()->stats().in_flight == 1; });
  bed.FinishTurn();
  bed.DestroyPool();
  gate.Open();
  EXPECT_EQ(bed.Finish("a"), "waited");
  bed.RunUntil([&] { return bed.destroyed(); });
  EXPECT_TRUE(bed.errors().empty()) << bed.errors()[0].status;
}

TEST(PoolDrainModeTest, AHalfCloseAtOnceLosesThemAndSaysSo) {
  PoolTestBed bed;
  StandBehindTheLauncher(&bed, DrainMode::kHalfCloseAtOnce);
  Gate gate("at-once");
  bed.Call("a", gate.request());
  bed.RunUntil([&] { return bed.pool()->stats().in_flight == 1; });
  bed.FinishTurn();
  bed.DestroyPool();
  bed.Finish("a");
  EXPECT_EQ(bed.status("a").code(), absl::StatusCode::kUnavailable)
      << bed.status("a");
  gate.Open();  // its worker is left alone, and ends now
  bed.RunUntil([&] { return bed.destroyed(); });
}

// Replacing a worker half-closes while it is at work, too.
TEST(PoolDrainModeTest, AWorkerThatIsReplacedAnswersFirst) {
  PoolTestBed bed;
  StandBehindTheLauncher(&bed, DrainMode::kAnswersFirst);
  bed.options.load = 4;
  bed.options.recycle.max_calls = 4;
  for (int i = 0; i < 12; ++i) bed.Call(absl::StrCat(i), "busy 20000");
  bed.FinishAll();
  for (int i = 0; i < 12; ++i) {
    EXPECT_TRUE(bed.status(absl::StrCat(i)).ok())
        << bed.status(absl::StrCat(i));
  }
  EXPECT_GE(bed.pool()->stats().retired, 2u);
}

}  // namespace
}  // namespace forkrpc
