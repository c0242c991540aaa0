// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/fuzz_report.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "conformance/runner/base/legible.h"

namespace forkrpc::conformance {
namespace {

constexpr size_t kLongestReason = 300;

// JSON has no larger numbers that every reader takes; nobody counts so far.
uint32_t Number(uint64_t count) {
  return static_cast<uint32_t>(
      std::min<uint64_t>(count, std::numeric_limits<uint32_t>::max()));
}

std::string Shorten(const std::string& reason) {
  return LegibleLine(reason.substr(0, kLongestReason));
}

}  // namespace

std::string ClassName(Role role, Form form) {
  return absl::StrCat(Name(role), "-", Name(form));
}

FuzzFinding FindingMessage(const Finding& finding, const std::string& folder) {
  FuzzFinding message;
  message.set_signature(finding.trouble.Signature());
  message.set_level(finding.trouble.level);
  message.set_verdict(finding.trouble.verdict);
  message.set_clause(finding.trouble.clause);
  message.set_step(finding.trouble.step);
  message.set_reason(finding.trouble.reason);
  message.set_plan(Number(finding.plan.number()));
  message.set_operations_drawn(Number(finding.plan.op_size()));
  message.set_operations_left(Number(finding.shrunk.op_size()));
  message.set_firm(finding.firm());
  message.set_shown(Number(finding.shown));
  message.set_reruns(Number(finding.reruns));
  message.set_folder(folder);
  return message;
}

FuzzedClass FuzzedMessage(Role role, Form form, uint64_t seed,
                          const FuzzResult& result, const std::string& folder) {
  FuzzedClass message;
  message.set_role(role);
  message.set_form(form);
  message.set_seed(seed);
  message.set_plans(Number(result.plans));
  message.set_unsupported(Number(result.unsupported));
  const double seconds = absl::ToDoubleSeconds(result.time);
  message.set_seconds(seconds);
  message.set_plans_per_second(
      seconds > 0 ? static_cast<double>(result.plans) / seconds : 0);
  message.set_pairs_seen(Number(result.pairs_seen));
  message.set_pairs(Number(result.pairs));
  for (const Finding& finding : result.findings) {
    *message.add_findings() = FindingMessage(
        finding, absl::StrCat(folder, "/", finding.trouble.Signature()));
  }
  message.set_given_up(result.given_up);
  message.set_error(result.harness);
  message.set_shared_plans(result.shared.shared_runs());
  message.set_shared_processes(result.shared.shared_processes());
  *message.mutable_differences() = result.shared.differences();
  return message;
}

DiffedClass DiffedMessage(Role role, Form form, uint64_t seed,
                          const std::vector<std::string>& testees,
                          const DiffResult& result) {
  DiffedClass message;
  message.set_role(role);
  message.set_form(form);
  message.set_seed(seed);
  for (const std::string& each : testees) message.add_testees(each);
  message.set_plans(Number(result.plans));
  message.set_compared(Number(result.compared));
  for (const Difference& each : result.differences) {
    FuzzDifference* const difference = message.add_differences();
    difference->set_kind(each.kind);
    difference->set_first_plan(Number(each.plan));
    difference->set_plans(Number(each.count));
  }
  for (const LeftOut& each : result.left_out) {
    FuzzLeftOut* const left_out = message.add_left_out();
    left_out->set_testee(each.testee);
    left_out->set_why(each.why);
    left_out->set_reason(each.reason);
    left_out->set_first_plan(Number(each.plan));
    left_out->set_plans(Number(each.count));
  }
  return message;
}

std::string FindingText(const FuzzFinding& finding) {
  return absl::StrCat(
      "  ", Level_Name(finding.level()), " ", Verdict_Name(finding.verdict()),
      " ", finding.clause(), " at ", finding.step(), ": plan ", finding.plan(),
      ", ", finding.operations_left(), " operations, ",
      finding.firm() ? "firm"
                     : absl::StrCat("flaky: ", finding.shown(), " of ",
                                    finding.reruns(), " reruns"),
      "\n    ", Shorten(finding.reason()), "\n    ", finding.folder(), "\n");
}

std::string FuzzedText(const std::string& testee, const FuzzedClass& fuzzed) {
  std::string text = absl::StrFormat(
      "%s %s: %d plans in %.1f s (%.0f/s), %d of %d transition pairs, %d "
      "unsupported, %d findings%s\n",
      testee, ClassName(fuzzed.role(), fuzzed.form()), fuzzed.plans(),
      fuzzed.seconds(), fuzzed.plans_per_second(), fuzzed.pairs_seen(),
      fuzzed.pairs(), fuzzed.unsupported(), fuzzed.findings_size(),
      fuzzed.given_up().empty() ? "" : "; given up: " + fuzzed.given_up());
  for (const FuzzFinding& each : fuzzed.findings()) text += FindingText(each);
  for (const SharedDifference& each : fuzzed.differences()) {
    absl::StrAppend(
        &text, "  DIFFERS among many sessions: ", Shorten(each.reason()), "\n");
  }
  return text;
}

std::string DiffedText(const DiffedClass& diffed) {
  std::string text = absl::StrFormat(
      "%s: %d plans, %d compared, %d left out, %d kinds of difference\n",
      ClassName(diffed.role(), diffed.form()), diffed.plans(),
      diffed.compared(), diffed.plans() - diffed.compared(),
      diffed.differences_size());
  for (const FuzzDifference& each : diffed.differences()) {
    absl::StrAppendFormat(&text, "  %d times, first in plan %d: %s\n",
                          each.plans(), each.first_plan(), each.kind());
  }
  for (const FuzzLeftOut& each : diffed.left_out()) {
    absl::StrAppendFormat(
        &text, "  left out because of %s: %d, first plan %d: %s: %s\n",
        each.testee(), each.plans(), each.first_plan(), each.why(),
        Shorten(each.reason()));
  }
  return text;
}

}  // namespace forkrpc::conformance
