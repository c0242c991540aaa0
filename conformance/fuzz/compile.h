// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Compile: from a plan to a conformance case that a correct testee passes.
//
// A model of the contract's functions works out what each operation is answered
// with, which error it is and how the testee ends. Every plan can be compiled:
// an operation that is impossible where it stands is left out, and the end that
// is missing is added. The result depends on the plan and on `without` alone.
// Pure; any thread.
//
//   const Compiled made = Compile(plan, machine, spec, without);
//   RunOutcome outcome = RunCase(RunOf(made, plan), testee, spec, settings);

#ifndef CONFORMANCE_FUZZ_COMPILE_H_
#define CONFORMANCE_FUZZ_COMPILE_H_

#include <vector>

#include "conformance/fuzz/case_builder.h"
#include "conformance/oracle/machine.h"
#include "conformance/runner/cases/case_run.h"
#include "conformance/runner/cases/spec_text.h"
#include "forkrpc/fuzz_plan.pb.h"

namespace forkrpc::conformance {

struct Compiled {
  Case made;
  // Transitions of the machine, by number, in one order that is right.
  std::vector<int> trace;
  // Whether the machine knows each event where it comes; always, or the
  // compiler and the specification differ.
  bool legal = false;
};

// `machine` is that of the plan's role and form.
Compiled Compile(const Plan& plan, const Machine& machine, const SpecText& spec,
                 const Without& without);

// The machine of a class: "child-sync".
absl::StatusOr<Machine> MachineOf(Role role, Form form);

// The one run of a compiled plan; it points into `compiled`.
CaseRun RunOf(const Compiled& compiled, const Plan& plan);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_COMPILE_H_
