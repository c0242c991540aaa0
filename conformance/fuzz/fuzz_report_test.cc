// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/fuzz_report.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/time/time.h"

namespace forkrpc::conformance {
namespace {

FuzzResult OneFinding() {
  FuzzResult result;
  result.plans = 300;
  result.unsupported = 2;
  result.time = absl::Seconds(2);
  result.pairs_seen = 50;
  result.pairs = 169;
  Finding finding;
  finding.trouble.cls = "parent-async";
  finding.trouble.verdict = HANG;
  finding.trouble.clause = "FR-LIM-004";
  finding.trouble.step = "expect_reports";
  finding.trouble.level = MUST;
  finding.trouble.reason = "nothing moved\nfor \xff";
  finding.plan.set_number(68);
  for (int i = 0; i < 7; ++i) finding.plan.add_op();
  for (int i = 0; i < 3; ++i) finding.shrunk.add_op();
  finding.shown = 2;
  finding.reruns = 3;
  result.findings.push_back(finding);
  return result;
}

TEST(FuzzReportTest, AFindingHasAllThatItNeedsToBeMadeAgain) {
  const FuzzedClass message =
      FuzzedMessage(PARENT, ASYNC, 7, OneFinding(), "out/fuzz/cc");
  EXPECT_EQ(message.seed(), 7);
  EXPECT_EQ(message.plans(), 300);
  EXPECT_EQ(message.unsupported(), 2);
  EXPECT_EQ(message.plans_per_second(), 150);
  EXPECT_EQ(message.pairs_seen(), 50);
  EXPECT_EQ(message.pairs(), 169);
  ASSERT_EQ(message.findings_size(), 1);
  const FuzzFinding& finding = message.findings(0);
  EXPECT_EQ(finding.signature(), "parent-async-hang-FR-LIM-004-expect_reports");
  EXPECT_EQ(finding.level(), MUST);
  EXPECT_EQ(finding.verdict(), HANG);
  EXPECT_EQ(finding.clause(), "FR-LIM-004");
  EXPECT_EQ(finding.step(), "expect_reports");
  EXPECT_EQ(finding.plan(), 68);
  EXPECT_EQ(finding.operations_drawn(), 7);
  EXPECT_EQ(finding.operations_left(), 3);
  EXPECT_FALSE(finding.firm());
  EXPECT_EQ(finding.shown(), 2);
  EXPECT_EQ(finding.reruns(), 3);
  EXPECT_EQ(finding.folder(),
            "out/fuzz/cc/parent-async-hang-FR-LIM-004-expect_reports");
}

TEST(FuzzReportTest, TheTextSaysTheSame) {
  EXPECT_EQ(FuzzedText("cc", FuzzedMessage(PARENT, ASYNC, 7, OneFinding(),
                                           "out/fuzz/cc")),
            "cc parent-async: 300 plans in 2.0 s (150/s), 50 of 169 transition "
            "pairs, 2 unsupported, 1 findings\n"
            "  MUST HANG FR-LIM-004 at expect_reports: plan 68, 3 operations, "
            "flaky: 2 of 3 reruns\n"
            "    nothing moved for \\xff\n"
            "    out/fuzz/cc/parent-async-hang-FR-LIM-004-expect_reports\n");
}

TEST(FuzzReportTest, WhatIsWrongWithUsIsNoFinding) {
  FuzzResult result;
  result.harness = "plan 3: the case is wrong";
  result.given_up = "60 plans hung";
  const FuzzedClass message = FuzzedMessage(CHILD, SYNC, 1, result, "out");
  EXPECT_EQ(message.findings_size(), 0);
  EXPECT_EQ(message.error(), "plan 3: the case is wrong");
  EXPECT_EQ(message.given_up(), "60 plans hung");
  EXPECT_EQ(message.plans_per_second(), 0);
}

TEST(FuzzReportTest, WhatWasNotComparedIsSaidByTestee) {
  DiffResult result;
  result.plans = 1000;
  result.compared = 988;
  result.differences.push_back({"cc / node: sent: one sent more", 12, 4});
  result.left_out.push_back(
      {"node", "broke MUST FR-ERR-001", "expected report error", 17, 9});
  result.left_out.push_back({"shell", "unsupported", "max_frame", 40, 3});
  const DiffedClass message =
      DiffedMessage(CHILD, ASYNC, 1, {"cc", "node", "shell"}, result);
  ASSERT_EQ(message.left_out_size(), 2);
  EXPECT_EQ(message.left_out(0).testee(), "node");
  EXPECT_EQ(message.left_out(0).plans(), 9);
  EXPECT_EQ(message.left_out(1).first_plan(), 40);
  EXPECT_EQ(DiffedText(message),
            "child-async: 1000 plans, 988 compared, 12 left out, 1 kinds of "
            "difference\n"
            "  4 times, first in plan 12: cc / node: sent: one sent more\n"
            "  left out because of node: 9, first plan 17: broke MUST "
            "FR-ERR-001: expected report error\n"
            "  left out because of shell: 3, first plan 40: unsupported: "
            "max_frame\n");
}

}  // namespace
}  // namespace forkrpc::conformance
