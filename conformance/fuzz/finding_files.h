// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What is written of a finding, in a folder of its own:
//
//   plan.txtpb          the plan as it was shrunk, for `shrink` and `replay`
//   case.textproto      the case that it makes; the folder is one for --cases
//   wire.hex            what the runner sent, one write a line
//   log                 the annotated log of one more run
//   repro.sh            does that run again against any testee
//
// One thread.
//
//   absl::Status status = WriteFinding(finding, folder, machine, bench);

#ifndef CONFORMANCE_FUZZ_FINDING_FILES_H_
#define CONFORMANCE_FUZZ_FINDING_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "conformance/fuzz/fuzz.h"

namespace forkrpc::conformance {

absl::Status WriteFinding(const Finding& finding, const std::string& folder,
                          const Machine& machine, const Bench& bench);

// A plan or a case as it was written, whichever it is.
struct PlanOrCase {
  bool is_plan = false;
  Plan plan;
  Case made;
};
absl::StatusOr<PlanOrCase> ReadPlanOrCase(const std::string& path);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_FINDING_FILES_H_
