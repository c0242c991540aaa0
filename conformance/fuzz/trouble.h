// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Trouble: what a run of a plan showed to be wrong, and what makes two the
// same.
//
// Any thread.
//
//   const std::optional<Trouble> trouble = Try(plan, machine, without, bench);
//   if (trouble.has_value()) Report(trouble->Signature());

#ifndef CONFORMANCE_FUZZ_TROUBLE_H_
#define CONFORMANCE_FUZZ_TROUBLE_H_

#include <optional>
#include <string>

#include "conformance/fuzz/compile.h"
#include "conformance/runner/verdict/case_runner.h"
#include "conformance/runner/verdict/shared_processes.h"

namespace forkrpc::conformance {

struct Trouble {
  std::string cls;  // "child-async"
  Verdict verdict = FAIL;
  std::string clause;
  std::string step;  // "expect_frames", or "oracle"
  Level level = MUST;
  std::string reason;

  // "child-async-fail-FR-ORD-005-expect_frames": a name for a folder.
  std::string Signature() const;
};

// What plans are tried on. All must outlive it.
struct Bench {
  const Testee& testee;
  const SpecText& spec;
  RunSettings settings;
  // May be null: each plan has a process of its own.
  SharedProcesses* shared = nullptr;
};

struct Tried {
  std::optional<Trouble> trouble;
  RunOutcome outcome;
  // The runner or the compiler is wrong; "" if neither.
  std::string harness;
};

// Runs a case that was made of a plan, or written by hand, in its first form.
Tried TryCase(const Case& made, Form form, Transport transport,
              const Bench& bench);
Tried TryPlan(const Plan& plan, const Machine& machine, const Without& without,
              const Bench& bench);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_TROUBLE_H_
