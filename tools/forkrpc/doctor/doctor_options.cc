// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/doctor_options.h"

#include <unistd.h>

#include <climits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tools/command_line/command_line.h"

namespace forkrpc::cli {
namespace {

constexpr absl::string_view kPlace = "{}";

// Where this program is, which may be elsewhere at the far end.
std::string OwnPath() {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof(path));
  return length > 0 ? std::string(path, length) : "forkrpc";
}

// Puts the probe's command where the launcher is to have it.
std::vector<std::string> WithProbe(std::vector<std::string> launcher,
                                   const std::string& program) {
  const std::vector<std::string> probe = {program, "doctor", "--probe"};
  const std::string words = absl::StrJoin(probe, " ");
  bool placed = false;
  for (std::string& word : launcher) {
    placed = placed || absl::StrContains(word, kPlace);
    word = absl::StrReplaceAll(word, {{kPlace, words}});
  }
  if (!placed) launcher.insert(launcher.end(), probe.begin(), probe.end());
  return launcher;
}

}  // namespace

absl::StatusOr<DoctorOptions> ParseDoctorOptions(
    const std::vector<std::string>& arguments) {
  DoctorOptions options;
  bool probe = false;
  bool as_is = false;
  std::string program;
  std::string connect;
  CommandLine line;
  line.AddSwitch("probe", &probe);
  line.AddSwitch("slow", &options.slow);
  line.AddSwitch("json", &options.json);
  line.AddSwitch("as-is", &as_is);
  line.AddValue("program", &program);
  line.AddValue("connect", &connect);
  line.AddValue("serve", &options.serve);
  line.AddChoice("binding",
                 {{"socket", Binding::kSocket}, {"pipes", Binding::kPipes}},
                 &options.way.binding);
  absl::StatusOr<CommandLine::Words> words = line.Parse(arguments);
  if (!words.ok()) return words.status();
  const bool launched = words->after.has_value() && !words->after->empty();
  const int ways = (probe ? 1 : 0) + (options.serve.empty() ? 0 : 1) +
                   (connect.empty() ? 0 : 1) + (launched ? 1 : 0);
  if (!words->before.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", words->before[0],
                     "' is no option: put -- in front of the launcher, as in "
                     "`forkrpc doctor -- ssh host`"));
  }
  if (ways != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        ways == 0 ? "say what to examine: " : "only one of these makes sense: ",
        "-- and a launcher, --connect=ADDRESS, or --serve=ADDRESS at the far "
        "end"));
  }
  if (probe) options.what = DoctorOptions::kProbe;
  if (!options.serve.empty()) options.what = DoctorOptions::kServe;
  if (!connect.empty()) {
    absl::StatusOr<StreamAddress> address = StreamAddress::Parse(connect);
    if (!address.ok()) return address.status();
    options.way.address = *std::move(address);
    options.name = connect;
  }
  if (launched) {
    options.name = absl::StrJoin(*words->after, " ");
    options.way.command =
        as_is ? *std::move(words->after)
              : WithProbe(*std::move(words->after),
                          program.empty() ? OwnPath() : program);
  }
  return options;
}

}  // namespace forkrpc::cli
