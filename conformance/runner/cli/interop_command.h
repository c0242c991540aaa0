// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// `forkrpc-conformance interop`: see conformance/interop/interop.h.
//
// Call from main's thread.
//
//   return RunInterop({"interop", "a/testee.json"}, interrupted, std::cout);

#ifndef CONFORMANCE_RUNNER_CLI_INTEROP_COMMAND_H_
#define CONFORMANCE_RUNNER_CLI_INTEROP_COMMAND_H_

#include <atomic>
#include <ostream>
#include <string>
#include <vector>

namespace forkrpc::conformance {

// The exit status: 0 if every pair that could be tried is fine, 1 if one is
// not, 2 usage, 4 if a testee that is installed could not be started, 5 if
// nothing could be tried.
int RunInterop(const std::vector<std::string>& words,
               const std::atomic<bool>& interrupted, std::ostream& out);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_INTEROP_COMMAND_H_
