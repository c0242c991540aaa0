// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CommandLine: the options of one program or subcommand, and one clear line per
// mistake.
//
// Values are parsed as Abseil flags are, but belong to whoever adds them: there
// is no registry. "--name=value", "--name value" and, for a switch, "--name"
// are understood anywhere before "--", with one dash or two. A word that begins
// with a dash and a digit is no option: "-3" may be an argument of a call. The
// variables must outlive the CommandLine. One thread.
//
//   CommandLine line;
//   line.AddValue("timeout", &timeout);
//   line.AddChoice("form", {{"sync", Form::kSync}, {"async", Form::kAsync}},
//                  &form);
//   absl::StatusOr<CommandLine::Words> words = line.Parse(arguments);

#ifndef TOOLS_COMMAND_LINE_COMMAND_LINE_H_
#define TOOLS_COMMAND_LINE_COMMAND_LINE_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/marshalling.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace forkrpc::cli {

class CommandLine {
 public:
  // What is left when the options are taken out.
  struct Words {
    std::vector<std::string> before;                // before the first "--"
    std::optional<std::vector<std::string>> after;  // nullopt: there is no "--"
  };

  struct Option {
    // The value that a switch has without "=": nullopt if a value must be
    // given.
    std::optional<std::string> alone;
    // The message of an error says what a value looks like, or nothing.
    std::function<absl::Status(absl::string_view)> set;
  };

  // T is any type of an Abseil flag. `advice` says what a value looks like.
  template <typename T>
  void AddValue(absl::string_view name, T* value,
                absl::string_view advice = "") {
    Add(name,
        {/*alone=*/std::nullopt,
         [value, advice = std::string(advice)](absl::string_view text) {
           std::string error;
           if (absl::ParseFlag(text, value, &error)) return absl::OkStatus();
           return absl::InvalidArgumentError(advice.empty() ? error : advice);
         }});
  }

  // One of a few words.
  template <typename T>
  void AddChoice(absl::string_view name,
                 std::vector<std::pair<absl::string_view, T>> choices,
                 T* value) {
    Add(name,
        {/*alone=*/std::nullopt,
         [choices = std::move(choices), value](absl::string_view text) {
           std::string expected;
           for (const auto& [word, meaning] : choices) {
             if (text == word) {
               *value = meaning;
               return absl::OkStatus();
             }
             absl::StrAppend(&expected, expected.empty() ? "" : " or ", word);
           }
           return absl::InvalidArgumentError(absl::StrCat("use ", expected));
         }});
  }

  // "--name", or "--name=false".
  void AddSwitch(absl::string_view name, bool* value) {
    AddValue(name, value);
    options_[std::string(name)].alone = "true";
  }

  // An option whose value is kept elsewhere. A later one replaces an earlier
  // one of that name.
  void Add(absl::string_view name, Option option) {
    options_[std::string(name)] = std::move(option);
  }

  // Sets the variables. InvalidArgument, saying what to do, for an option that
  // does not exist, lacks its value or has a wrong one.
  absl::StatusOr<Words> Parse(const std::vector<std::string>& arguments) const;

 private:
  std::map<std::string, Option> options_;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_COMMAND_LINE_COMMAND_LINE_H_
