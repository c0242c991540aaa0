// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/diff.h"

#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "conformance/runner/cases/embedded.h"
#include "conformance/runner/testee/manifest.h"

namespace forkrpc::conformance {
namespace {

using Kinds = std::vector<std::string>;

// A run that passed; `record` is what WireRecord writes.
Tried Passed(const std::string& record, const std::string& exit = "status 0") {
  Tried tried;
  tried.outcome.result.set_verdict(PASS);
  tried.outcome.result.set_exit(exit);
  tried.outcome.record = record;
  return tried;
}

Tried Broke(Level level, const std::string& clause) {
  Tried tried = Passed("");
  tried.outcome.result.set_verdict(FAIL);
  tried.trouble.emplace();
  tried.trouble->level = level;
  tried.trouble->clause = clause;
  return tried;
}

TEST(DifferencesTest, TheSameOctetsAreEqualHoweverTheyWereCut) {
  EXPECT_EQ(Differences(Passed("0.1 > 00ff\n0.2 < 0102\n0.3 < 03\n0.4 <end\n"),
                        Passed("0.9 > 00\n1.0 > ee\n1.1 < 010203\n")),
            Kinds());
}

TEST(DifferencesTest, AnotherOrder) {
  EXPECT_EQ(Differences(Passed("0.1 < 0102\n"), Passed("0.1 < 0201\n")),
            Kinds{"sent: the same in another order"});
}

// The same hex digits, but not the same octets.
TEST(DifferencesTest, OtherOctets) {
  EXPECT_EQ(Differences(Passed("0.1 < 12\n"), Passed("0.1 < 21\n")),
            Kinds{"sent: other octets"});
}

TEST(DifferencesTest, OneSentMore) {
  const Kinds more = {"sent: one sent more"};
  EXPECT_EQ(Differences(Passed("0.1 < 01\n"), Passed("0.1 < 0102\n")), more);
  EXPECT_EQ(Differences(Passed("0.1 < 0102\n"), Passed("0.1 < 01\n")), more);
}

TEST(DifferencesTest, AnotherExitBesidesWhatWasSent) {
  EXPECT_EQ(Differences(Passed("", "status 10"), Passed("", "status 1")),
            Kinds{"exit: status 10 / status 1"});
  EXPECT_EQ(Differences(Passed("0.1 < 01\n", "status 10"),
                        Passed("0.1 < 02\n", "status 1")),
            (Kinds{"sent: other octets", "exit: status 10 / status 1"}));
}

// What they sent cannot be compared: a run ends where a clause was broken.
TEST(DifferencesTest, ABrokenShouldIsTheWholeDifference) {
  EXPECT_EQ(Differences(Broke(SHOULD, "FR-CLS-008"), Passed("0.1 < 01\n")),
            Kinds{"SHOULD FR-CLS-008 / passed"});
  EXPECT_EQ(
      Differences(Broke(SHOULD, "FR-CLS-008"), Broke(SHOULD, "FR-ERR-011")),
      Kinds{"SHOULD FR-CLS-008 / SHOULD FR-ERR-011"});
  EXPECT_EQ(
      Differences(Broke(SHOULD, "FR-CLS-008"), Broke(SHOULD, "FR-CLS-008")),
      Kinds());
}

TEST(WhyLeftOutTest, ABrokenMustIsLeftOut) {
  EXPECT_EQ(WhyLeftOut(Passed("")), "");
  EXPECT_EQ(WhyLeftOut(Broke(SHOULD, "FR-CLS-008")), "");
  EXPECT_EQ(WhyLeftOut(Broke(MUST, "FR-ORD-001")), "broke MUST FR-ORD-001");
}

TEST(WhyLeftOutTest, SoIsWhatWasNotPlayed) {
  Tried tried = Passed("");
  tried.harness = "the case is wrong";
  EXPECT_EQ(WhyLeftOut(tried), "harness");
  tried = Passed("");
  tried.outcome.result.set_verdict(UNSUPPORTED);
  EXPECT_EQ(WhyLeftOut(tried), "unsupported");
}

class DiffClassTest : public testing::Test {
 protected:
  DiffClassTest()
      : spec_(*SpecText::Parse(EmbeddedSpec())),
        testee_(*Testee::Load("conformance/mutants/cc.json", spec_)) {
    signal(SIGPIPE, SIG_IGN);
    options_.watchdogs = {absl::Seconds(10), absl::Seconds(10)};
  }

  void SetUp() override {
    const absl::Status status = testee_.CheckInstalled();
    ASSERT_TRUE(status.ok()) << status;
  }

  const SpecText spec_;
  Testee testee_;
  DiffOptions options_;
};

TEST_F(DiffClassTest, ATesteeDoesNotDifferFromItself) {
  options_.plans = 130;
  std::vector<uint64_t> progress;
  options_.on_progress = [&](uint64_t plans, size_t kinds) {
    progress.push_back(plans);
    EXPECT_EQ(kinds, 0);
  };
  const DiffResult result =
      *DiffClass(PARENT, ASYNC, {&testee_, &testee_}, spec_, options_);
  EXPECT_EQ(result.plans, 130);
  EXPECT_EQ(result.compared, 130);
  EXPECT_TRUE(result.differences.empty());
  EXPECT_TRUE(result.left_out.empty());
  // Behind each batch.
  EXPECT_EQ(progress, (std::vector<uint64_t>{128, 130}));
}

TEST_F(DiffClassTest, WhatBreaksAMustIsCountedButNotCompared) {
  options_.plans = 16;
  const Testee wrong =
      testee_.WithEnvironment("FORKRPC_MUTANT", "exits-with-1");
  const DiffResult result =
      *DiffClass(CHILD, SYNC, {&testee_, &wrong}, spec_, options_);
  EXPECT_EQ(result.plans, 16);
  EXPECT_GT(result.compared, 0);
  EXPECT_LT(result.compared, 16);
  // By whom, which clause, and how often.
  ASSERT_EQ(result.left_out.size(), 1);
  const LeftOut& left_out = result.left_out[0];
  EXPECT_EQ(left_out.testee, "cc");
  EXPECT_EQ(left_out.why, "broke MUST FR-CLS-005");
  EXPECT_NE(left_out.reason, "");
  EXPECT_GT(left_out.plan, 0);
  EXPECT_EQ(left_out.count, 16 - result.compared);
  for (const Difference& each : result.differences) {
    EXPECT_EQ(each.kind.find("MUST"), std::string::npos) << each.kind;
  }
}

}  // namespace
}  // namespace forkrpc::conformance
