// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The subcommands of forkrpc-conformance.
//
// Each writes its result to `out`, complaints to std::cerr as one line, and
// returns the exit status: 0 conformant, 1 diverges, 2 usage, bad manifest or
// missing program, 3 the harness is broken, 4 a testee never started: it ended
// at once or never answered. Call from main's thread.
//
//   return RunCommand({"run", "testee.json"}, interrupted, std::cout);

#ifndef CONFORMANCE_RUNNER_CLI_COMMANDS_H_
#define CONFORMANCE_RUNNER_CLI_COMMANDS_H_

#include <atomic>
#include <ostream>
#include <string>
#include <vector>

namespace forkrpc::conformance {

// `words` is the subcommand and its arguments; flags are set already.
// Once `interrupted` is true, runs end without a verdict, what has run is
// reported, and the status is 128 and more.
int RunCommand(const std::vector<std::string>& words,
               const std::atomic<bool>& interrupted, std::ostream& out);

// "forkrpc-conformance 0.2.0, specification 1.0": the release, as MODULE.bazel
// has it, and the specification inside. The exit status.
int SayVersion(std::ostream& out);

// What --help prints.
std::string UsageText();

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_COMMANDS_H_
