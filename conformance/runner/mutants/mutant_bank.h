// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// MutantBank: known bugs, the cases that must find them, and whether they do.
//
// The suite tests testees; the bank tests the suite. Each mutant is a correct
// testee with one bug. It must be found by the case that the registry expects,
// with the verdict that it expects. Loading checks the registry; Examine starts
// processes, in parallel, and returns when all have ended.
//
//   absl::StatusOr<Registry> registry = LoadRegistry(path, cases, spec);
//   for (const MutantResult& each : Examine(chosen, testees, ...)) ...

#ifndef CONFORMANCE_RUNNER_MUTANTS_MUTANT_BANK_H_
#define CONFORMANCE_RUNNER_MUTANTS_MUTANT_BANK_H_

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "conformance/runner/cases/case_loader.h"
#include "conformance/runner/cases/spec_text.h"
#include "conformance/runner/testee/manifest.h"
#include "forkrpc/conformance_result.pb.h"
#include "forkrpc/mutant.pb.h"

namespace forkrpc::conformance {

// InvalidArgument "PATH: ID: what is wrong" if a mutant lacks something, names
// a requirement that does not exist, or expects a killer that no case can be.
absl::StatusOr<Registry> LoadRegistry(const std::string& path,
                                      const CaseSet& cases,
                                      const SpecText& spec);

// The testees behind the mutants, by their names in the registry, whose path is
// `path`. NotFound if one is not installed; else those of Testee::Load.
absl::StatusOr<std::map<std::string, Testee>> LoadMutatedTestees(
    const Registry& registry, const std::string& path, const SpecText& spec);

// Every clause that a case is about: its own and those of its steps.
std::vector<std::string> RequirementsOf(const Case& conformance_case);

// One mutant in one form.
struct MutantResult {
  enum State {
    KILLED,       // as expected
    SURVIVED,     // every run passed
    WRONG_DEATH,  // killed, but not as expected
    NOT_STARTED,  // it never did anything: no kill
    BROKEN        // the harness was: no judgement
  };
  const Mutant* mutant = nullptr;
  Form form = FORM_UNSPECIFIED;
  State state = SURVIVED;
  // The runs that were made: the expected killers', then those of cases about a
  // clause that the mutant breaks, then, as long as it lives, all the others.
  // After a few hangs the rest is left out.
  std::vector<RunResult> runs;
  std::string note;  // for people, unless KILLED
  bool cut_short = false;
};

struct BankOptions {
  int jobs = 1;
  absl::Duration watchdog = absl::Seconds(1);
  // Only the expected killers: enough to see that a mutant still dies.
  bool killers_only = false;
  // Every case of the class, whatever it is about: shows what else dies, and
  // whether a mutant can make the suite doubt itself.
  bool every_case = false;
  // Once it is true, what is left is BROKEN; may be null.
  const std::atomic<bool>* interrupted = nullptr;
  std::function<void(int done, int total)> on_progress;
};

// How many hangs of a mutant are waited for.
constexpr int kHangsToWaitFor = 3;

// Results in the order of the mutants and their forms. `testees` are by name
// and installed.
std::vector<MutantResult> Examine(const std::vector<const Mutant*>& mutants,
                                  const std::map<std::string, Testee>& testees,
                                  const CaseSet& cases, const SpecText& spec,
                                  const BankOptions& options);

// The same testee without a mutant: the plain runs of its classes, and whatever
// is expected to kill one of the mutants. Each that is not passed.
std::vector<RunResult> ExamineUnmutated(
    const std::vector<const Mutant*>& mutants, const std::string& name,
    const Testee& testee, const CaseSet& cases, const SpecText& spec,
    const BankOptions& options);

// The clauses that a killing run is put down to: those that the mutant breaks
// and the case is about.
std::vector<std::string> PutDownTo(const Mutant& mutant, const RunResult& run,
                                   const CaseSet& cases);

bool Killed(const RunResult& run);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_MUTANTS_MUTANT_BANK_H_
