// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ParseOptions: the command line, with one clear line for each mistake.
//
// Flags are absl flags, found by reflection and read as CommandLine reads them;
// switches have "--noname" besides, lists may be given again (ListOption).
// Everything behind "--" is a word. Call it once, from main.
//
//   absl::StatusOr<std::vector<std::string>> words = ParseOptions(arguments);

#ifndef CONFORMANCE_RUNNER_CLI_OPTIONS_H_
#define CONFORMANCE_RUNNER_CLI_OPTIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace forkrpc::conformance {

// Sets the flags and returns the words. InvalidArgument for an option that does
// not exist, lacks its value, or has a wrong one.
absl::StatusOr<std::vector<std::string>> ParseOptions(
    const std::vector<std::string>& arguments);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_OPTIONS_H_
