// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// `forkrpc-conformance tap`: see conformance/tap/tap.h.
//
// It is called before the program has opened or set anything, because what it
// starts is to find everything as this process found it. Options stand behind
// "tap". Complaints go to std::cerr, one line. Call from main's thread, which
// is the only one.
//
//   if (argc > 1 && std::string(argv[1]) == "tap") {
//     return RunTapCommand({argv + 2, argv + argc});
//   }

#ifndef CONFORMANCE_RUNNER_CLI_TAP_COMMAND_H_
#define CONFORMANCE_RUNNER_CLI_TAP_COMMAND_H_

#include <string>
#include <vector>

namespace forkrpc::conformance {

// The exit status, unless it ends as the child does.
int RunTapCommand(const std::vector<std::string>& arguments);

// What --help says of it.
std::string TapUsageText();

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_TAP_COMMAND_H_
