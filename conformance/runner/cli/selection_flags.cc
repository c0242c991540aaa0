// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/selection_flags.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

ABSL_FLAG(std::vector<std::string>, filter, {"*"},
          "globs over run and case ids");
ABSL_FLAG(std::vector<std::string>, skip, {},
          "globs over run and case ids that are left out");
ABSL_FLAG(std::string, req, "*", "glob over requirements that a case cites");
ABSL_FLAG(std::string, section, "", "words of a section's title");
ABSL_FLAG(std::string, level, "", "must, should or may");
ABSL_FLAG(std::string, role, "", "child or parent");
ABSL_FLAG(std::string, form, "", "sync or async");
ABSL_FLAG(std::string, transport, "", "socketpair, pipes, unix or tcp");

namespace forkrpc::conformance {
namespace {

// The value of the enum that `word` names, "" being the one of number 0.
template <typename Enum, typename Parse>
absl::StatusOr<Enum> ValueOf(const char* flag, const std::string& word,
                             Parse parse) {
  Enum value = {};
  const std::string name =
      absl::AsciiStrToUpper(absl::StrReplaceAll(word, {{"-", "_"}}));
  if (word.empty() || (parse(name, &value) && value != Enum{})) return value;
  return absl::InvalidArgumentError(
      absl::StrCat("option --", flag, " cannot be '", word, "'"));
}

}  // namespace

absl::StatusOr<Selection> SelectionFromFlags(const SpecText& spec) {
  Selection selection;
  selection.filter = absl::GetFlag(FLAGS_filter);
  selection.skip = absl::GetFlag(FLAGS_skip);
  selection.req = absl::GetFlag(FLAGS_req);
  selection.section = absl::GetFlag(FLAGS_section);
  const auto level =
      ValueOf<Level>("level", absl::GetFlag(FLAGS_level), Level_Parse);
  const auto role =
      ValueOf<Role>("role", absl::GetFlag(FLAGS_role), Role_Parse);
  const auto form =
      ValueOf<Form>("form", absl::GetFlag(FLAGS_form), Form_Parse);
  const auto transport = ValueOf<Transport>(
      "transport", absl::GetFlag(FLAGS_transport), Transport_Parse);
  for (const absl::Status& status :
       {level.status(), role.status(), form.status(), transport.status()}) {
    if (!status.ok()) return status;
  }
  selection.level = *level;
  selection.role = *role;
  selection.form = *form;
  selection.transport = *transport;
  const auto& all = spec.requirements();
  if (std::none_of(all.begin(), all.end(), [&](const Requirement& each) {
        return AsksFor(selection, each);
      })) {
    return absl::InvalidArgumentError(
        absl::StrCat("no requirement matches --req ", selection.req,
                     selection.section.empty()
                         ? ""
                         : absl::StrCat(" --section ", selection.section)));
  }
  return selection;
}

}  // namespace forkrpc::conformance
