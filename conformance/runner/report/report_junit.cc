// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report/report_junit.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "conformance/runner/base/legible.h"
#include "conformance/runner/cases/case_run.h"
#include "conformance/runner/report/outcome.h"
#include "conformance/runner/report/report_shared.h"
#include "conformance/runner/report/report_twins.h"

namespace forkrpc::conformance {
namespace {

struct Tally {
  int tests = 0;
  int failures = 0;
  int errors = 0;
  int skipped = 0;
  double seconds = 0;
};

void Add(const Tally& more, Tally* sum) {
  sum->tests += more.tests;
  sum->failures += more.failures;
  sum->errors += more.errors;
  sum->skipped += more.skipped;
  sum->seconds += more.seconds;
}

std::string Attributes(const Tally& tally) {
  return absl::StrFormat(
      "tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" "
      "time=\"%.6f\"",
      tally.tests, tally.failures, tally.errors, tally.skipped,
      std::max(tally.seconds, 0.0));
}

// "reason\nFR-FRM-001: It MUST."
std::string Finding(const RunResult& run) {
  std::string text = run.reason();
  if (!run.broken_req().empty()) {
    absl::StrAppend(&text, "\n", run.broken_req(), ": ", run.broken_text());
  }
  if (!run.oracle().empty()) absl::StrAppend(&text, "\noracle: ", run.oracle());
  const std::string twin = TwinText(run);
  if (!twin.empty()) absl::StrAppend(&text, "\n", twin);
  return text;
}

// Element content; line feeds may stand there as they are.
std::string Content(absl::string_view text) {
  return absl::StrReplaceAll(XmlText(text), {{"&#10;", "\n"}, {"&#9;", "\t"}});
}

std::string Element(absl::string_view name, const RunResult& run,
                    absl::string_view message) {
  return absl::StrCat("      <", name, " type=\"", Verdict_Name(run.verdict()),
                      "\" message=\"", XmlText(message), "\">",
                      Content(Finding(run)), "</", name, ">\n");
}

std::string Body(const RunResult& run, bool strict, Tally* tally) {
  const std::string reason =
      run.broken_req().empty()
          ? run.reason()
          : absl::StrCat(run.broken_req(), ": ", run.reason());
  switch (OutcomeOf(run, strict)) {
    case Outcome::kPassed:
      return "";
    case Outcome::kFailed:
      ++tally->failures;
      return Element("failure", run, reason);
    case Outcome::kBroken:
      ++tally->errors;
      return Element("error", run, reason);
    case Outcome::kTolerated:
    case Outcome::kSkipped:
      break;
  }
  // This element has nothing but a message in JUnit's schema.
  ++tally->skipped;
  const std::string twin = TwinText(run);
  return absl::StrCat(
      "      <skipped message=\"",
      XmlText(absl::StrCat(
          Verdict_Name(run.verdict()), " (", Name(run.level()), "): ", reason,
          twin.empty() ? "" : "; ", twin,
          run.expected().empty() ? "" : "; expected: ", run.expected())),
      "\"/>\n");
}

std::string Stream(absl::string_view name, absl::string_view text) {
  if (text.empty()) return "";
  return absl::StrCat("      <", name, ">", Content(text), "</", name, ">\n");
}

std::string TestCase(absl::string_view name, absl::string_view class_name,
                     double seconds, absl::string_view body) {
  const std::string head = absl::StrFormat(
      "    <testcase name=\"%s\" classname=\"%s\" time=\"%.6f\"", XmlText(name),
      XmlText(class_name), seconds);
  if (body.empty()) return head + "/>\n";
  return absl::StrCat(head, ">\n", body, "    </testcase>\n");
}

std::string Property(absl::string_view name, absl::string_view value) {
  return absl::StrCat("      <property name=\"", name, "\" value=\"",
                      XmlText(value), "\"/>\n");
}

// What processes that served many sessions did otherwise is no test case: the
// verdict of a process of its own is the case's.
std::string SharedProperties(const ClassResult& each) {
  std::string properties;
  for (const SharedDifference& difference : each.differences()) {
    absl::StrAppend(&properties,
                    Property("shared_session_differs",
                             absl::StrCat(difference.run(), ": ",
                                          DifferenceText(difference))));
  }
  const std::string reason = NotSharedText(each);
  if (!reason.empty()) properties += Property("sessions_not_shared", reason);
  return properties;
}

std::string Properties(const Report& report, const TesteeResult& testee,
                       const ClassResult& each) {
  const Score& score = each.score();
  const auto share = [](uint32_t part, uint32_t total) {
    return absl::StrCat(part, "/", total);
  };
  return absl::StrCat(
      "    <properties>\n", Property("suite_version", report.suite_version()),
      Property("spec_version", report.spec_version()),
      Property("manifest", testee.manifest()),
      Property("must_runs_failed",
               share(score.must_failed(), score.must_total())),
      Property("should_runs_failed",
               share(score.should_failed(), score.should_total())),
      Property("runs_tried", share(score.runs_tried(), score.runs_total())),
      Property("requirements_tried",
               share(score.requirements_tried(), score.requirements_total())),
      SharedProperties(each), "    </properties>\n");
}

// "" for a class that nobody wanted to run.
std::string Suite(const Report& report, const TesteeResult& testee,
                  const ClassResult& each, bool strict, Tally* sum) {
  const bool dead = each.state() == ClassResult::ENDED_AT_ONCE ||
                    each.state() == ClassResult::NO_ANSWER;
  if (each.state() != ClassResult::RAN && !dead) return "";
  const std::string class_name = absl::StrCat(
      testee.name(), ".", Name(each.role()), ".", Name(each.form()));
  Tally tally;
  std::string cases;
  if (dead) {
    ++tally.tests;
    ++tally.errors;
    cases =
        TestCase("start-up", class_name, each.start_up_seconds(),
                 absl::StrCat("      <error type=\"",
                              ClassResult::State_Name(each.state()),
                              "\" message=\"", XmlText(each.note()), "\"/>\n"));
  }
  for (const RunResult& run : each.runs()) {
    ++tally.tests;
    tally.seconds += run.seconds();
    const std::string body = Body(run, strict, &tally);
    absl::StrAppend(
        &cases,
        TestCase(run.id(), class_name, run.seconds(),
                 body.empty()
                     ? ""
                     : absl::StrCat(body, Stream("system-out", run.wire_log()),
                                    Stream("system-err", run.errors()))));
  }
  Add(tally, sum);
  return absl::StrCat(
      "  <testsuite name=\"", XmlText(class_name), "\" ", Attributes(tally),
      ">\n", Properties(report, testee, each), cases, "  </testsuite>\n");
}

}  // namespace

std::string Junit(const Report& report, bool strict) {
  Tally sum;
  std::string suites;
  for (const TesteeResult& testee : report.testees()) {
    for (const ClassResult& each : testee.classes()) {
      absl::StrAppend(&suites, Suite(report, testee, each, strict, &sum));
    }
  }
  return absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
                      "<testsuites name=\"forkrpc-conformance\" ",
                      Attributes(sum), ">\n", suites, "</testsuites>\n");
}

}  // namespace forkrpc::conformance
