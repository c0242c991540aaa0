// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report/report_tap.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "conformance/runner/base/legible.h"
#include "conformance/runner/cases/case_run.h"
#include "conformance/runner/report/outcome.h"
#include "conformance/runner/report/report_score.h"
#include "conformance/runner/report/report_shared.h"
#include "conformance/runner/report/report_twins.h"

namespace forkrpc::conformance {
namespace {

// A description or the reason of a directive: "#" would begin a directive.
std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(LegibleLine(text), {{"\\", "\\\\"}, {"#", "\\#"}});
}

// Old readers know no block scalars, so that all values are quoted.
std::string Key(absl::string_view name, absl::string_view value) {
  if (value.empty()) return "";
  return absl::StrCat("  ", name, ": ", JsonString(value), "\n");
}

std::string Diagnostic(const RunResult& run) {
  return absl::StrCat(
      "  ---\n", Key("verdict", Verdict_Name(run.verdict())),
      Key("level", Name(run.level())), Key("message", run.reason()),
      Key("requirement", run.broken_req()), Key("sentence", run.broken_text()),
      Key("oracle", run.oracle()), Key("twin", TwinText(run)),
      Key("claims", run.claimed_req()), Key("exit", run.exit()),
      Key("log", run.log()), Key("errors", run.errors()), "  ...\n");
}

std::string Point(const std::string& name, const RunResult& run, int number,
                  bool strict) {
  const std::string head =
      absl::StrCat(number, " - ", Escaped(absl::StrCat(name, " ", run.id())));
  switch (OutcomeOf(run, strict)) {
    case Outcome::kPassed:
      return absl::StrCat("ok ", head, "\n");
    case Outcome::kSkipped:
      return absl::StrCat("ok ", head, " # SKIP ", Escaped(run.reason()), "\n");
    case Outcome::kTolerated:
      return absl::StrCat("not ok ", head, " # TODO ", Name(run.level()), " ",
                          run.broken_req().empty()
                              ? ""
                              : absl::StrCat(Escaped(run.broken_req()), " "),
                          "is not met\n", Diagnostic(run));
    case Outcome::kFailed:
    case Outcome::kBroken:
      break;
  }
  return absl::StrCat("not ok ", head, "\n", Diagnostic(run));
}

// Comments: the verdict of a process of its own is the point's.
std::string SharedComments(const std::string& name, const ClassResult& each) {
  std::string text;
  for (const SharedDifference& difference : each.differences()) {
    absl::StrAppend(&text, "# ", LegibleLine(name), " ", difference.run(),
                    " differs ", DifferenceText(difference), "\n");
  }
  const std::string reason = NotSharedText(each);
  if (!reason.empty()) {
    absl::StrAppend(&text, "# ", LegibleLine(name),
                    ": no sessions are shared: ", reason, "\n");
  }
  return text;
}

}  // namespace

std::string Tap(const Report& report, bool strict) {
  std::string points;
  int number = 0;
  for (const TesteeResult& testee : report.testees()) {
    for (const ClassResult& each : testee.classes()) {
      const std::string name =
          absl::StrCat(testee.name(), " ", ClassName(each));
      if (each.state() == ClassResult::ENDED_AT_ONCE ||
          each.state() == ClassResult::NO_ANSWER) {
        absl::StrAppend(&points, "not ok ", ++number, " - ", Escaped(name),
                        " start-up\n  ---\n", Key("message", each.note()),
                        "  ...\n");
      } else if (each.state() != ClassResult::RAN) {
        absl::StrAppend(&points, "# ", LegibleLine(name), ": ",
                        LegibleLine(each.note()), "\n");
      }
      for (const RunResult& run : each.runs()) {
        points += Point(name, run, ++number, strict);
      }
      points += SharedComments(name, each);
    }
  }
  return absl::StrCat("TAP version 14\n1..", number,
                      number == 0 ? " # SKIP no class ran" : "", "\n", points);
}

}  // namespace forkrpc::conformance
