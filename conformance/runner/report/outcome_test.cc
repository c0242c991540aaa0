// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report/outcome.h"

#include <gtest/gtest.h>

namespace forkrpc::conformance {
namespace {

TEST(OutcomeTest, AgreesWithTheExitStatus) {
  const auto outcome = [](Level level, Verdict verdict, bool strict) {
    RunResult run;
    run.set_level(level);
    run.set_verdict(verdict);
    return OutcomeOf(run, strict);
  };
  EXPECT_EQ(outcome(MUST, PASS, true), Outcome::kPassed);
  EXPECT_EQ(outcome(MUST, HANG, false), Outcome::kFailed);
  EXPECT_EQ(outcome(SHOULD, CRASH, false), Outcome::kTolerated);
  EXPECT_EQ(outcome(SHOULD, CRASH, true), Outcome::kFailed);
  EXPECT_EQ(outcome(MUST, UNSUPPORTED, false), Outcome::kSkipped);
  EXPECT_EQ(outcome(MUST, UNSUPPORTED, true), Outcome::kFailed);
  EXPECT_EQ(outcome(MUST, NOT_LOOKED_AT, false), Outcome::kSkipped);
  EXPECT_EQ(outcome(MUST, NOT_LOOKED_AT, true), Outcome::kFailed);
  EXPECT_EQ(outcome(SHOULD, HARNESS, false), Outcome::kBroken);
  EXPECT_EQ(outcome(MUST, VERDICT_UNSPECIFIED, false), Outcome::kBroken);
}

TEST(OutcomeTest, WhatIsExpectedFailsNothing) {
  RunResult run;
  run.set_level(MUST);
  run.set_expected("known");
  run.set_verdict(FAIL);
  EXPECT_EQ(OutcomeOf(run, true), Outcome::kTolerated);
  run.set_verdict(UNSUPPORTED);
  EXPECT_EQ(OutcomeOf(run, true), Outcome::kSkipped);
  run.set_verdict(HARNESS);
  EXPECT_EQ(OutcomeOf(run, true), Outcome::kBroken);
}

}  // namespace
}  // namespace forkrpc::conformance
