// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/tap_command.h"

#include <cstdint>
#include <functional>
#include <iostream>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "conformance/runner/base/complain.h"
#include "conformance/runner/cli/command_input.h"
#include "conformance/tap/tap.h"
#include "conformance/tap/tapped_child.h"
#include "tools/command_line/command_line.h"
#include "tools/command_line/socket_address.h"

namespace forkrpc::conformance {
namespace {

constexpr char kWhatToSay[] =
    "say tap [OPTION...] -- CHILD ARGUMENT..., or tap --listen=ADDRESS "
    "--connect=ADDRESS";

struct TapWords {
  TapOptions options;
  bool help = false;
  std::string listen;
  std::string connect;
  std::vector<std::string> child;
};

int Refuse(absl::string_view message) {
  SayOfTap(message);
  return kUsage;
}

int Refuse(const absl::Status& status) {
  SayOfTap(status.message());
  return absl::IsInternal(status) ? kHarness : kUsage;
}

// A number that may be left out.
cli::CommandLine::Option Number(uint64_t least, uint64_t most,
                                const std::function<void(uint64_t)>& set) {
  return {std::nullopt, [=](absl::string_view text) {
            uint64_t number = 0;
            if (!absl::SimpleAtoi(text, &number) || number < least ||
                number > most) {
              return absl::InvalidArgumentError(absl::StrCat(
                  "use a number from ", least, most < UINT32_MAX ? " to " : "",
                  most < UINT32_MAX ? absl::StrCat(most) : " on"));
            }
            set(number);
            return absl::OkStatus();
          }};
}

bool IsStandardOutput(const std::string& path) {
  return path == "-" || path == "/dev/stdout" || path == "/dev/fd/1" ||
         path == "/proc/self/fd/1";
}

absl::StatusOr<TapWords> ParseCommand(const std::vector<std::string>& words) {
  TapWords command;
  TapObserverOptions& observer = command.options.observer;
  cli::CommandLine line;
  line.AddSwitch("help", &command.help);
  line.AddChoice("form", {{"sync", false}, {"async", true}},
                 &observer.judge.async);
  line.AddSwitch("contract", &observer.judge.contract);
  line.AddValue("log", &observer.log);
  line.AddValue("wire", &observer.wire);
  line.AddValue("pcap", &observer.pcap);
  line.Add("snap",
           Number(0, UINT32_MAX, [&](uint64_t n) { observer.snap = n; }));
  line.Add("breach_status", Number(1, 255, [&](uint64_t n) {
             command.options.breach_status = static_cast<int>(n);
           }));
  line.AddValue("listen", &command.listen);
  line.AddValue("connect", &command.connect);
  absl::StatusOr<cli::CommandLine::Words> parsed = line.Parse(words);
  if (!parsed.ok()) return parsed.status();
  if (!parsed->before.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", parsed->before[0], "' is not expected here; ", kWhatToSay));
  }
  command.child = std::move(parsed->after).value_or(std::vector<std::string>());
  const bool sockets = !command.listen.empty() || !command.connect.empty();
  if (sockets && (command.listen.empty() || command.connect.empty())) {
    return absl::InvalidArgumentError(
        "--listen and --connect belong together; the one is where the parent "
        "comes to, the other where the child is");
  }
  if (!command.help && sockets == !command.child.empty()) {
    return absl::InvalidArgumentError(kWhatToSay);
  }
  for (std::string* path : {&observer.log, &observer.wire, &observer.pcap}) {
    if (IsStandardOutput(*path) && !sockets) {
      return absl::InvalidArgumentError(
          absl::StrCat(*path, " is the wire: name a file, or /dev/stderr"));
    }
    *path = UserPath(*path);
  }
  observer.say = SayOfTap;
  observer.subject = sockets ? absl::StrCat("between ", command.listen, " and ",
                                            command.connect)
                             : absl::StrJoin(command.child, " ");
  return command;
}

int RelaySockets(const TapWords& command) {
  const absl::StatusOr<cli::SocketAddress> listen =
      cli::SocketAddress::Parse(command.listen);
  if (!listen.ok()) return Refuse(listen.status());
  const absl::StatusOr<cli::SocketAddress> connect =
      cli::SocketAddress::Parse(command.connect);
  if (!connect.ok()) return Refuse(connect.status());
  const absl::StatusOr<int> code =
      TapSockets(command.options, *listen, *connect);
  return code.ok() ? *code : Refuse(code.status());
}

}  // namespace

int RunTapCommand(const std::vector<std::string>& arguments) {
  const Inheritance inherited = Inheritance::Take();
  const absl::StatusOr<TapWords> command = ParseCommand(arguments);
  if (!command.ok()) {
    return Refuse(absl::StrCat(command.status().message(), "; see tap --help"));
  }
  if (command->help) {
    std::cout << TapUsageText() << std::flush;
    return std::cout ? kConformant
                     : Refuse("standard output cannot be written");
  }
  if (!command->listen.empty()) return RelaySockets(*command);
  return Refuse(TapChild(command->options, command->child, inherited));
}

std::string TapUsageText() {
  return R"(
  tap [OPTION...] -- CHILD ARGUMENT...
  tap [OPTION...] --listen=ADDRESS --connect=ADDRESS
          stands between any parent and any child, as the child's command or
          between two sockets (HOST:PORT in numbers, or a path with a slash; one
          connection); hands everything on as it comes, and says in one line on
          standard error which end breaks which clause at which octet
  --form async      the form of the wire, or sync: its octets do not say
  --log FILE        the wire annotated for people
  --wire FILE       the same for `judge`
  --pcap FILE       the same as a capture (pcapng) for Wireshark
  --snap N          octets of each payload that these three keep; all by default
  --breach_status N the exit status when a MUST is broken, in place of the
                    child's; between sockets, which have none, 1 by default
  --contract        the child is a testee: its functions fail as the contract says
)";
}

}  // namespace forkrpc::conformance
