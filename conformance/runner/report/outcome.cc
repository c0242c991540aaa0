// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/report/outcome.h"

namespace forkrpc::conformance {

Outcome OutcomeOf(const RunResult& run, bool strict) {
  // What an expectations file excuses fails nothing, also if strict.
  const bool counts = run.expected().empty();
  switch (run.verdict()) {
    case PASS:
      return Outcome::kPassed;
    case UNSUPPORTED:
    case NOT_LOOKED_AT:
      return strict && counts ? Outcome::kFailed : Outcome::kSkipped;
    case FAIL:
    case CRASH:
    case HANG:
      return counts && (strict || run.level() == MUST) ? Outcome::kFailed
                                                       : Outcome::kTolerated;
    default:
      return Outcome::kBroken;
  }
}

bool IsTried(const RunResult& run) {
  return run.verdict() == PASS || run.verdict() == FAIL ||
         run.verdict() == CRASH || run.verdict() == HANG;
}

}  // namespace forkrpc::conformance
