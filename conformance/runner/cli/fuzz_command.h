// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// forkrpc-conformance fuzz, shrink and replay.
//
// Each writes its result to `out`, complaints to std::cerr as one line. Exit
// status: 0 nothing found, 1 a MUST broken (with --strict: anything), 2 usage,
// 3 the harness is broken. Call from main's thread.
//
//   if (IsFuzzCommand(words)) return RunFuzzCommand(words, interrupted, out);

#ifndef CONFORMANCE_RUNNER_CLI_FUZZ_COMMAND_H_
#define CONFORMANCE_RUNNER_CLI_FUZZ_COMMAND_H_

#include <atomic>
#include <ostream>
#include <string>
#include <vector>

namespace forkrpc::conformance {

bool IsFuzzCommand(const std::vector<std::string>& words);

int RunFuzzCommand(const std::vector<std::string>& words,
                   const std::atomic<bool>& interrupted, std::ostream& out);

// What --help says of them.
std::string FuzzUsageText();

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_FUZZ_COMMAND_H_
