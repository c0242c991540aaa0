// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// RunCase: one run against one testee, from start to verdict.
//
// Each run has a process of its own, so that nothing that a testee does in one
// can touch another. Any thread; several at once.
//
//   RunOutcome outcome = RunCase(run, testee, spec, absl::Seconds(2));
//   if (outcome.result.verdict() != PASS) std::cout << outcome.log;

#ifndef CONFORMANCE_RUNNER_CASE_RUNNER_H_
#define CONFORMANCE_RUNNER_CASE_RUNNER_H_

#include <atomic>
#include <string>

#include "absl/time/time.h"
#include "conformance/runner/case_loader.h"
#include "conformance/runner/manifest.h"
#include "conformance/runner/spec_text.h"
#include "forkrpc/conformance_result.pb.h"

namespace forkrpc::conformance {

struct RunOutcome {
  RunResult result;
  std::string log;  // annotated, for people
  // The testee sent an octet over the wire or reported a line.
  bool spoke = false;
  // It ended before the runner asked it to.
  bool ended_early = false;
};

// If `interrupted` is not null and becomes true, the verdict is HARNESS.
RunOutcome RunCase(const CaseRun& run, const Testee& testee,
                   const SpecText& spec, absl::Duration watchdog,
                   const std::atomic<bool>* interrupted = nullptr);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CASE_RUNNER_H_
