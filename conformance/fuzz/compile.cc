// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/compile.h"

#include "absl/strings/str_cat.h"
#include "conformance/fuzz/child_compiler.h"
#include "conformance/fuzz/parent_compiler.h"

namespace forkrpc::conformance {

Compiled Compile(const Plan& plan, const Machine& machine, const SpecText& spec,
                 const Without& without) {
  return plan.role() == PARENT
             ? ParentCompiler(plan, machine, spec, without).Run()
             : ChildCompiler(plan, machine, spec, without).Run();
}

absl::StatusOr<Machine> MachineOf(Role role, Form form) {
  return Machine::Named(absl::StrCat(Name(role), "-", Name(form)));
}

CaseRun RunOf(const Compiled& compiled, const Plan& plan) {
  return {&compiled.made, plan.form(), plan.transport(), WHOLE};
}

}  // namespace forkrpc::conformance
