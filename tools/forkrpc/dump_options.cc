// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/dump_options.h"

#include <utility>

#include "absl/status/status.h"
#include "tools/command_line/command_line.h"
#include "tools/forkrpc/value_codec.h"

namespace forkrpc::cli {

absl::StatusOr<DumpOptions> ParseDumpOptions(
    const std::vector<std::string>& arguments) {
  DumpOptions options;
  CommandLine line;
  line.AddChoice("direction",
                 {{"down", Direction::kDown}, {"up", Direction::kUp}},
                 &options.direction);
  line.AddChoice("form", {{"sync", Form::kSync}, {"async", Form::kAsync}},
                 &options.form);
  line.AddChoice("serialiser", SerialiserChoices(), &options.serialiser);
  line.AddChoice("format",
                 {{"text", DumpFormat::kText}, {"json", DumpFormat::kJson}},
                 &options.format);
  line.AddSwitch("hex", &options.hex);
  line.AddValue("max-payload", &options.max_payload);
  line.AddValue("max-length", &options.max_length);
  absl::StatusOr<CommandLine::Words> words = line.Parse(arguments);
  if (!words.ok()) return words.status();
  const absl::Status linked = CheckLinked(options.serialiser);
  if (!linked.ok()) return linked;
  options.files = std::move(words->before);
  // Here "--" is there for files whose names begin with a dash.
  if (words->after.has_value()) {
    options.files.insert(options.files.end(), words->after->begin(),
                         words->after->end());
  }
  return options;
}

}  // namespace forkrpc::cli
