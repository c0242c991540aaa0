// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Outcome: what a run comes to for those who read no verdicts.
//
// Pure functions; any thread.
//
//   Outcome outcome = OutcomeOf(run, /*strict=*/false);

#ifndef CONFORMANCE_RUNNER_REPORT_OUTCOME_H_
#define CONFORMANCE_RUNNER_REPORT_OUTCOME_H_

#include "forkrpc/conformance_result.pb.h"

namespace forkrpc::conformance {

// What a run means to those who only know passed, failed and skipped (JUnit,
// TAP), in agreement with the exit status.
enum class Outcome {
  kPassed,
  kFailed,     // a MUST; if strict, anything that is not passed
  kTolerated,  // a SHOULD that is not met, or what is expected: no failure
  kSkipped,    // UNSUPPORTED, NOT_LOOKED_AT
  kBroken,     // HARNESS: no judgement
};
Outcome OutcomeOf(const RunResult& run, bool strict);

// Whether the testee was judged: it passed, or got FAIL, CRASH or HANG.
bool IsTried(const RunResult& run);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_REPORT_OUTCOME_H_
