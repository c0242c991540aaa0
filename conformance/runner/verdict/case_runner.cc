// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/verdict/case_runner.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "conformance/oracle/acceptor.h"
#include "conformance/runner/base/legible.h"
#include "conformance/runner/cases/case_checks.h"
#include "conformance/runner/cases/step_text.h"
#include "conformance/runner/play/driver.h"
#include "conformance/runner/play/make_driver.h"
#include "conformance/runner/play/session.h"
#include "conformance/runner/play/wire_record.h"

namespace forkrpc::conformance {
namespace {

constexpr int kProtocolErrorStatus = 10;
constexpr int kNotSupportedStatus = 89;
constexpr absl::string_view kStepIndent = "             ";
constexpr size_t kWireLogOctets = 1 << 16;
constexpr size_t kErrorsOctets = 1 << 12;

void Break(const std::string& req, const SpecText& spec, RunResult* result) {
  result->set_broken_req(req);
  const Requirement* requirement = spec.Find(req);
  if (requirement != nullptr) result->set_broken_text(requirement->sentence);
}

// Plays the steps; *number is the one that failed, from 1.
absl::Status Play(const CaseRun& run, uint64_t seed, Session* session,
                  int* number) {
  const std::unique_ptr<Driver> driver = MakeDriver(run, seed, session);
  for (const Step& step : run.conformance_case->steps()) {
    ++*number;
    session->Remark(
        absl::StrCat("step ", *number, ": ", StepText(step, kStepIndent)));
    const absl::Status status = driver->Do(step);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

bool EndedBadly(const Exit& exit) {
  return exit.how == Exit::kSignal ||
         (exit.how == Exit::kStatus && exit.number != 0 &&
          exit.number != kProtocolErrorStatus);
}

Verdict VerdictOf(const absl::Status& status, const Exit& exit,
                  const Session& session) {
  if (status.ok()) {
    return session.not_looked_at().empty() ? PASS : NOT_LOOKED_AT;
  }
  if (absl::IsCancelled(status)) return NOT_LOOKED_AT;
  if (absl::IsInternal(status)) return HARNESS;
  if (exit.IsStatus(kNotSupportedStatus)) return UNSUPPORTED;
  const bool ended_instead =
      absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  if (ended_instead && EndedBadly(exit)) return CRASH;
  return absl::IsDeadlineExceeded(status) ? HANG : FAIL;
}

// Writes down what the oracle saw. A case that passed cannot have broken a
// MUST: then the case, the runner or the specification's machine is wrong.
void TakeOracle(const Acceptor& oracle, const SpecText& spec, bool played,
                RunResult* result) {
  if (!oracle.breach().has_value()) return;
  const Breach& breach = *oracle.breach();
  bool must = false;
  for (const std::string& req : breach.reqs) {
    result->add_oracle_reqs(req);
    const Requirement* const known = spec.Find(req);
    must |= known == nullptr || known->level == MUST;
  }
  result->set_oracle(absl::StrCat(
      "at octet ", breach.offset, " the testee ", breach.what, " in the state ",
      breach.state, ", which breaks ", absl::StrJoin(breach.reqs, ", ")));
  if (must && played) {
    result->set_verdict(HARNESS);
    result->set_reason(
        absl::StrCat("every step is passed, but ", result->oracle()));
  }
}

bool Has(const google::protobuf::RepeatedPtrField<std::string>& all,
         const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// Of the clauses that the case cites, one that the oracle saw broken; else the
// first. The oracle saw what was done, the step only that it was not what it
// waited for; but what the case does not cite is only what came of the fault:
// it stands in the log beside the clause.
std::string DefaultRequirement(const Case& c, const RunResult& result) {
  for (const std::string& req : c.reqs()) {
    if (Has(result.oracle_reqs(), req)) return req;
  }
  return c.reqs().empty() ? "" : c.reqs(0);
}

// What the specification's machine says a testee that hangs has still to do.
void AddOwed(const Acceptor& oracle, RunResult* result) {
  const Breach owed = oracle.Owes();
  if (owed.what.empty()) return;
  result->set_reason(absl::StrCat(result->reason(), "; in the state ",
                                  owed.state, " it owes: ", owed.what));
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
                    const SpecText& spec, const RunResult& result,
                    const Session& session, const std::string& wire) {
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
  if (!result.oracle().empty()) {
    absl::StrAppend(&text, "\noracle   ", result.oracle());
  }
  if (!result.claimed_req().empty()) {
    const Requirement* const claimed = spec.Find(result.claimed_req());
    const bool same = result.claimed_req() == result.broken_req();
    absl::StrAppend(&text, "\nclaims   ", result.claimed_req(),
                    same ? ", the same clause, says the testee"
                         : ", another clause, says the testee");
    if (claimed != nullptr && !same) {
      absl::StrAppend(&text, ": ", claimed->sentence);
    }
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

// The clause that a program breaks by ending as a crash does; "" if there is
// none, as for a parent, of whose program the specification says nothing. A
// step that is about the end itself has its own.
std::string EndingRequirement(const Case& c, const Step& failed,
                              const Session& session) {
  const bool about_it = failed.has_expect_exit() &&
                        failed.expect_exit().status() != ExpectExit::ZERO;
  if (about_it) return failed.req().empty() ? c.reqs(0) : failed.req();
  if (c.role() != CHILD) return "";
  if (session.closed()) return "FR-CLS-008";
  return session.half_closed() ? "FR-CLS-005" : "FR-CLS-013";
}

// What a crash was about: the case's first clause is not what it broke, but
// says where to look.
std::string DuringText(const Case& c, const std::string& req) {
  if (c.reqs().empty() || c.reqs(0) == req) return "";
  return absl::StrCat(" (the case is about ", c.reqs(0), ")");
}

// Says which clause the failing step broke, and why the run got its verdict.
void Blame(const Case& c, const SpecText& spec, const absl::Status& status,
           const Acceptor& oracle, Session& session, const Exit& exit,
           RunResult* result) {
  std::string req;
  if (oracle.breach().has_value() && oracle.breach()->misframed &&
      session.frames().empty()) {
    req = oracle.breach()->reqs[0];
  }
  if (req.empty()) req = BrokenRequirement(status);
  if (req.empty()) req = c.steps(static_cast<int>(result->step()) - 1).req();
  // With frames still unread the oracle may speak of one of those.
  if (req.empty() && session.frames().empty()) {
    req = DefaultRequirement(c, *result);
  } else if (req.empty() && !c.reqs().empty()) {
    req = c.reqs(0);
  }
  if (result->verdict() == CRASH) {
    req = EndingRequirement(c, c.steps(static_cast<int>(result->step()) - 1),
                            session);
  }
  if (result->verdict() != NOT_LOOKED_AT) Break(req, spec, result);
  result->set_reason(std::string(status.message()));
  if (result->verdict() == HANG) AddOwed(oracle, result);
  if (result->verdict() == CRASH) {
    const bool said = absl::StrContains(status.message(), exit.Text());
    result->set_reason(absl::StrCat(
        said ? "" : absl::StrCat("the program ended with ", exit.Text(), "; "),
        status.message(), DuringText(c, req)));
  } else if (result->verdict() == UNSUPPORTED) {
    result->set_reason("the testee says so (exit status 89)");
  }
}

// Whether the testee has said beforehand that it does not do this; `*outcome`
// is then all there is to say.
bool IsExcused(const Testee& testee, const Case& c, const SpecText& spec,
               RunOutcome* outcome) {
  const std::string why = testee.WhyUnsupported(c);
  if (why.empty()) return false;
  RunResult& result = outcome->result;
  result.set_verdict(UNSUPPORTED);
  result.set_reason(why);
  const std::string req = testee.UnsupportedRequirement(c);
  if (!req.empty()) Break(req, spec, &result);
  outcome->log = absl::StrCat("run      ", result.id(), "\n", why, "\n");
  return true;
}

// The testee in a process of its own. Somebody who debugs has seen it.
absl::StatusOr<TesteeProcess> Start(const CaseRun& run, const Testee& testee,
                                    RunDebugger* debugger) {
  SpawnOptions spawn = testee.Spawn(run.conformance_case->role(), run.form);
  spawn.transport = run.transport;
  spawn.nonblocking = run.conformance_case->nonblocking();
  spawn.environment["FORKRPC_CASE"] = run.Id();
  spawn.debugged = debugger != nullptr;
  spawn.stopped = debugger != nullptr && debugger->stops_testee();
  absl::StatusOr<TesteeProcess> process = TesteeProcess::Start(spawn);
  if (debugger == nullptr || !process.ok()) return process;
  const absl::Status status = debugger->Started(process->pid());
  if (!status.ok()) return status;
  return process;
}

// Why the run is not even begun, in *outcome; or nothing.
bool IsNotBegun(const RunSettings& settings, const absl::Status& started,
                RunOutcome* outcome) {
  RunResult& result = outcome->result;
  result.set_verdict(NOT_LOOKED_AT);
  if (settings.interrupted != nullptr && *settings.interrupted) {
    result.set_reason("interrupted before it was tried");
    return true;
  }
  if (started.ok()) return false;
  if (!absl::IsUnavailable(started)) result.set_verdict(HARNESS);
  result.set_reason(std::string(started.message()));
  outcome->log =
      absl::StrCat("run      ", result.id(), "\nverdict  ",
                   Verdict_Name(result.verdict()), ": ", result.reason(), "\n");
  return true;
}

// How the session ended. Its process is ended, too, unless `alive` is not null
// and the process has done all that was asked of it: then it is there.
Exit EndTestee(const absl::Status& status, Session* session, WireRecord* record,
               std::optional<TesteeProcess>* alive, RunOutcome* outcome) {
  outcome->spoke = session->scanner().offset() > 0 || session->spoke();
  // A program that has closed its stream is about to end: how tells a crash.
  if (!status.ok() && session->wire_ended()) session->AwaitExit();
  TesteeProcess& testee = session->testee();
  outcome->ended_early = !status.ok() && testee.PeekExit().has_value();
  Exit exit;
  if (testee.session_ended()) {
    exit = *testee.PeekExit();
    if (!status.ok()) testee.KillAndReap();
  } else {
    exit = testee.KillAndReap();
  }
  session->DrainErrors();
  outcome->result.set_seconds(absl::ToDoubleSeconds(session->elapsed()));
  outcome->watched = session->watched();
  outcome->result.set_exit(exit.Text());
  if (exit.how == Exit::kStatus || exit.how == Exit::kSignal) {
    record->Exited(exit.how == Exit::kStatus ? exit.number : 0,
                   exit.how == Exit::kSignal ? exit.number : 0,
                   session->elapsed());
  }
  if (alive != nullptr && status.ok() && testee.session_ended()) {
    alive->emplace(session->Release());
  }
  return exit;
}

// `alive` is null for a process that is the run's own.
RunOutcome PlayAndJudge(const CaseRun& run, const Testee& testee,
                        const SpecText& spec, const RunSettings& settings,
                        TesteeProcess process,
                        std::optional<TesteeProcess>* alive) {
  RunOutcome outcome;
  RunResult& result = outcome.result;
  result = BlankResult(run);
  const Case& c = *run.conformance_case;
  SessionOptions options;
  options.role = c.role();
  options.form = run.form;
  options.watchdog = settings.watchdog;
  options.interrupted = settings.interrupted;
  options.largest_payload = LargestExpectedPayload(c);
  options.among_many = alive != nullptr;
  absl::StatusOr<Acceptor> oracle = MakeOracle(c.role(), run.form);
  if (!oracle.ok()) {
    result.set_verdict(HARNESS);
    result.set_reason(std::string(oracle.status().message()));
    return outcome;
  }
  WireRecord record(&*oracle, settings.keep_record);
  options.record = &record;
  Session session(options, std::move(process));
  int number = 0;
  absl::Status status = Play(run, settings.seed, &session, &number);
  if (alive != nullptr) status.Update(session.stream_error());
  std::string finding = "every step is passed";
  if (!status.ok()) {
    finding =
        absl::StrCat("step ", number, " is not passed: ", status.message());
    session.Remark(finding);
  }
  if (settings.debugger != nullptr) settings.debugger->Judged(finding);
  const Exit exit = EndTestee(status, &session, &record, alive, &outcome);
  result.set_verdict(VerdictOf(status, exit, session));
  if (result.verdict() == NOT_LOOKED_AT) {
    result.set_reason(session.not_looked_at());
  }
  TakeOracle(*oracle, spec, /*played=*/status.ok(), &result);
  result.set_claimed_req(ClaimedRequirement(session.errors_tail()));
  if (!status.ok()) {
    result.set_step(static_cast<uint32_t>(number));
    Blame(c, spec, status, *oracle, session, exit, &result);
  }
  const std::string wire = session.log().Text();
  if (result.verdict() != PASS) {
    result.set_wire_log(Excerpt(Legible(wire), kWireLogOctets));
    result.set_errors(Excerpt(Legible(session.errors_tail()), kErrorsOctets));
  }
  outcome.record = record.Text(result, c.role(), run.form);
  outcome.log = LogText(run, testee, spec, result, session, wire);
  return outcome;
}

}  // namespace

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

bool IsSettled(const CaseRun& run, const Testee& testee, const SpecText& spec,
               const RunSettings& settings, RunOutcome* outcome) {
  outcome->result = BlankResult(run);
  return IsExcused(testee, *run.conformance_case, spec, outcome) ||
         IsNotBegun(settings, absl::OkStatus(), outcome);
}

RunOutcome RunCase(const CaseRun& run, const Testee& testee,
                   const SpecText& spec, const RunSettings& settings) {
  RunOutcome outcome;
  if (IsSettled(run, testee, spec, settings, &outcome)) return outcome;
  absl::StatusOr<TesteeProcess> process = Start(run, testee, settings.debugger);
  if (IsNotBegun(settings, process.status(), &outcome)) return outcome;
  return PlayAndJudge(run, testee, spec, settings, *std::move(process),
                      /*alive=*/nullptr);
}

RunOutcome RunAmongMany(const CaseRun& run, const Testee& testee,
                        const SpecText& spec, const RunSettings& settings,
                        TesteeProcess process,
                        std::optional<TesteeProcess>* alive) {
  return PlayAndJudge(run, testee, spec, settings, std::move(process), alive);
}

}  // namespace forkrpc::conformance
