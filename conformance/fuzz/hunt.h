// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Hunt: how many plans it takes to find each bug of the mutant bank.
//
// Call from main's thread.
//
//   return Hunt(options, cases, spec, interrupted, std::cout);

#ifndef CONFORMANCE_FUZZ_HUNT_H_
#define CONFORMANCE_FUZZ_HUNT_H_

#include <atomic>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "conformance/runner/cases/case_loader.h"
#include "conformance/runner/cases/spec_text.h"

namespace forkrpc::conformance {

struct HuntOptions {
  std::string registry;
  std::vector<std::string> filter = {"*"};  // globs over mutant ids
  uint64_t plans = 10000;                   // for each mutant in each form
  uint64_t seed = 1;
  int jobs = 1;
  absl::Duration watchdog = absl::Seconds(1);
  std::string write;  // the table goes there; "": nowhere
};

// A line for each mutant in each form: its id, the form, "found" or "missed",
// the plan, the finding and the operations of the shrunk plan. 0 if all are
// found but those that the registry calls equivalent, else 1; 2 for a registry
// that is wrong.
int Hunt(const HuntOptions& options, const CaseSet& cases, const SpecText& spec,
         const std::atomic<bool>& interrupted, std::ostream& out);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_HUNT_H_
