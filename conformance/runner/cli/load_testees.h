// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The testees whose manifests are named on a command line.
//
// Call from main's thread.
//
//   std::vector<Testee> testees;
//   if (!LoadTestees(paths, spec, &testees)) return kUsage;

#ifndef CONFORMANCE_RUNNER_CLI_LOAD_TESTEES_H_
#define CONFORMANCE_RUNNER_CLI_LOAD_TESTEES_H_

#include <string>
#include <vector>

#include "conformance/runner/cases/spec_text.h"
#include "conformance/runner/testee/manifest.h"

namespace forkrpc::conformance {

// Loads the manifests and looks what is installed; false after a complaint.
bool LoadTestees(const std::vector<std::string>& paths, const SpecText& spec,
                 std::vector<Testee>* testees);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_LOAD_TESTEES_H_
