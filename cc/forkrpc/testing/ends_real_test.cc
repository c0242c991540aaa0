// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Telling sequences of the sweep "Ends" with real processes in real time.
//
// A time counts as kept if it is kept to ten times of what a timer beside was
// late, and something. A case during which the machine was so late that the
// order of causes may have changed is played again.

#include <vector>

#include "absl/time/time.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/testing/ends_blocking_model.h"
#include "forkrpc/testing/ends_case.h"
#include "forkrpc/testing/ends_model.h"
#include "forkrpc/testing/ends_record.h"
#include "forkrpc/testing/ends_runs.h"
#include "forkrpc/testing/ends_stage.h"
#include "forkrpc/testing/real_ends_stage.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using A = EndsAction;

constexpr absl::Duration kTooLate = absl::Milliseconds(20);
constexpr int kAttempts = 8;

enum class Class { kWorker, kPool, kPipelined, kBlocking };

struct RealCase {
  Class of;
  std::vector<EndsAction> actions;
  EndsChild child = EndsChild::kMute;
};

const RealCase kCases[] = {
    // The worker is dead, and somebody else holds its wire.
    {Class::kWorker, {A::kGrandchild, A::kExit}},
    {Class::kPool, {A::kGrandchild, A::kExit}},
    {Class::kPipelined, {A::kGrandchild, A::kExit}},
    {Class::kBlocking, {A::kGrandchild, A::kExit}},
    {Class::kWorker, {A::kGrandchild, A::kKill, A::kDrain}},
    {Class::kPipelined, {A::kGrandchild, A::kKill, A::kDrain}},
    {Class::kBlocking, {A::kGrandchild, A::kDrain}, EndsChild::kDraining},
    {Class::kWorker, {A::kGrandchild, A::kDestroy}, EndsChild::kDraining},
    {Class::kPool, {A::kGrandchild, A::kDrain}, EndsChild::kAnswering},
    {Class::kPipelined, {A::kGrandchild, A::kDeadline, A::kExit}},
    // The stream is over, and the worker lives.
    {Class::kWorker, {A::kStreamOver, A::kDeadline}},
    {Class::kWorker, {A::kStreamOver, A::kCancel}},
    {Class::kWorker, {A::kStreamOver, A::kTerminate}},
    {Class::kWorker, {A::kStreamOver, A::kDrain, A::kDeadline, A::kExit}},
    {Class::kPool, {A::kStreamOver, A::kDeadline, A::kExit}},
    {Class::kPool, {A::kStreamOver, A::kCancel, A::kKill}},
    {Class::kPipelined, {A::kStreamOver, A::kExit}},
    {Class::kPipelined, {A::kStreamOver, A::kDestroy}},
    {Class::kBlocking, {A::kStreamOver}},
    {Class::kBlocking, {A::kStreamOver, A::kTerminate}, EndsChild::kStubborn},
    // Nothing is read.
    {Class::kWorker, {A::kPause, A::kExit, A::kTerminate}},
    {Class::kWorker, {A::kPause, A::kExit, A::kResume}},
    {Class::kWorker, {A::kPause, A::kKill, A::kDrain, A::kDrain}},
    {Class::kWorker, {A::kPause, A::kDrain, A::kResume}, EndsChild::kDraining},
    {Class::kWorker, {A::kPause, A::kStreamOver, A::kDestroy, A::kExit}},
    {Class::kWorker, {A::kPause, A::kDeadline, A::kTerminate}},
    // The worker is told to end.
    {Class::kWorker, {A::kTerminate, A::kTerminate}, EndsChild::kStubborn},
    {Class::kWorker, {A::kTerminate}, EndsChild::kStubborn},
    {Class::kWorker, {A::kDrain, A::kDrain}},
    {Class::kWorker, {A::kDrain, A::kTerminate}},
    {Class::kPool, {A::kDrain, A::kDrain}, EndsChild::kStubborn},
    {Class::kPool, {A::kTerminate}, EndsChild::kStubborn},
    {Class::kPipelined, {A::kDrain}},
    {Class::kPipelined, {A::kTerminate, A::kDrain}, EndsChild::kStubborn},
    {Class::kBlocking, {A::kDestroy}},
    // Everything is as it should be, or nearly.
    {Class::kWorker, {A::kDrain}, EndsChild::kDraining},
    {Class::kPool, {A::kDestroy}, EndsChild::kAnswering},
    {Class::kPipelined, {A::kCancel, A::kDrain}, EndsChild::kDraining},
    {Class::kPool, {A::kExit, A::kTerminate}},
    {Class::kBlocking, {A::kExit, A::kDrain}},
};

EndsRecord Play(Class of, const EndsCase& one, RealEndsStage* stage) {
  switch (of) {
    case Class::kWorker:
      return RunWorkerEnds(one, stage);
    case Class::kPool:
      return RunPoolEnds(one, stage);
    case Class::kPipelined:
      return RunPipelinedEnds(one, stage);
    case Class::kBlocking:
      break;
  }
  return RunBlockingEnds(one, stage);
}

ExpectedEnds Expect(Class of, const EndsCase& one) {
  switch (of) {
    case Class::kWorker:
      return ExpectLoopEnds(one, LoopEndsRules::kWorker);
    case Class::kPool:
      return ExpectLoopEnds(one, LoopEndsRules::kPool);
    case Class::kPipelined:
      return ExpectPipelinedEnds(one);
    case Class::kBlocking:
      break;
  }
  return ExpectBlockingEnds(one);
}

class RealEndsTest : public testing::TestWithParam<RealCase> {};

TEST_P(RealEndsTest, EachCallEndsOnceInTimeAndNamesTheCause) {
  EndsCase one = {GetParam().actions, GetParam().child};
  one.patience = absl::Milliseconds(2500);
  LibuvLoop();  // what a process' first loop opens stays open
  absl::Duration lateness;
  for (int attempt = 1; attempt <= kAttempts; ++attempt) {
    const int before = CountDescriptors();
    RealEndsStage stage(one);
    EndsRecord record = Play(GetParam().of, one, &stage);
    record.descriptors_left = CountDescriptors() - before;
    lateness = stage.lateness();
    if (lateness > kTooLate) continue;
    ExpectedEnds expected = Expect(GetParam().of, one);
    const absl::Duration slack = 10 * lateness + absl::Milliseconds(20);
    for (ExpectedEnds::End& call : expected.calls) call.late += slack;
    expected.destroyed += slack;
    EXPECT_EQ(JudgeEnds(record, expected), "") << ToString(one);
    return;
  }
  FAIL() << "the machine was never quiet enough; a timer was late by "
         << lateness;
}

INSTANTIATE_TEST_SUITE_P(Telling, RealEndsTest, testing::ValuesIn(kCases));

}  // namespace
}  // namespace forkrpc
