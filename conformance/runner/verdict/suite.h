// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// RunSuite: all chosen runs against all testees, in parallel, as one Report.
//
// For each class of each testee one call is made first: it measures the
// start-up, from which the watchdog is scaled, and finds programs that do not
// run at all. Runs are then spread over threads; the report's order and its
// verdicts do not depend on how many. It returns when every process has ended.
//
//   SuiteOptions options;
//   options.jobs = 2;
//   Report report = RunSuite(options, testees, cases, spec);
//   return ExitCode(report, /*strict=*/false);

#ifndef CONFORMANCE_RUNNER_VERDICT_SUITE_H_
#define CONFORMANCE_RUNNER_VERDICT_SUITE_H_

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "conformance/runner/cases/case_loader.h"
#include "conformance/runner/cases/selection.h"
#include "conformance/runner/cases/spec_text.h"
#include "conformance/runner/cases/splits.h"
#include "conformance/runner/testee/manifest.h"
#include "conformance/runner/verdict/case_runner.h"
#include "forkrpc/conformance_result.pb.h"

namespace forkrpc::conformance {

// The version of the suite, raised whenever a verdict may change.
constexpr char kSuiteVersion[] = "0.1.0";

struct Progress {
  std::string testee;
  CaseRun run;  // that has just ended
  int done;
  int total;
  int failures;  // runs so far that were looked at and are not passed
};

struct SuiteOptions {
  std::string filter = "*";                // glob over run ids and case ids
  Selection selection;                     // must choose the run besides
  int jobs = 1;                            // at least 1
  std::optional<absl::Duration> watchdog;  // instead of the scaled one
  absl::Duration start_limit = absl::Seconds(10);  // for the first call
  uint64_t seed = Splits::kDefaultSeed;            // of random splits
  // Once it is true, what has not ended gets the verdict NOT_LOOKED_AT; may be
  // null.
  const std::atomic<bool>* interrupted = nullptr;
  bool keep_records = false;  // see WireRecord
  bool fresh = false;         // each run has a process of its own
  // That many runs of a class that hang in a row stop the class: the others are
  // NOT_LOOKED_AT. 0: never.
  int most_hangs = 0;
  // Somebody who debugs the only run; may be null. Then there is no start-up
  // call and no watchdog, and `jobs` must be 1.
  RunDebugger* debugger = nullptr;
  // Called from one thread at a time after each run.
  std::function<void(const Progress&)> on_progress;
  // Called, likewise, with what came of each run; returns the path under which
  // its log was kept, or "".
  std::function<std::string(const Testee&, const RunOutcome&)> on_outcome;
};

// The shortest watchdog, and how many start-ups a longer one lasts.
constexpr absl::Duration kShortestWatchdog = absl::Seconds(2);
constexpr int kStartUpsToWait = 20;

Report RunSuite(const SuiteOptions& options, const std::vector<Testee>& testees,
                const CaseSet& cases, const SpecText& spec);

// The runner's exit status for a report, the first that holds: 3 if a verdict
// is HARNESS; 4 if a program ended at once or never answered; 1 if a
// MUST is not met or, if `strict`, anything but PASS was seen; 5 if nothing was
// tested: no testee is installed, or no run could be looked at; else 0.
int ExitCode(const Report& report, bool strict);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_VERDICT_SUITE_H_
