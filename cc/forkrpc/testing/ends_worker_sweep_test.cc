// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// How a Worker and its calls end, in all short sequences of what may happen.

#include "forkrpc/testing/ends_case.h"
#include "forkrpc/testing/ends_model.h"
#include "forkrpc/testing/ends_runs.h"
#include "forkrpc/testing/ends_sweep.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

const EndsSweep& TheSweep() {
  static const auto* const sweep = new EndsSweep{
      "Worker",
      {EndsAction::kStreamOver, EndsAction::kExit, EndsAction::kKill,
       EndsAction::kGrandchild, EndsAction::kPause, EndsAction::kResume,
       EndsAction::kDrain, EndsAction::kTerminate, EndsAction::kCancel,
       EndsAction::kDeadline, EndsAction::kDestroy},
      RunWorkerEnds,
      [](const EndsCase& one) {
        return ExpectLoopEnds(one, LoopEndsRules::kWorker);
      }};
  return *sweep;
}

class WorkerEndsTest : public testing::TestWithParam<EndsAction> {};

TEST_P(WorkerEndsTest, EachCallEndsOnceInTimeAndNamesTheCause) {
  EXPECT_EQ(SweepEnds(GetParam(), TheSweep()), "");
}

INSTANTIATE_TEST_SUITE_P(First, WorkerEndsTest,
                         testing::ValuesIn(TheSweep().alphabet));

}  // namespace
}  // namespace forkrpc
