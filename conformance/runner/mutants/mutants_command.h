// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// forkrpc-conformance mutants: the suite against known bugs.
//
// First the correct testees behind the mutants must pass; then each mutant must
// die as the registry says; then, in a full run, each case must have killed one
// that breaks what the case is about. Call from main's thread.
//
//   return RunMutants(options, cases, spec, interrupted, std::cout);

#ifndef CONFORMANCE_RUNNER_MUTANTS_MUTANTS_COMMAND_H_
#define CONFORMANCE_RUNNER_MUTANTS_MUTANTS_COMMAND_H_

#include <atomic>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "conformance/runner/cases/case_loader.h"
#include "conformance/runner/cases/spec_text.h"

namespace forkrpc::conformance {

struct MutantsOptions {
  std::string registry;                     // path
  std::vector<std::string> filter = {"*"};  // globs over mutant ids
  // Not 0: only so many mutants, chosen by the seed, and of those only the
  // expected deaths.
  int sample = 0;
  uint64_t seed = 1;
  bool every_case = false;  // also those about other clauses
  int jobs = 1;
  absl::Duration watchdog = absl::Seconds(1);
  std::string write;  // the kill matrix goes there; "": nowhere
  // A kill matrix that must have every mutant and each death seen; "": none.
  std::string check;
  std::string out;  // folder for the whole matrix, both ways; "": none
};

// 0 if all is as expected; 1 if a mutant is not killed as expected or a case
// kills none; 2 for a registry, manifest or program that is wrong; 3 if the
// correct testees do not pass, or the harness is broken.
int RunMutants(const MutantsOptions& options, const CaseSet& cases,
               const SpecText& spec, const std::atomic<bool>& interrupted,
               std::ostream& out);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_MUTANTS_MUTANTS_COMMAND_H_
