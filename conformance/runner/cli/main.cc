// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// forkrpc-conformance: see commands.h, or --help.

#include <signal.h>

#include <atomic>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "conformance/runner/base/complain.h"
#include "conformance/runner/cli/commands.h"
#include "conformance/runner/cli/fuzz_command.h"
#include "conformance/runner/cli/options.h"

ABSL_FLAG(bool, help, false, "say how to use this program");
ABSL_FLAG(bool, version, false, "say which version this is");

namespace {

std::atomic<bool> interrupted{false};

// The testees lead process groups of their own and must be ended by us.
void Interrupt(int) { interrupted = true; }

}  // namespace

using forkrpc::conformance::Complain;
using forkrpc::conformance::FuzzUsageText;
using forkrpc::conformance::IsFuzzCommand;
using forkrpc::conformance::kUsage;
using forkrpc::conformance::ParseOptions;
using forkrpc::conformance::RunCommand;
using forkrpc::conformance::RunFuzzCommand;
using forkrpc::conformance::SayVersion;
using forkrpc::conformance::UsageText;

int main(int argc, char** argv) {
  // A testee that stops reading is a finding, not a reason to die.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGINT, Interrupt);
  signal(SIGTERM, Interrupt);
  const absl::StatusOr<std::vector<std::string>> words =
      ParseOptions({argv + 1, argv + argc});
  if (!words.ok()) {
    return Complain(kUsage,
                    absl::StrCat(words.status().message(), "; see --help"));
  }
  if (absl::GetFlag(FLAGS_help)) {
    std::cout << UsageText() << FuzzUsageText();
    return 0;
  }
  if (absl::GetFlag(FLAGS_version)) return SayVersion(std::cout);
  const int code = IsFuzzCommand(*words)
                       ? RunFuzzCommand(*words, interrupted, std::cout)
                       : RunCommand(*words, interrupted, std::cout);
  std::cout.flush();
  return code;
}
