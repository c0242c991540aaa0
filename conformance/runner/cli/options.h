// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ParseOptions: the command line, with one clear line for each mistake.
//
// Flags are absl flags, found by reflection; "--name=value", "--name value"
// and, for switches, "--name" and "--noname" are understood, before or after
// the other words. Everything behind "--" is a word. An option that is a list
// may be given again, which adds to it, and "@FILE" stands for the lines of a
// file. Call it once, from main.
//
//   absl::StatusOr<std::vector<std::string>> words = ParseOptions(arguments);

#ifndef CONFORMANCE_RUNNER_CLI_OPTIONS_H_
#define CONFORMANCE_RUNNER_CLI_OPTIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace forkrpc::conformance {

// Sets the flags and returns the words. InvalidArgument for an option that does
// not exist, lacks its value, or has a wrong one, or a list's file that cannot
// be read or lists nothing.
absl::StatusOr<std::vector<std::string>> ParseOptions(
    const std::vector<std::string>& arguments);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_OPTIONS_H_
