// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/options.h"

#include <set>
#include <utility>

#include "absl/flags/reflection.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "conformance/runner/base/files.h"
#include "conformance/runner/cli/command_input.h"

namespace forkrpc::conformance {
namespace {

using List = std::vector<std::string>;

// The lines of a list's file, without those that are empty or a comment.
absl::StatusOr<List> ReadList(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(UserPath(path));
  if (!text.ok()) return text.status();
  List lines;
  for (const absl::string_view each : absl::StrSplit(*text, '\n')) {
    const absl::string_view line = absl::StripAsciiWhitespace(each);
    if (!line.empty() && line[0] != '#') lines.emplace_back(line);
  }
  if (lines.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": lists nothing"));
  }
  return lines;
}

// What a list's flag is to hold: `value`, behind what was given `before`.
absl::StatusOr<std::string> Listed(const std::string& value,
                                   const std::string& before) {
  List all;
  if (!before.empty()) all.push_back(before);
  for (const absl::string_view each : absl::StrSplit(value, ',')) {
    if (!absl::StartsWith(each, "@")) {
      all.emplace_back(each);
      continue;
    }
    absl::StatusOr<List> lines = ReadList(std::string(each.substr(1)));
    if (!lines.ok()) return lines.status();
    all.insert(all.end(), lines->begin(), lines->end());
  }
  return absl::StrJoin(all, ",");
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseOptions(
    const std::vector<std::string>& arguments) {
  std::vector<std::string> words;
  std::set<std::string> given;
  for (size_t i = 0; i < arguments.size(); ++i) {
    absl::string_view rest = arguments[i];
    if (rest == "--") {
      for (++i; i < arguments.size(); ++i) words.push_back(arguments[i]);
      break;
    }
    if (!absl::ConsumePrefix(&rest, "-") || rest.empty()) {
      words.push_back(arguments[i]);
      continue;
    }
    absl::ConsumePrefix(&rest, "-");
    const size_t equals = rest.find('=');
    std::string name(rest.substr(0, equals));
    absl::CommandLineFlag* flag = absl::FindCommandLineFlag(name);
    bool negated = false;
    if (flag == nullptr && absl::StartsWith(name, "no")) {
      flag = absl::FindCommandLineFlag(name.substr(2));
      negated = flag != nullptr && flag->IsOfType<bool>();
      if (!negated) flag = nullptr;
    }
    if (flag == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("unknown option ", arguments[i]));
    }
    std::string value = negated ? "false" : "true";
    if (equals != absl::string_view::npos) {
      value = std::string(rest.substr(equals + 1));
    } else if (!flag->IsOfType<bool>()) {
      if (i + 1 == arguments.size()) {
        return absl::InvalidArgumentError(
            absl::StrCat("option ", arguments[i], " needs a value"));
      }
      value = arguments[++i];
    }
    if (flag->IsOfType<List>()) {
      const bool again = !given.insert(name).second;
      absl::StatusOr<std::string> list =
          Listed(value, again ? flag->CurrentValue() : "");
      if (!list.ok()) return list.status();
      value = *std::move(list);
    }
    std::string error;
    if (!flag->ParseFrom(value, &error)) {
      return absl::InvalidArgumentError(
          absl::StrCat("option --", flag->Name(), " cannot be '", value, "'",
                       error.empty() ? "" : ": ", error));
    }
  }
  return words;
}

}  // namespace forkrpc::conformance
