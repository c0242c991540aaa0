// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/play/make_driver.h"

#include "conformance/runner/play/child_driver.h"
#include "conformance/runner/play/parent_driver.h"

namespace forkrpc::conformance {

std::unique_ptr<Driver> MakeDriver(const CaseRun& run, uint64_t seed,
                                   Session* session) {
  if (run.conformance_case->role() == CHILD) {
    return std::make_unique<ChildDriver>(run, seed, session);
  }
  return std::make_unique<ParentDriver>(run, seed, session);
}

}  // namespace forkrpc::conformance
