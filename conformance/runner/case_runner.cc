// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/case_runner.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "conformance/runner/case_checks.h"
#include "conformance/runner/driver.h"
#include "conformance/runner/session.h"

namespace forkrpc::conformance {
namespace {

constexpr int kProtocolErrorStatus = 10;
constexpr int kNotSupportedStatus = 89;
constexpr size_t kStepText = 160;

RunResult BlankResult(const CaseRun& run) {
  const Case& c = *run.conformance_case;
  RunResult result;
  result.set_id(run.Id());
  result.set_case_id(c.id());
  result.set_level(c.level());
  *result.mutable_reqs() = c.reqs();
  result.set_transport(run.transport);
  result.set_chunking(run.chunking);
  return result;
}

void Break(const std::string& req, const SpecText& spec, RunResult* result) {
  result->set_broken_req(req);
  const Requirement* requirement = spec.Find(req);
  if (requirement != nullptr) result->set_broken_text(requirement->sentence);
}

std::string StepText(const Step& step) {
  Step shown = step;
  shown.clear_req();
  const std::string text = shown.ShortDebugString();
  return text.size() <= kStepText
             ? text
             : absl::StrCat(text.substr(0, kStepText), "...");
}

// Plays the steps; *number is the one that failed, from 1.
absl::Status Play(const CaseRun& run, Session* session, int* number) {
  const std::unique_ptr<Driver> driver = MakeDriver(run, session);
  for (const Step& step : run.conformance_case->steps()) {
    ++*number;
    session->Remark(absl::StrCat("step ", *number, ": ", StepText(step)));
    const absl::Status status = driver->Do(step);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

bool EndedBadly(const Exit& exit) {
  return !exit.by_runner &&
         (exit.signal != 0 ||
          (exit.status != 0 && exit.status != kProtocolErrorStatus));
}

Verdict VerdictOf(const absl::Status& status, const Exit& exit) {
  if (status.ok()) return PASS;
  if (absl::IsInternal(status)) return HARNESS;
  if (!exit.by_runner && exit.signal == 0 &&
      exit.status == kNotSupportedStatus) {
    return UNSUPPORTED;
  }
  const bool ended_instead =
      absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  if (ended_instead && EndedBadly(exit)) return CRASH;
  return absl::IsDeadlineExceeded(status) ? HANG : FAIL;
}

// The clause that the testee named last on standard error, or "".
std::string ClaimedRequirement(const std::string& errors) {
  std::string claimed;
  for (absl::string_view line : absl::StrSplit(errors, '\n')) {
    if (!absl::ConsumePrefix(&line, "forkrpc-req: ")) continue;
    const absl::string_view id = absl::StripAsciiWhitespace(line);
    if (LooksLikeRequirementId(id)) claimed = std::string(id);
  }
  return claimed;
}

std::string LogText(const CaseRun& run, const Testee& testee,
                    const RunResult& result, const Session& session,
                    const std::string& wire) {
  const Case& c = *run.conformance_case;
  std::string text = absl::StrCat(
      "run      ", result.id(), "\ntestee   ", testee.manifest().name(),
      "\ntitle    ", c.title(), "\nwhy      ", c.why(), "\nverdict  ",
      Verdict_Name(result.verdict()));
  if (!result.reason().empty()) {
    absl::StrAppend(&text, ": step ", result.step(), ": ", result.reason());
  }
  if (!result.broken_req().empty()) {
    absl::StrAppend(&text, "\nclause   ", result.broken_req(), "  ",
                    result.broken_text());
  }
  if (!result.claimed_req().empty()) {
    absl::StrAppend(&text, "\nclaims   the testee names ",
                    result.claimed_req());
  }
  absl::StrAppend(&text, "\nexit     ", result.exit(),
                  "\n\nseconds      > to the testee, < from the testee, "
                  "- the runner\n",
                  wire, "\nstandard error of the testee",
                  session.errors_tail().empty() ? ": empty\n" : ":\n");
  for (const absl::string_view line :
       absl::StrSplit(session.errors_tail(), '\n', absl::SkipEmpty())) {
    absl::StrAppend(&text, "  | ", line, "\n");
  }
  return text;
}

}  // namespace

RunOutcome RunCase(const CaseRun& run, const Testee& testee,
                   const SpecText& spec, absl::Duration watchdog,
                   const std::atomic<bool>* interrupted) {
  RunOutcome outcome;
  RunResult& result = outcome.result;
  result = BlankResult(run);
  const Case& c = *run.conformance_case;
  const std::string unsupported = testee.WhyUnsupported(c);
  if (!unsupported.empty()) {
    result.set_verdict(UNSUPPORTED);
    result.set_reason(unsupported);
    const std::string req = testee.UnsupportedRequirement(c);
    if (!req.empty()) Break(req, spec, &result);
    outcome.log =
        absl::StrCat("run      ", result.id(), "\n", unsupported, "\n");
    return outcome;
  }
  if (interrupted != nullptr && *interrupted) return outcome;
  SpawnOptions spawn = testee.Spawn(c.role(), run.form);
  spawn.transport = run.transport;
  spawn.environment["FORKRPC_CASE"] = result.id();
  absl::StatusOr<TesteeProcess> process = TesteeProcess::Start(spawn);
  if (!process.ok()) {
    result.set_verdict(HARNESS);
    result.set_reason(std::string(process.status().message()));
    return outcome;
  }
  SessionOptions options;
  options.role = c.role();
  options.form = run.form;
  options.watchdog = watchdog;
  options.interrupted = interrupted;
  options.largest_payload = LargestExpectedPayload(c);
  Session session(options, *std::move(process));
  int number = 0;
  const absl::Status status = Play(run, &session, &number);
  if (!status.ok()) {
    session.Remark(
        absl::StrCat("step ", number, " is not passed: ", status.message()));
  }
  outcome.spoke = session.scanner().offset() > 0 || session.spoke();
  // A program that has closed its stream is about to end: how tells a crash.
  if (!status.ok() && session.wire_ended()) session.AwaitExit();
  outcome.ended_early = !status.ok() && session.testee().PeekExit().has_value();
  const Exit exit = session.testee().KillAndReap();
  session.DrainErrors();
  result.set_seconds(absl::ToDoubleSeconds(session.elapsed()));
  result.set_exit(exit.Text());
  result.set_verdict(VerdictOf(status, exit));
  result.set_claimed_req(ClaimedRequirement(session.errors_tail()));
  if (!status.ok()) {
    result.set_step(static_cast<uint32_t>(number));
    const Step& step = c.steps(number - 1);
    const std::string known = BrokenRequirement(status);
    if (!known.empty()) {
      Break(known, spec, &result);
    } else if (!step.req().empty()) {
      Break(step.req(), spec, &result);
    } else if (!c.reqs().empty()) {
      Break(c.reqs(0), spec, &result);
    }
    result.set_reason(std::string(status.message()));
    if (result.verdict() == CRASH &&
        !absl::StrContains(status.message(), exit.Text())) {
      result.set_reason(absl::StrCat("the program ended with ", exit.Text(),
                                     "; ", status.message()));
    } else if (result.verdict() == UNSUPPORTED) {
      result.set_reason("the testee says so (exit status 89)");
    }
  }
  outcome.log = LogText(run, testee, result, session, session.log().Text());
  return outcome;
}

}  // namespace forkrpc::conformance
