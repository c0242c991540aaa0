// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report/report_html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace forkrpc::conformance {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Everything fails, ten times, at length.
Report LongReport(int cases, int log_lines = 5000) {
  Report report;
  ClassResult* const each = report.add_testees()->add_classes();
  each->set_role(CHILD);
  each->set_form(SYNC);
  each->set_state(ClassResult::RAN);
  for (int i = 0; i < cases; ++i) {
    const std::string id = absl::StrCat("child/", i);
    report.add_suite()->set_id(id);
    for (int j = 0; j < 10; ++j) {
      RunResult* const run = each->add_runs();
      run->set_id(absl::StrCat(id, ":sync:", j));
      run->set_case_id(id);
      run->set_verdict(FAIL);
      run->set_reason(std::string(10000, 'r'));
      std::string log = absl::StrCat("head of ", id, " ", j, ".\n");
      for (int k = 0; k < log_lines; ++k) log += "  00000000  00\n";
      run->set_wire_log(absl::StrCat(log, "tail of ", id, " ", j, ".\n"));
    }
  }
  return report;
}

TEST(ReportHtmlTest, ALogKeepsBothEndsAndACellHasTwo) {
  const std::string page = Html(LongReport(2));
  EXPECT_THAT(page, HasSubstr("head of child/1 0."));
  EXPECT_THAT(page, HasSubstr("tail of child/1 1."));
  EXPECT_THAT(page, HasSubstr("octets left out"));
  EXPECT_THAT(page, Not(HasSubstr("head of child/1 2.")));
  EXPECT_THAT(page, HasSubstr("child/1:sync:5\""));
  EXPECT_THAT(page, Not(HasSubstr("child/1:sync:6\"")));
  EXPECT_THAT(page, HasSubstr("\"cells\":{\"0\":[0,10],\"1\":[0,10]}"));
}

TEST(ReportHtmlTest, EveryCellsFirstLogComesBeforeAnysSecond) {
  const std::string page = Html(LongReport(40));
  EXPECT_THAT(page, HasSubstr("tail of child/39 0."));
  EXPECT_THAT(page, Not(HasSubstr("tail of child/39 1.")));
  // 256 KiB of logs, 40 x 6 reasons, and the page itself.
  EXPECT_LT(page.size(), 520u * 1024);
}

TEST(ReportHtmlTest, OfManyCellsFewerRunsAreDescribed) {
  const std::string page = Html(LongReport(600, /*log_lines=*/1));
  EXPECT_THAT(page, HasSubstr("child/599:sync:3\""));
  EXPECT_THAT(page, Not(HasSubstr("child/599:sync:4\"")));
  EXPECT_LT(page.size(), 3u * 1024 * 1024);
}

TEST(ReportHtmlTest, ARunWithoutALogHasItsStandardError) {
  Report report = LongReport(2);
  for (RunResult& run :
       *report.mutable_testees(0)->mutable_classes(0)->mutable_runs()) {
    run.set_errors(absl::StrCat("cause of ", run.id(), "."));
  }
  const std::string page = Html(report);
  EXPECT_THAT(page, Not(HasSubstr("tail of child/0 5.")));
  EXPECT_THAT(page, HasSubstr("cause of child/0:sync:5."));
}

}  // namespace
}  // namespace forkrpc::conformance
