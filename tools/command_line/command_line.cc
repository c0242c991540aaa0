// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/command_line/command_line.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace forkrpc::cli {
namespace {

bool LooksLikeOption(absl::string_view word) {
  return word.size() > 1 && word[0] == '-' && !absl::ascii_isdigit(word[1]) &&
         word[1] != '.';
}

}  // namespace

absl::StatusOr<CommandLine::Words> CommandLine::Parse(
    const std::vector<std::string>& arguments) const {
  Words words;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") {
      words.after.emplace(&word + 1, arguments.data() + arguments.size());
      break;
    }
    if (!LooksLikeOption(word)) {
      words.before.push_back(word);
      continue;
    }
    absl::string_view rest = word;
    absl::ConsumePrefix(&rest, "-");
    absl::ConsumePrefix(&rest, "-");
    const size_t equals = rest.find('=');
    const std::string name(rest.substr(0, equals));
    const auto option = options_.find(name);
    if (option == options_.end()) {
      return absl::InvalidArgumentError(absl::StrCat("unknown option ", word));
    }
    std::string value;
    if (equals != absl::string_view::npos) {
      value = std::string(rest.substr(equals + 1));
    } else if (option->second.alone.has_value()) {
      value = *option->second.alone;
    } else if (i + 1 < arguments.size() && arguments[i + 1] != "--") {
      value = arguments[++i];
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("option ", word, " needs a value"));
    }
    const absl::Status set = option->second.set(value);
    if (!set.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("option --", name, " cannot be '", value, "'",
                       set.message().empty() ? "" : ": ", set.message()));
    }
  }
  return words;
}

}  // namespace forkrpc::cli
