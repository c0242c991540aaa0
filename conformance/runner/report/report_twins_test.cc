// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report/report_twins.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "conformance/runner/cases/case_loader.h"
#include "conformance/runner/cases/embedded.h"
#include "conformance/runner/report/report_score.h"
#include "google/protobuf/text_format.h"

namespace forkrpc::conformance {
namespace {

// What is said of the first run of child/bad, whose twin is child/good, in a
// class that has these runs besides.
std::string SaidOf(const std::string& verdict, const std::string& others,
                   const std::string& other_classes = "") {
  const std::string text = absl::StrCat(
      R"(suite { id: "child/good" }
         suite { id: "child/bad" twin: "child/good" }
         testees { name: "a" classes { role: CHILD form: SYNC runs {
           id: "child/bad:sync" case_id: "child/bad" verdict: )",
      verdict, " } ", others, " } ", other_classes, " }");
  Report report;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &report));
  NoteTwins(&report);
  return TwinText(report.testees(0).classes(0).runs(0));
}

std::string Twin(const std::string& verdict) {
  return absl::StrCat(" runs { case_id: \"child/good\" verdict: ", verdict,
                      " }");
}

constexpr char kPassed[] = "its twin child/good passed";
constexpr char kFailed[] =
    "its twin child/good failed too (HANG): the fault may be elsewhere";

TEST(ReportTwinsTest, ATwinThatFailedTooIsSaidWithItsFirstFailure) {
  EXPECT_EQ(SaidOf("FAIL", Twin("HANG")), kFailed);
  EXPECT_EQ(SaidOf("CRASH", Twin("PASS") + Twin("HANG") + Twin("FAIL")),
            kFailed);
  EXPECT_EQ(SaidOf("HANG", Twin("HANG") + Twin("PASS")), kFailed);
}

TEST(ReportTwinsTest, ATwinThatPassedIsSaid) {
  EXPECT_EQ(SaidOf("FAIL", Twin("PASS")), kPassed);
  // What was not tried says nothing against it.
  EXPECT_EQ(SaidOf("FAIL", Twin("PASS") + Twin("UNSUPPORTED")), kPassed);
  EXPECT_EQ(SaidOf("FAIL", Twin("HARNESS") + Twin("PASS")), kPassed);
}

TEST(ReportTwinsTest, NothingIsSaidWhereNothingIsKnown) {
  EXPECT_EQ(SaidOf("FAIL", ""), "");
  EXPECT_EQ(SaidOf("FAIL", Twin("UNSUPPORTED") + Twin("HARNESS")), "");
  // Other forms and other testees are other programs.
  EXPECT_EQ(SaidOf("FAIL", "", "classes { form: ASYNC" + Twin("FAIL") + "}"),
            "");
  EXPECT_EQ(SaidOf("FAIL", "",
                   "} testees { classes { form: SYNC" + Twin("FAIL") + "}"),
            "");
}

TEST(ReportTwinsTest, OnlyWhatFailedNeedsIt) {
  for (const char* verdict : {"PASS", "UNSUPPORTED", "HARNESS"}) {
    EXPECT_EQ(SaidOf(verdict, Twin("FAIL")), "") << verdict;
  }
}

TEST(ReportTwinsTest, WhatWasNotedBeforeIsReplaced) {
  Report report;
  RunResult* const run = report.add_testees()->add_classes()->add_runs();
  run->set_verdict(FAIL);
  run->set_twin("child/other");
  run->set_twin_verdict(FAIL);
  NoteTwins(&report);
  EXPECT_EQ(run->twin(), "");
  EXPECT_EQ(run->twin_verdict(), VERDICT_UNSPECIFIED);
}

// The suite in the report has the twins that the cases name.
TEST(ReportTwinsTest, ACompleteReportHasNotedThem) {
  const absl::StatusOr<SpecText> spec = SpecText::Parse(EmbeddedSpec());
  ASSERT_TRUE(spec.ok()) << spec.status();
  const absl::StatusOr<CaseSet> cases = CaseSet::Load(EmbeddedCases(), *spec);
  ASSERT_TRUE(cases.ok()) << cases.status();
  int with_twin = 0;
  for (const Case& c : cases->cases()) {
    if (c.twin().empty()) continue;
    ++with_twin;
    Report report;
    ClassResult* const each = report.add_testees()->add_classes();
    for (const std::string& id : {c.id(), c.twin()}) {
      RunResult* const run = each->add_runs();
      run->set_case_id(id);
      run->set_verdict(CRASH);
    }
    CompleteReport(*cases, *spec, spec::Requirements(), &report);
    EXPECT_EQ(TwinText(report.testees(0).classes(0).runs(0)),
              absl::StrCat("its twin ", c.twin(),
                           " failed too (CRASH): the fault may be elsewhere"));
  }
  EXPECT_GT(with_twin, 50);
}

}  // namespace
}  // namespace forkrpc::conformance
