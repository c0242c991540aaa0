// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "forkrpc/testing/ends_blocking_model.h"
#include "forkrpc/testing/ends_case.h"
#include "forkrpc/testing/ends_model.h"
#include "forkrpc/testing/ends_record.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using A = EndsAction;

constexpr absl::Duration kAt = absl::Milliseconds(100);

ExpectedEnds Expected() {
  ExpectedEnds expected;
  for (ExpectedEnds::End& call : expected.calls) {
    call = {kAt,
            absl::Milliseconds(10),
            {absl::StatusCode::kUnavailable},
            {"status 7"}};
  }
  expected.destroyed = kAt;
  expected.last = kAt;
  expected.clean = false;
  return expected;
}

EndsRecord Right() {
  const absl::Status lost = absl::UnavailableError("exited with status 7");
  EndsRecord record;
  for (auto& ends : record.calls) ends = {{kAt, lost}};
  record.errors = {{kAt, lost}};
  record.drains = 1;
  record.drained = {{kAt, lost}};
  record.destroyed = {kAt};
  record.quiet = kAt;
  return record;
}

TEST(EndsRecordTest, WhatIsRightIsRight) {
  EXPECT_EQ(JudgeEnds(Right(), Expected()), "");
}

TEST(EndsRecordTest, EachThingThatIsWrongIsSaid) {
  const struct {
    std::function<void(EndsRecord*)> spoil;
    const char* said;
  } kCases[] = {
      {[](auto* r) { r->calls[0].clear(); }, "call A ended 0 times"},
      {[](auto* r) { r->calls[1].push_back(r->calls[1][0]); },
       "call B ended 2 times"},
      {[](auto* r) { r->calls[0][0].when -= absl::Milliseconds(1); },
       "ended at 99ms"},
      {[](auto* r) { r->calls[0][0].when += absl::Milliseconds(11); },
       "ended at 111ms"},
      {[](auto* r) { r->calls[0][0].status = absl::OkStatus(); },
       "expected UNAVAILABLE"},
      {[](auto* r) { r->calls[0][0].status = absl::UnavailableError("why"); },
       "does not say \"status 7\""},
      {[](auto* r) { r->destroyed.clear(); }, "on_destroy was called 0"},
      {[](auto* r) { r->destroyed.push_back(kAt); }, "on_destroy was called 2"},
      {[](auto* r) { r->destroyed[0] += kAt; }, "on_destroy came at 200ms"},
      {[](auto* r) { r->errors.push_back(r->errors[0]); }, "on_error"},
      {[](auto* r) { r->call_errors = 1; }, "on_error"},
      {[](auto* r) { r->told_when_gone = 1; }, "after on_destroy"},
      {[](auto* r) { r->drained_when_gone = 1; }, "after on_destroy"},
      {[](auto* r) { r->drained.clear(); }, "1 drains had 0 answers"},
      {[](auto* r) { r->drained[0].status = absl::OkStatus(); }, "not clean"},
      {[](auto* r) { r->quiet += kAt; }, "a timer was left"},
      {[](auto* r) { r->hangs = 1; }, "hung"},
      {[](auto* r) { r->wrong_cancels = 1; }, "cancel"},
      {[](auto* r) { r->zombies = 1; }, "not reaped"},
      {[](auto* r) { r->stray_signals = 1; }, "signals"},
      {[](auto* r) { r->descriptors_left = 1; }, "descriptors"},
  };
  for (const auto& one : kCases) {
    EndsRecord record = Right();
    one.spoil(&record);
    const std::string wrong = JudgeEnds(record, Expected());
    EXPECT_TRUE(absl::StrContains(wrong, one.said))
        << "\"" << wrong << "\" does not say " << one.said;
  }
}

TEST(EndsCaseTest, AllSequencesAreVisitedOnce) {
  std::set<std::vector<A>> seen;
  ForEachSequence(A::kExit, {A::kExit, A::kKill, A::kDrain}, 3,
                  [&](const std::vector<A>& actions) {
                    EXPECT_EQ(actions.front(), A::kExit);
                    EXPECT_EQ(actions.size(), 3u);
                    EXPECT_TRUE(seen.insert(actions).second);
                  });
  EXPECT_EQ(seen.size(), 9u);
  EXPECT_EQ(ToString(EndsCase{
                {A::kStreamOver, A::kDeadline}, EndsChild::kStubborn, false}),
            "stream over, deadline (stubborn child, no pidfds)");
}

// What the models say, by hand.
TEST(EndsModelTest, AWorkersCallsEndAsTheHeadersSay) {
  const auto expect = [](std::vector<A> actions, EndsChild child) {
    return ExpectLoopEnds(EndsCase{std::move(actions), child},
                          LoopEndsRules::kWorker);
  };
  // Its deadline holds although the stream is over; the other call waits for
  // the worker's end, which exit_grace brings.
  ExpectedEnds ends = expect({A::kStreamOver}, EndsChild::kMute);
  EXPECT_EQ(ends.calls[0].when, kTimeout);
  EXPECT_EQ(ends.calls[0].codes[0], absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(ends.calls[1].when, kGap + kExitGrace + kSigkillTakes);
  EXPECT_EQ(ends.calls[1].codes[0], absl::StatusCode::kUnavailable);
  // The shorter grace counts.
  ends = expect({A::kTerminate, A::kTerminate}, EndsChild::kStubborn);
  EXPECT_EQ(ends.calls[1].when, 2 * kGap + TerminateGrace(1) + kSigkillTakes);
  EXPECT_EQ(ends.calls[1].codes[0], absl::StatusCode::kCancelled);
  // A pause hides the worker's end, but not from who terminates it.
  ends = expect({A::kPause, A::kExit, A::kTerminate}, EndsChild::kMute);
  EXPECT_EQ(ends.calls[1].when, 3 * kGap);
  ends = expect({A::kPause, A::kExit}, EndsChild::kMute);
  EXPECT_GT(ends.calls[1].when, absl::Seconds(20));
  ends = expect({A::kDrain}, EndsChild::kDraining);
  EXPECT_EQ(ends.calls[0].codes[0], absl::StatusCode::kOk);
  EXPECT_EQ(ends.clean, true);
}

TEST(EndsModelTest, TheOtherClientsCallsEndAsTheHeadersSay) {
  const EndsCase held = {{A::kGrandchild, A::kExit}};
  EXPECT_EQ(ExpectPipelinedEnds(held).calls[1].when, 2 * kGap);
  EXPECT_EQ(ExpectBlockingEnds(held).calls[0].when, 2 * kGap);
  const EndsCase over = {{A::kCancel, A::kStreamOver}};
  const ExpectedEnds::End a = ExpectPipelinedEnds(over).calls[0];
  EXPECT_LE(a.when + a.late, kTimeout + absl::Milliseconds(10));
  const EndsCase destroyed = {{A::kDestroy}};
  EXPECT_EQ(ExpectPipelinedEnds(destroyed).calls[0].ends,
            ExpectedEnds::End::kMustNot);
}

}  // namespace
}  // namespace forkrpc
