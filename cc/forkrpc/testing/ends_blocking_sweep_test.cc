// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// How the clients without a loop and their calls end, in all short sequences of
// what may happen.

#include "forkrpc/testing/ends_blocking_model.h"
#include "forkrpc/testing/ends_case.h"
#include "forkrpc/testing/ends_runs.h"
#include "forkrpc/testing/ends_sweep.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

const EndsSweep& Pipelined() {
  static const auto* const sweep = new EndsSweep{
      "PipelinedClient",
      {EndsAction::kStreamOver, EndsAction::kExit, EndsAction::kKill,
       EndsAction::kGrandchild, EndsAction::kDrain, EndsAction::kTerminate,
       EndsAction::kCancel, EndsAction::kDeadline, EndsAction::kDestroy},
      RunPipelinedEnds,
      ExpectPipelinedEnds};
  return *sweep;
}

const EndsSweep& Blocking() {
  static const auto* const sweep = new EndsSweep{
      "BlockingClient",
      {EndsAction::kStreamOver, EndsAction::kExit, EndsAction::kKill,
       EndsAction::kGrandchild, EndsAction::kDrain, EndsAction::kTerminate,
       EndsAction::kDeadline, EndsAction::kDestroy},
      RunBlockingEnds,
      ExpectBlockingEnds};
  return *sweep;
}

class PipelinedEndsTest : public testing::TestWithParam<EndsAction> {};

TEST_P(PipelinedEndsTest, EachCallEndsOnceInTimeAndNamesTheCause) {
  EXPECT_EQ(SweepEnds(GetParam(), Pipelined()), "");
}

INSTANTIATE_TEST_SUITE_P(First, PipelinedEndsTest,
                         testing::ValuesIn(Pipelined().alphabet));

class BlockingEndsTest : public testing::TestWithParam<EndsAction> {};

TEST_P(BlockingEndsTest, EachCallEndsOnceInTimeAndNamesTheCause) {
  EXPECT_EQ(SweepEnds(GetParam(), Blocking()), "");
}

INSTANTIATE_TEST_SUITE_P(First, BlockingEndsTest,
                         testing::ValuesIn(Blocking().alphabet));

}  // namespace
}  // namespace forkrpc
