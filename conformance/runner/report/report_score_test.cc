// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report/report_score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "google/protobuf/text_format.h"

namespace forkrpc::conformance {
namespace {

using ::testing::ElementsAre;

constexpr char kReport[] = R"(
  suite { id: "child/a" role: CHILD level: MUST reqs: "FR-FRM-001"
          sync_runs: 2 async_runs: 1 }
  suite { id: "child/b" role: CHILD level: SHOULD reqs: "FR-FRM-002"
          sync_runs: 3 }
  suite { id: "parent/c" role: PARENT level: MUST reqs: "FR-FRM-003"
          sync_runs: 5 async_runs: 5 }
  requirements { id: "FR-FRM-001" roles: CHILD forms: SYNC forms: ASYNC
                 cases: "child/a" }
  requirements { id: "FR-FRM-002" roles: CHILD forms: SYNC cases: "child/b" }
  requirements { id: "FR-FRM-003" roles: PARENT forms: SYNC cases: "parent/c" }
  requirements { id: "FR-FRM-004" roles: CHILD roles: PARENT forms: SYNC }
  testees { classes { role: CHILD form: SYNC state: RAN
    runs { id: "child/a:sync" level: MUST verdict: PASS reqs: "FR-FRM-001" }
    runs { id: "child/a:sync:pipes" level: MUST verdict: CRASH
           reqs: "FR-FRM-001" }
    runs { id: "child/b:sync" level: SHOULD verdict: FAIL reqs: "FR-FRM-002" }
  } })";

Report Scored(const std::string& text) {
  Report report;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &report));
  ScoreClasses(&report);
  return report;
}

ClassResult& Class(Report& report) {
  return *report.mutable_testees(0)->mutable_classes(0);
}

TEST(ReportScoreTest, TheTotalsAreTheSuites) {
  Report report = Scored(kReport);
  const Score& score = Class(report).score();
  EXPECT_EQ(score.must_passed(), 1u);
  EXPECT_EQ(score.must_failed(), 1u);
  EXPECT_EQ(score.must_total(), 2u);
  EXPECT_EQ(score.should_passed(), 0u);
  EXPECT_EQ(score.should_failed(), 1u);
  EXPECT_EQ(score.should_total(), 3u);  // two were filtered out
  EXPECT_EQ(score.runs_tried(), 3u);
  EXPECT_EQ(score.runs_total(), 5u);
  EXPECT_EQ(score.requirements_tried(), 2u);
  EXPECT_EQ(score.requirements_total(), 3u);
  EXPECT_THAT(score.requirements_untried(), ElementsAre("FR-FRM-004"));
}

// No figure that is better when higher may rise, no total may move.
void ExpectNoBetter(const Score& now, const Score& before) {
  EXPECT_LE(now.must_passed(), before.must_passed());
  EXPECT_LE(now.should_passed(), before.should_passed());
  EXPECT_LE(now.runs_tried(), before.runs_tried());
  EXPECT_LE(now.requirements_tried(), before.requirements_tried());
  EXPECT_EQ(now.must_total(), before.must_total());
  EXPECT_EQ(now.should_total(), before.should_total());
  EXPECT_EQ(now.runs_total(), before.runs_total());
  EXPECT_EQ(now.requirements_total(), before.requirements_total());
}

TEST(ReportScoreTest, ASkipNeverRaisesAScore) {
  const Report before = Scored(kReport);
  const Score& score = before.testees(0).classes(0).score();
  for (int i = 0; i < 3; ++i) {
    for (const Verdict verdict : {UNSUPPORTED, HARNESS}) {
      Report report = before;
      Class(report).mutable_runs(i)->set_verdict(verdict);
      ScoreClasses(&report);
      ExpectNoBetter(Class(report).score(), score);
      EXPECT_EQ(Class(report).score().runs_tried(), 2u);
    }
    Report report = before;
    Class(report).mutable_runs()->DeleteSubrange(i, 1);
    ScoreClasses(&report);
    ExpectNoBetter(Class(report).score(), score);
    EXPECT_EQ(Class(report).score().runs_tried(), 2u);
  }
}

TEST(ReportScoreTest, AClassThatDidNotRunHasTriedNothing) {
  Report report = Scored(kReport);
  Class(report).clear_runs();
  Class(report).set_state(ClassResult::NOT_OFFERED);
  ScoreClasses(&report);
  EXPECT_EQ(Class(report).score().runs_tried(), 0u);
  EXPECT_EQ(Class(report).score().runs_total(), 5u);
}

TEST(ReportScoreTest, UncitedRequirementsAreNamed) {
  const Report report = Scored(kReport);
  ASSERT_EQ(Uncited(report).size(), 1u);
  EXPECT_EQ(Uncited(report)[0]->id(), "FR-FRM-004");
}

TEST(ReportScoreTest, TheBundledRecordsAreThere) {
  const absl::StatusOr<spec::Requirements> records = RequirementRecords();
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_GT(records->requirements_size(), 80);
}

}  // namespace
}  // namespace forkrpc::conformance
