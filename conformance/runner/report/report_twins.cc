// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report/report_twins.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "conformance/runner/report/outcome.h"

namespace forkrpc::conformance {
namespace {

using TwinOf = std::map<std::string, std::string>;  // case -> its twin

bool Failed(const RunResult& run) {
  return IsTried(run) && run.verdict() != PASS;
}

// PASS or the first failure of each case that was tried.
std::map<std::string, Verdict> VerdictsOf(const ClassResult& each) {
  std::map<std::string, Verdict> verdicts;
  for (const RunResult& run : each.runs()) {
    if (!IsTried(run)) continue;
    Verdict& verdict = verdicts.emplace(run.case_id(), PASS).first->second;
    if (verdict == PASS) verdict = run.verdict();
  }
  return verdicts;
}

void NoteTwinsOf(const TwinOf& twins, ClassResult* each) {
  const std::map<std::string, Verdict> verdicts = VerdictsOf(*each);
  for (RunResult& run : *each->mutable_runs()) {
    run.clear_twin();
    run.clear_twin_verdict();
    const auto twin = twins.find(run.case_id());
    if (twin == twins.end() || !Failed(run)) continue;
    const auto verdict = verdicts.find(twin->second);
    if (verdict == verdicts.end()) continue;
    run.set_twin(twin->second);
    run.set_twin_verdict(verdict->second);
  }
}

}  // namespace

void NoteTwins(Report* report) {
  TwinOf twins;
  for (const CaseInfo& c : report->suite()) {
    if (!c.twin().empty()) twins[c.id()] = c.twin();
  }
  for (TesteeResult& testee : *report->mutable_testees()) {
    for (ClassResult& each : *testee.mutable_classes()) {
      NoteTwinsOf(twins, &each);
    }
  }
}

std::string TwinText(const RunResult& run) {
  if (run.twin().empty()) return "";
  if (run.twin_verdict() == PASS) {
    return absl::StrCat("its twin ", run.twin(), " passed");
  }
  return absl::StrCat("its twin ", run.twin(), " failed too (",
                      Verdict_Name(run.twin_verdict()),
                      "): the fault may be elsewhere");
}

}  // namespace forkrpc::conformance
