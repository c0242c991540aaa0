// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// RunVectors: `vectors`, the specification's test vectors out of this program,
// for those who have nothing else of it.
//
// What is written equals spec/vectors octet by octet. Nothing that is there
// already is overwritten. Call from main's thread.
//
//   return RunVectors({"vectors", "export", "vectors"}, std::cout);

#ifndef CONFORMANCE_RUNNER_CLI_VECTORS_COMMAND_H_
#define CONFORMANCE_RUNNER_CLI_VECTORS_COMMAND_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace forkrpc::conformance {

// `words` is "vectors" and "list" or "export DIR". Complains and returns the
// exit status.
int RunVectors(const std::vector<std::string>& words, std::ostream& out);

// One line for each vector: its area, its id and its comment.
std::string ListVectors();

// Writes the files that `folder` lacks. InvalidArgument, and nothing written,
// if anything stands there that is not one of these files with the same octets.
// Internal if a file cannot be written.
absl::Status ExportVectors(const std::string& folder);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_VECTORS_COMMAND_H_
