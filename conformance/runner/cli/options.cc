// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/options.h"

#include "absl/flags/reflection.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace forkrpc::conformance {

absl::StatusOr<std::vector<std::string>> ParseOptions(
    const std::vector<std::string>& arguments) {
  std::vector<std::string> words;
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
