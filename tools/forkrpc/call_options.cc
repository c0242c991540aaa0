// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/call_options.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tools/command_line/command_line.h"
#include "tools/forkrpc/value_codec.h"

namespace forkrpc::cli {
namespace {

absl::Status Check(const CallOptions& options) {
  if (options.timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "option --timeout cannot be '", absl::FormatDuration(options.timeout),
        "': use a time such as 500ms or 5s, or inf"));
  }
  if (options.in_flight == 0) {
    return absl::InvalidArgumentError(
        "option --in-flight cannot be '0': use 1 or more");
  }
  if (!options.input.empty() && !options.strings.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "give either the strings of one call or --input, not both ('",
        options.strings[0], "' is not an option)"));
  }
  std::string unused;
  if (!options.strings.empty()) {
    return EncodeWords(options.serialiser, options.strings, &unused);
  }
  return CheckLinked(options.serialiser);
}

}  // namespace

absl::StatusOr<CallOptions> ParseCallOptions(
    const std::vector<std::string>& arguments) {
  CallOptions options;
  CommandLine line;
  line.AddChoice("form", {{"sync", Form::kSync}, {"async", Form::kAsync}},
                 &options.form);
  line.AddChoice("serialiser", SerialiserChoices(), &options.serialiser);
  line.AddChoice("binding",
                 {{"socket", Binding::kSocket}, {"pipes", Binding::kPipes}},
                 &options.binding);
  line.AddChoice("drain",
                 {{"answers-first", DrainMode::kAnswersFirst},
                  {"at-once", DrainMode::kHalfCloseAtOnce}},
                 &options.drain);
  line.AddValue("timeout", &options.timeout,
                "use a time with its unit, such as 500ms or 5s, or inf");
  line.AddValue("in-flight", &options.in_flight);
  line.AddValue("max-length", &options.max_length);
  line.AddValue("input", &options.input);
  line.AddChoice("input-format",
                 {{"words", InputFormat::kWords}, {"json", InputFormat::kJson}},
                 &options.input_format);
  line.AddChoice("format",
                 {{"text", OutputFormat::kText},
                  {"json", OutputFormat::kJson},
                  {"hex", OutputFormat::kHex},
                  {"raw", OutputFormat::kRaw}},
                 &options.format);
  absl::StatusOr<CommandLine::Words> words = line.Parse(arguments);
  if (!words.ok()) return words.status();
  if (!words->after.has_value() || words->after->empty()) {
    return absl::InvalidArgumentError(
        "no worker given: put -- and the worker's command last, as in "
        "`forkrpc call add 3 4 -- ./worker`");
  }
  options.strings = std::move(words->before);
  options.worker = *std::move(words->after);
  absl::Status status = Check(options);
  if (!status.ok()) return status;
  return options;
}

}  // namespace forkrpc::cli
