// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/trouble.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace forkrpc::conformance {
namespace {

// "expect_frames", the kind of the case's step with that number.
std::string StepKind(const Case& made, uint32_t number) {
  if (number == 0 || number > static_cast<uint32_t>(made.steps_size())) {
    return "none";
  }
  const Step& step = made.steps(static_cast<int>(number) - 1);
  const auto* const field = step.GetReflection()->GetOneofFieldDescriptor(
      step, Step::descriptor()->FindOneofByName("kind"));
  return field == nullptr ? "none" : std::string(field->name());
}

Level LevelOf(const std::string& req, const SpecText& spec) {
  const Requirement* const known = spec.Find(req);
  return known == nullptr ? MUST : known->level;
}

// What the oracle saw, if it says something of its own.
std::string StrongestOf(const RunResult& result, const SpecText& spec) {
  std::string strongest;
  for (const std::string& req : result.oracle_reqs()) {
    if (strongest.empty() || LevelOf(req, spec) < LevelOf(strongest, spec)) {
      strongest = req;
    }
  }
  return strongest;
}

// What the plan was about where it went wrong. A crash is charged to the clause
// of a program's end, which tells no finding from another.
std::string ClauseOf(const Case& made, const RunResult& result) {
  if (result.verdict() != CRASH) return result.broken_req();
  const std::string& of_step =
      made.steps(static_cast<int>(result.step()) - 1).req();
  if (!of_step.empty()) return of_step;
  for (const std::string& req : made.reqs()) {
    const auto& seen = result.oracle_reqs();
    if (std::find(seen.begin(), seen.end(), req) != seen.end()) return req;
  }
  return made.reqs().empty() ? "" : made.reqs(0);
}

void Judge(const Case& made, const SpecText& spec, Tried* tried) {
  const RunResult& result = tried->outcome.result;
  const bool passed_but = result.verdict() == HARNESS &&
                          absl::StartsWith(result.reason(), "every step");
  if (result.verdict() == HARNESS && !passed_but) {
    tried->harness = result.reason();
    return;
  }
  if (result.verdict() == NOT_LOOKED_AT &&
      tried->outcome.watched == absl::ZeroDuration()) {
    tried->harness = result.reason();
    return;
  }
  if (result.verdict() == UNSUPPORTED || result.verdict() == NOT_LOOKED_AT) {
    return;
  }
  if (result.verdict() == PASS && result.oracle().empty()) return;
  Trouble trouble;
  trouble.cls = absl::StrCat(Name(made.role()), "-",
                             Name(static_cast<Form>(made.forms(0))));
  if (passed_but || result.verdict() == PASS) {
    trouble.clause = StrongestOf(result, spec);
    trouble.step = "oracle";
    trouble.reason = result.oracle();
  } else {
    trouble.verdict = result.verdict();
    trouble.step = StepKind(made, result.step());
    trouble.clause = trouble.step == "expect_descriptors"
                         ? "descriptors"
                         : ClauseOf(made, result);
    trouble.reason = result.reason();
  }
  trouble.level = LevelOf(trouble.clause, spec);
  tried->trouble = std::move(trouble);
}

}  // namespace

std::string Trouble::Signature() const {
  return absl::StrCat(cls, "-", absl::AsciiStrToLower(Verdict_Name(verdict)),
                      "-", clause, "-", step);
}

Tried TryCase(const Case& made, Form form, Transport transport,
              const Bench& bench) {
  Tried tried;
  const CaseRun run = {&made, form, transport, WHOLE};
  tried.outcome =
      bench.shared == nullptr
          ? RunCase(run, bench.testee, bench.spec, bench.settings)
          : bench.shared->Run(run, bench.testee, bench.spec, bench.settings);
  Judge(made, bench.spec, &tried);
  return tried;
}

Tried TryPlan(const Plan& plan, const Machine& machine, const Without& without,
              const Bench& bench) {
  const Compiled compiled = Compile(plan, machine, bench.spec, without);
  Tried tried = TryCase(compiled.made, plan.form(), plan.transport(), bench);
  if (!compiled.legal && tried.harness.empty()) {
    tried.harness = "the plan's walk is not one of the specification's machine";
  }
  return tried;
}

}  // namespace forkrpc::conformance
