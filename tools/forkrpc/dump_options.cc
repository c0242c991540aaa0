// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/dump_options.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "tools/command_line/command_line.h"
#include "tools/forkrpc/value_codec.h"

namespace forkrpc::cli {
namespace {

void AddPort(absl::string_view name, CommandLine* line,
             std::optional<uint16_t>* port) {
  line->Add(name, {/*alone=*/std::nullopt, [port](absl::string_view text) {
                     uint32_t number = 0;
                     if (!absl::SimpleAtoi(text, &number) || number > 65535) {
                       return absl::InvalidArgumentError("use 0 to 65535");
                     }
                     *port = static_cast<uint16_t>(number);
                     return absl::OkStatus();
                   }});
}

}  // namespace

absl::StatusOr<DumpOptions> ParseDumpOptions(
    const std::vector<std::string>& arguments) {
  DumpOptions options;
  CommandLine line;
  line.AddChoice("direction",
                 {{"down", Direction::kDown}, {"up", Direction::kUp}},
                 &options.direction);
  line.AddChoice<std::optional<Form>>(
      "form", {{"sync", Form::kSync}, {"async", Form::kAsync}}, &options.form);
  line.AddChoice("serialiser", SerialiserChoices(), &options.serialiser);
  line.AddChoice("format",
                 {{"text", DumpFormat::kText}, {"json", DumpFormat::kJson}},
                 &options.format);
  line.AddChoice<std::optional<InputKind>>("input",
                                           {{"auto", std::nullopt},
                                            {"raw", InputKind::kRaw},
                                            {"hex", InputKind::kHex},
                                            {"capture", InputKind::kCapture},
                                            {"wire", InputKind::kRecord}},
                                           &options.input);
  bool is_hex = false;
  line.AddSwitch("hex", &is_hex);
  line.AddValue("stream", &options.stream,
                "use the number of a stream, from 0");
  AddPort("child-port", &line, &options.child_port);
  AddPort("parent-port", &line, &options.parent_port);
  line.AddValue("max-payload", &options.max_payload);
  line.AddValue("max-length", &options.max_length);
  absl::StatusOr<CommandLine::Words> words = line.Parse(arguments);
  if (!words.ok()) return words.status();
  if (is_hex) options.input = InputKind::kHex;
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
