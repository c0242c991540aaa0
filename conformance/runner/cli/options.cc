// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/options.h"

#include <optional>
#include <utility>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/reflection.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "conformance/runner/cli/list_option.h"
#include "tools/command_line/command_line.h"

namespace forkrpc::conformance {
namespace {

cli::CommandLine::Option OptionOf(absl::CommandLineFlag* flag,
                                  std::optional<std::string> alone) {
  return {std::move(alone), [flag](absl::string_view text) {
            std::string error;
            if (flag->ParseFrom(text, &error)) return absl::OkStatus();
            return absl::InvalidArgumentError(error);
          }};
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseOptions(
    const std::vector<std::string>& arguments) {
  const auto flags = absl::GetAllFlags();
  cli::CommandLine line;
  for (const auto& [name, flag] : flags) {
    if (flag->IsOfType<bool>()) {
      line.Add(absl::StrCat("no", name), OptionOf(flag, "false"));
    }
  }
  // Behind the negations, so that a flag's own name goes before them.
  for (const auto& [name, flag] : flags) {
    if (flag->IsOfType<std::vector<std::string>>()) {
      line.Add(name, ListOption(flag));
    } else {
      line.Add(name, flag->IsOfType<bool>() ? OptionOf(flag, "true")
                                            : OptionOf(flag, std::nullopt));
    }
  }
  absl::StatusOr<cli::CommandLine::Words> words = line.Parse(arguments);
  if (!words.ok()) return words.status();
  std::vector<std::string> all = std::move(words->before);
  if (words->after.has_value()) {
    all.insert(all.end(), words->after->begin(), words->after->end());
  }
  return all;
}

}  // namespace forkrpc::conformance
