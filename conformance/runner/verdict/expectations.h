// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Expectations: runs that are known not to pass do not fail a run of the suite.
//
// A listed verdict is excused, another verdict is not, and a pass that was not
// expected fails, so that a list cannot outlive what it lists. Of what is
// listed as flaky neither fails; these are counted apart. Pure; any thread.
//
//   absl::StatusOr<Expectations> list = ParseExpectations(text, cases);
//   const Excused excused = Excuse(*list, absl::Now(), &report);

#ifndef CONFORMANCE_RUNNER_VERDICT_EXPECTATIONS_H_
#define CONFORMANCE_RUNNER_VERDICT_EXPECTATIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "conformance/runner/cases/case_loader.h"
#include "forkrpc/conformance_expectations.pb.h"
#include "forkrpc/conformance_result.pb.h"

namespace forkrpc::conformance {

// InvalidArgument for text that does not parse, or an entry that matches no run
// of the suite, lacks its reason or (unless it is flaky) a verdict, has the
// verdict PASS, or has a date that is none.
absl::StatusOr<Expectations> ParseExpectations(const std::string& text,
                                               const CaseSet& cases);

struct Excused {
  int runs = 0;                         // not passed, as listed
  int flaky_passed = 0;                 // passed, and may do otherwise
  int flaky_failed = 0;                 // not passed, and may do otherwise
  std::vector<std::string> unexpected;  // "TESTEE RUN: listed as ..."
};

// Sets `expected` of each run that the list excuses at that time; "flaky: "
// stands before the reason of one that is.
Excused Excuse(const Expectations& list, absl::Time now, Report* report);

// A list of what a report holds, whose reasons are still to be written: it is
// refused until they are. A case all of whose runs got one verdict is one
// entry.
std::string ExpectationsSkeleton(const Report& report);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_VERDICT_EXPECTATIONS_H_
