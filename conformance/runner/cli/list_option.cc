// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/list_option.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "conformance/runner/base/files.h"
#include "conformance/runner/cli/command_input.h"

namespace forkrpc::conformance {
namespace {

// Appends the lines of a list's file.
absl::Status AppendLines(const std::string& path,
                         std::vector<std::string>* list) {
  const absl::StatusOr<std::string> text = ReadFile(UserPath(path));
  if (!text.ok()) return text.status();
  const size_t before = list->size();
  for (const absl::string_view each : absl::StrSplit(*text, '\n')) {
    const absl::string_view line = absl::StripAsciiWhitespace(each);
    if (!line.empty() && line[0] != '#') list->emplace_back(line);
  }
  if (list->size() > before) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path, ": lists nothing"));
}

}  // namespace

cli::CommandLine::Option ListOption(absl::CommandLineFlag* flag) {
  std::vector<std::string> list;
  return {std::nullopt, [flag, list](absl::string_view text) mutable {
            for (const absl::string_view each : absl::StrSplit(text, ',')) {
              if (!absl::StartsWith(each, "@")) {
                list.emplace_back(each);
                continue;
              }
              const absl::Status status =
                  AppendLines(std::string(each.substr(1)), &list);
              if (!status.ok()) {
                return absl::InvalidArgumentError(status.message());
              }
            }
            std::string error;
            if (flag->ParseFrom(absl::StrJoin(list, ","), &error)) {
              return absl::OkStatus();
            }
            return absl::InvalidArgumentError(error);
          }};
}

}  // namespace forkrpc::conformance
