// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cases/own_process.h"

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"

namespace forkrpc::conformance {

bool LooksAtProcess(const Case& conformance_case) {
  return conformance_case.nonblocking() ||
         absl::c_any_of(conformance_case.steps(), [](const Step& step) {
           return step.has_mark_memory() || step.has_expect_memory() ||
                  step.has_mark_descriptors() || step.has_expect_descriptors();
         });
}

bool NeedsOwnProcess(const Case& conformance_case) {
  if (LooksAtProcess(conformance_case)) return true;
  const auto& reqs = conformance_case.reqs();
  // Of a parent's program the specification says nothing.
  const bool about_ends = conformance_case.role() == CHILD && !reqs.empty() &&
                          (absl::StartsWith(reqs.Get(0), "FR-CLS-") ||
                           absl::StartsWith(reqs.Get(0), "FR-PRC-"));
  return about_ends ||
         absl::c_any_of(conformance_case.steps(), [](const Step& step) {
           return step.has_close() || step.has_stall_reader();
         });
}

}  // namespace forkrpc::conformance
