// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// RunCase: one run against one testee, from start to verdict.
//
// RunCase gives the run a process of its own, so that nothing that a testee
// does in one can touch another; SharedProcesses is for those that may share
// one. Any thread; several at once.
//
//   RunOutcome outcome = RunCase(run, testee, spec, {absl::Seconds(2)});
//   if (outcome.result.verdict() != PASS) std::cout << outcome.log;

#ifndef CONFORMANCE_RUNNER_VERDICT_CASE_RUNNER_H_
#define CONFORMANCE_RUNNER_VERDICT_CASE_RUNNER_H_

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "conformance/runner/cases/case_run.h"
#include "conformance/runner/cases/spec_text.h"
#include "conformance/runner/cases/splits.h"
#include "conformance/runner/testee/manifest.h"
#include "conformance/runner/testee/testee_process.h"
#include "forkrpc/conformance_result.pb.h"

namespace forkrpc::conformance {

struct RunOutcome {
  RunResult result;
  std::string log;     // annotated, for people
  std::string record;  // for machines, see WireRecord; "" if not to be kept
  // The testee sent an octet over the wire or reported a line.
  bool spoke = false;
  // How long the runner looked at it; 0 if it was not started.
  absl::Duration watched;
  // It ended before the runner asked it to.
  bool ended_early = false;
};

// Somebody who looks into the testee of the one run that there is.
class RunDebugger {
 public:
  virtual ~RunDebugger() = default;

  // Whether the testee stands still before it executes its program.
  virtual bool stops_testee() const = 0;
  // The testee is process `pid`; nothing has been sent to it. An error ends the
  // run as HARNESS.
  virtual absl::Status Started(pid_t pid) = 0;
  // What the steps came to; when this returns, the testee is ended.
  virtual void Judged(absl::string_view finding) = 0;
};

struct RunSettings {
  absl::Duration watchdog;               // silence that is called a hang
  uint64_t seed = Splits::kDefaultSeed;  // of random splits
  bool keep_record = false;
  // If it is not null and becomes true, the verdict is NOT_LOOKED_AT.
  const std::atomic<bool>* interrupted = nullptr;
  // May be null. Only while the runner has no other thread.
  RunDebugger* debugger = nullptr;
};

// What is known of a run before it has begun.
RunResult BlankResult(const CaseRun& run);

RunOutcome RunCase(const CaseRun& run, const Testee& testee,
                   const SpecText& spec, const RunSettings& settings);

// The same as the next session of `process`, which has begun it. If the run is
// passed and the process has said that the session ended, the process is then
// in *alive; else it is ended.
RunOutcome RunAmongMany(const CaseRun& run, const Testee& testee,
                        const SpecText& spec, const RunSettings& settings,
                        TesteeProcess process,
                        std::optional<TesteeProcess>* alive);

// What may be said of a run before anything is started: *outcome has the
// verdict if the testee has excused itself, or somebody has interrupted.
bool IsSettled(const CaseRun& run, const Testee& testee, const SpecText& spec,
               const RunSettings& settings, RunOutcome* outcome);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_VERDICT_CASE_RUNNER_H_
