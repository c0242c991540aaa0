// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// RunTestees: `run` and `matrix`, which judge testees and write the reports.
//
// Linking this in declares the flags that only these two have. Call from main's
// thread.
//
//   return RunTestees({"run", "testee.json"}, interrupted, std::cout);

#ifndef CONFORMANCE_RUNNER_CLI_RUN_COMMAND_H_
#define CONFORMANCE_RUNNER_CLI_RUN_COMMAND_H_

#include <atomic>
#include <ostream>
#include <string>
#include <vector>

namespace forkrpc::conformance {

// `words` is the subcommand and the manifests. Writes the result to `out`,
// complaints to std::cerr; returns the exit status. Once `interrupted` is true,
// runs end without a verdict and the status is kHarness.
int RunTestees(const std::vector<std::string>& words,
               const std::atomic<bool>& interrupted, std::ostream& out);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_RUN_COMMAND_H_
