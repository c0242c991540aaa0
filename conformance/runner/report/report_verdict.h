// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What became of one testee, in one sentence that stands above all figures.
//
// A pure function over the result proto; any thread.
//
//   const VerdictLine line = VerdictOf(report, testee);
//   std::cout << testee.name() << " " << line.text;

#ifndef CONFORMANCE_RUNNER_REPORT_REPORT_VERDICT_H_
#define CONFORMANCE_RUNNER_REPORT_REPORT_VERDICT_H_

#include <string>

#include "forkrpc/conformance_result.pb.h"

namespace forkrpc::conformance {

// Worst first; the page knows the numbers.
enum class Standing {
  kBreaksMust = 0,
  kNotJudged = 1,  // no run was tried, or the suite contradicts itself
  kMissesShould = 2,
  kKeepsAll = 3,
};

struct VerdictLine {
  Standing standing;
  std::string text;
};

// "breaks 2 MUSTs in 5 cases: FR-FRM-003, FR-SID-007; 540 of 592 runs tried.":
// clauses are named, those of most cases first, as what failed runs broke. The
// report is completed (CompleteReport).
VerdictLine VerdictOf(const Report& report, const TesteeResult& testee);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_REPORT_REPORT_VERDICT_H_
