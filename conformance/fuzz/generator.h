// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Generator: the plans of a seed, one after another.
//
// Of a few plans drawn at random it takes the one whose walk through the
// oracle's machine has the pairs of transitions that were seen least. What it
// has seen are its own plans, not what testees did with them: the seed alone
// says which plans come, whatever is tested, on any machine. Plan n is had by
// making all before it, at some 30 microseconds each. One thread.
//
//   absl::StatusOr<Generator> generator = Generator::Create(CHILD, ASYNC, ...);
//   for (int i = 0; i < 10000; ++i) Try(generator->Next());

#ifndef CONFORMANCE_FUZZ_GENERATOR_H_
#define CONFORMANCE_FUZZ_GENERATOR_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "conformance/fuzz/coverage.h"
#include "conformance/oracle/machine.h"
#include "conformance/runner/cases/spec_text.h"
#include "forkrpc/fuzz_plan.pb.h"

namespace forkrpc::conformance {

// Invariant: coverage_ holds the walks of the first count_ plans.
class Generator {
 public:
  // `spec` must outlive it. Internal: the specification has no such machine.
  static absl::StatusOr<Generator> Create(Role role, Form form, uint64_t seed,
                                          const SpecText& spec);

  // Plan number 1, 2, ...
  Plan Next();

  const Coverage& coverage() const { return coverage_; }
  const Machine& machine() const { return *machine_; }

 private:
  Generator(Role role, Form form, uint64_t seed, const SpecText& spec,
            std::unique_ptr<Machine> machine)
      : role_(role),
        form_(form),
        seed_(seed),
        spec_(spec),
        machine_(std::move(machine)),
        coverage_(*machine_) {}

  const Role role_;
  const Form form_;
  const uint64_t seed_;
  const SpecText& spec_;
  std::unique_ptr<Machine> machine_;  // stays where it is when this moves
  Coverage coverage_;
  uint64_t count_ = 0;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_GENERATOR_H_
