// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "conformance/runner/base/legible.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"

namespace forkrpc::conformance {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Report Parse(const std::string& text) {
  Report report;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &report));
  return report;
}

constexpr char kReport[] = R"(
  suite_version: "0.1.0" cases: 3
  testees {
    name: "good" manifest: "good.json"
    classes { role: CHILD form: SYNC state: RAN
      counts { must_passed: 9 must_total: 10 should_passed: 1 should_total: 2
               pass: 10 fail: 1 hang: 1 }
      runs { id: "child/a:sync" level: MUST verdict: PASS }
      runs { id: "child/b:sync" level: MUST verdict: FAIL reason: "a | b"
             broken_req: "FR-FRM-001" broken_text: "It MUST." log: "x.log" } }
    classes { role: PARENT form: ASYNC state: NOT_INSTALLED
              note: "not installed: get it" }
  })";

TEST(ReportTest, TheTableHasALineForEachClass) {
  EXPECT_EQ(SummaryTable(Parse(kReport)),
            "testee  class         MUST  SHOULD  PASS  FAIL  CRASH  HANG  "
            "UNSUPPORTED\n"
            "good    child sync    9/10     1/2    10     1      -     1       "
            "     -\n"
            "good    parent async  not installed: get it\n"
            "figures are runs: a case times its forms, transports and "
            "chunkings\n");
}

TEST(ReportTest, TheTableSaysWhatNoCaseCites) {
  EXPECT_THAT(SummaryTable(Parse(R"(
                requirements { id: "FR-FRM-001" cases: "child/a" }
                requirements { id: "FR-FRM-002" testability: TEST }
                requirements { id: "FR-FRM-003" testability: VECTOR })")),
              HasSubstr("2 of 3 requirements are cited by no case; what shows "
                        "a breach of them: 1 vector, 1 test\n"));
}

TEST(ReportTest, DivergencesNameClauseReasonAndLog) {
  EXPECT_EQ(Divergences(Parse(kReport)),
            "FAIL        good  child/b:sync  [MUST]\n"
            "            a | b\n"
            "            FR-FRM-001: It MUST.\n"
            "            log: x.log\n");
}

TEST(ReportTest, WhatIsNotLookedAtIsCountedByItsReason) {
  const Report report = Parse(R"(testees { name: "t" classes { state: RAN
      counts { must_passed: 1 must_total: 4 pass: 1 not_looked_at: 3 }
      runs { id: "child/a:sync" verdict: PASS }
      runs { id: "child/b:sync" verdict: NOT_LOOKED_AT reason: "no /proc" }
      runs { id: "child/c:sync" verdict: NOT_LOOKED_AT reason: "no net" }
      runs { id: "child/d:sync" verdict: NOT_LOOKED_AT reason: "no /proc" }
      } })");
  EXPECT_EQ(Divergences(report),
            "NOT LOOKED AT  t  2 runs, such as child/b:sync\n"
            "               no /proc\n"
            "NOT LOOKED AT  t  1 run, child/c:sync\n"
            "               no net\n");
  EXPECT_THAT(SummaryTable(report), HasSubstr("1/4"));
  EXPECT_THAT(SummaryTable(report), HasSubstr("  3 not looked at\n"));
  EXPECT_THAT(Markdown(report), HasSubstr("\n## Not looked at\n"));
  EXPECT_THAT(Markdown(report), Not(HasSubstr("Every run is passed")));
}

TEST(ReportTest, WhatDiffersAmongManySessionsIsSaid) {
  const Report report = Parse(R"(
    testees { name: "fake" classes {
      role: CHILD form: SYNC
      not_shared: "there is no folder"
      differences {
        run: "child/a:sync" session: 6 shared: FAIL reason: "got hi!" own: PASS
      }
      differences {
        run: "child/b:sync" session: 9 shared: PASS reason: "it leaks"
      }
    } }
  )");
  const std::string text =
      "DIFFERS     fake  child/a:sync\n"
      "            as session 6 of a process FAIL: got hi!; in a process of "
      "its "
      "own PASS, which counts\n"
      "DIFFERS     fake  child/b:sync\n"
      "            as session 9 of a process PASS, but it leaks\n"
      "NOT SHARED  fake  child sync: there is no folder\n";
  EXPECT_THAT(Divergences(report), HasSubstr(text));
  EXPECT_THAT(Markdown(report), HasSubstr("    NOT SHARED  fake  child sync: "
                                          "there is no folder\n"));
}

TEST(ReportTest, ATwinStandsBesideItsCase) {
  const Report report = Parse(R"(testees { name: "t" classes { runs {
      id: "child/b:sync" level: MUST verdict: FAIL reason: "r"
      twin: "child/a" twin_verdict: PASS } } })");
  EXPECT_EQ(Divergences(report),
            "FAIL        t  child/b:sync  [MUST]\n"
            "            r\n"
            "            its twin child/a passed\n");
  EXPECT_THAT(Markdown(report), HasSubstr("| r; its twin child/a passed |"));
}

TEST(ReportTest, MarkdownEscapesItsCells) {
  const std::string text = Markdown(Parse(kReport));
  EXPECT_THAT(text, HasSubstr("| good | child sync | 9/10 | 1/2 |"));
  EXPECT_THAT(text, HasSubstr("| FR-FRM-001 | a \\| b | `x.log` |"));
  const std::string hostile = Markdown(Parse(R"(
      requirements { id: "FR-FRM-009" testability: TEST sentence: "A `b` MUST." }
      testees { classes { runs { id: "a`b" verdict: FAIL
          reason: "<b>|\n*x*_y_[z](u)\x1b\xff" } } })"));
  EXPECT_THAT(hostile, HasSubstr("| `` a`b `` |"));
  EXPECT_THAT(hostile, HasSubstr("| &lt;b>\\| \\*x\\*\\_y\\_\\[z\\](u)"
                                 "\\\\x1b\\\\xff |"));
  EXPECT_THAT(hostile, HasSubstr("\n- FR-FRM-009 (test): A \\`b\\` MUST.\n"));
  EXPECT_THAT(Markdown(Report()), HasSubstr("Every run is passed."));
}

TEST(ReportTest, JsonIsTheMessage) {
  const Report report = Parse(kReport);
  const absl::StatusOr<std::string> json = Json(report);
  ASSERT_TRUE(json.ok()) << json.status();
  Report back;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(*json, &back).ok());
  EXPECT_EQ(back.SerializeAsString(), report.SerializeAsString());
}

TEST(ReportTest, JsonHoldsNoOctetsThatItCannot) {
  const Report report = Parse(R"(
      testees { name: "n\xff" classes { runs {
          reason: "</script>\"\\" reqs: "\x01" oracle: "\xe2\x82\xac" } } })");
  const absl::StatusOr<std::string> json = Json(report);
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(Legible(*json), *json);
  Report back;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(*json, &back).ok());
  const RunResult& run = back.testees(0).classes(0).runs(0);
  EXPECT_EQ(back.testees(0).name(), "n\\xff");
  EXPECT_EQ(run.reason(), "</script>\"\\");
  EXPECT_EQ(run.reqs(0), "\\x01");
  EXPECT_EQ(run.oracle(), "\xe2\x82\xac");
}

}  // namespace
}  // namespace forkrpc::conformance
