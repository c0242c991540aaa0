// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// forkrpc: see help.cc, or `forkrpc help`.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/forkrpc/call_command.h"
#include "tools/forkrpc/doctor/doctor_command.h"
#include "tools/forkrpc/dump_command.h"
#include "tools/forkrpc/exit_codes.h"
#include "tools/forkrpc/help.h"
#include "tools/forkrpc/load/load_command.h"
#include "tools/forkrpc/octet_text.h"

namespace forkrpc::cli {
namespace {

// Opens the standard descriptors that the caller closed, lest the wire gets one
// of their numbers and is taken for the user's input.
void OpenStandardDescriptors() {
  int fd = open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO) fd = dup(fd);
  if (fd >= 0) close(fd);
}

int UsageError(absl::string_view message) {
  std::cerr << "forkrpc: " << OneLine(message) << "; see `forkrpc help`\n";
  return kExitUsage;
}

int Help(absl::string_view topic) {
  const std::string text = HelpText(topic);
  if (text.empty()) {
    return UsageError(absl::StrCat("there is no help on '", topic,
                                   "', only on call, dump, doctor and load"));
  }
  std::cout << text << std::flush;
  return std::cout.good() ? kExitOk : kExitFailed;
}

// Whether the user asks for help in front of what belongs to a worker.
bool WantsHelp(const std::vector<std::string>& arguments) {
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  return std::any_of(arguments.begin(), end, [](const std::string& word) {
    return word == "--help" || word == "-h";
  });
}

int Run(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    return UsageError("say what to do: call, dump, doctor, load or help");
  }
  const std::string& command = arguments[0];
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (command == "--version" || command == "version") {
    std::cout << "forkrpc " << kVersion << ", specification " << kSpecification
              << std::endl;
    return kExitOk;
  }
  if (command == "help" || command == "--help" || command == "-h") {
    return Help(rest.empty() ? "" : rest[0]);
  }
  if (command != "call" && command != "dump" && command != "doctor" &&
      command != "load") {
    return UsageError(absl::StrCat(
        command[0] == '-' ? "unknown option '" : "unknown subcommand '",
        command, "': use call, dump, doctor, load or help"));
  }
  if (WantsHelp(rest)) return Help(command);
  const Streams streams = {STDIN_FILENO, &std::cout, &std::cerr};
  if (command == "doctor") return RunDoctor(rest, streams);
  if (command == "load") return RunLoadCommand(rest, streams);
  return command == "call" ? RunCall(rest, streams) : RunDump(rest, streams);
}

}  // namespace
}  // namespace forkrpc::cli

int main(int argc, char** argv) {
  forkrpc::cli::OpenStandardDescriptors();
  std::ios::sync_with_stdio(false);
  return forkrpc::cli::Run({argv + 1, argv + argc});
}
