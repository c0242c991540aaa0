// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// forkrpc-conformance: see commands.h, or --help.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

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
#include "conformance/runner/cli/tap_command.h"

ABSL_FLAG(bool, help, false, "say how to use this program");
ABSL_FLAG(bool, version, false, "say which version this is");

namespace {

std::atomic<bool> interrupted{false};
std::atomic<int> caught{0};

// The testees lead process groups of their own and must be ended by us, and
// what has run is to be reported.
void Interrupt(int number) {
  caught = number;
  interrupted = true;
}

void SetSignals() {
  // A testee that stops reading is a finding, not a reason to die.
  signal(SIGPIPE, SIG_IGN);
  // Whoever started us may ignore it: then nobody learns how testees end.
  signal(SIGCHLD, SIG_DFL);
  for (const int number : {SIGINT, SIGTERM, SIGQUIT}) {
    signal(number, Interrupt);
  }
  // What nohup has asked for stays so.
  if (signal(SIGHUP, Interrupt) == SIG_IGN) signal(SIGHUP, SIG_IGN);
}

// No file of ours may get the number of a standard descriptor that is closed.
// Reading from what stands in its place fails, as does writing.
void FillStandardDescriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

}  // namespace

using forkrpc::conformance::Complain;
using forkrpc::conformance::FuzzUsageText;
using forkrpc::conformance::IsFuzzCommand;
using forkrpc::conformance::kSignalled;
using forkrpc::conformance::kUsage;
using forkrpc::conformance::ParseOptions;
using forkrpc::conformance::RunCommand;
using forkrpc::conformance::RunFuzzCommand;
using forkrpc::conformance::RunTapCommand;
using forkrpc::conformance::SayVersion;
using forkrpc::conformance::TapUsageText;
using forkrpc::conformance::UsageText;

namespace {

// `code`, unless the result did not get where it was to go.
int Flushed(int code) {
  errno = 0;
  std::cout.flush();
  if (std::cout) return code;
  return Complain(kUsage, absl::StrCat("standard output cannot be written",
                                       errno == 0 ? "" : ": ",
                                       errno == 0 ? "" : strerror(errno)));
}

}  // namespace

int main(int argc, char** argv) {
  // What it starts finds signals and descriptors as they are now.
  if (argc > 1 && std::string(argv[1]) == "tap") {
    return RunTapCommand({argv + 2, argv + argc});
  }
  FillStandardDescriptors();
  SetSignals();
  const absl::StatusOr<std::vector<std::string>> words =
      ParseOptions({argv + 1, argv + argc});
  if (!words.ok()) {
    return Complain(kUsage,
                    absl::StrCat(words.status().message(), "; see --help"));
  }
  if (absl::GetFlag(FLAGS_help)) {
    std::cout << UsageText() << FuzzUsageText() << TapUsageText();
    return Flushed(forkrpc::conformance::kConformant);
  }
  if (absl::GetFlag(FLAGS_version)) return SayVersion(std::cout);
  const int code = IsFuzzCommand(*words)
                       ? RunFuzzCommand(*words, interrupted, std::cout)
                       : RunCommand(*words, interrupted, std::cout);
  return Flushed(interrupted ? kSignalled + caught : code);
}
