// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/spec_text.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace forkrpc::conformance {
namespace {

Level LevelOf(absl::string_view sentence) {
  Level level = LEVEL_UNSPECIFIED;
  for (absl::string_view word :
       absl::StrSplit(sentence, absl::ByAnyChar(" .,;:"))) {
    if (word == "MUST") return MUST;
    if (word == "SHOULD") level = SHOULD;
    if (word == "MAY" && level == LEVEL_UNSPECIFIED) level = MAY;
  }
  return level;
}

// Whether the line goes on with the list item above it.
bool Continues(absl::string_view line) {
  return absl::StartsWith(line, "  ") &&
         !absl::StripAsciiWhitespace(line).empty();
}

}  // namespace

bool LooksLikeRequirementId(absl::string_view text) {
  if (text.size() != 10 || !absl::StartsWith(text, "FR-") || text[6] != '-') {
    return false;
  }
  for (const char c : text.substr(3, 3)) {
    if (!absl::ascii_isupper(c)) return false;
  }
  for (const char c : text.substr(7)) {
    if (!absl::ascii_isdigit(c)) return false;
  }
  return true;
}

absl::StatusOr<SpecText> SpecText::Parse(absl::string_view markdown) {
  SpecText spec;
  std::string section;
  int number = 0;
  bool open = false;
  for (absl::string_view line : absl::StrSplit(markdown, '\n')) {
    ++number;
    if (absl::ConsumePrefix(&line, "## ")) {
      section = std::string(line);
      open = false;
      continue;
    }
    if (open && Continues(line)) {
      absl::StrAppend(&spec.requirements_.back().sentence, " ",
                      absl::StripAsciiWhitespace(line));
      continue;
    }
    open = false;
    if (!absl::ConsumePrefix(&line, "- **[")) continue;
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits("]** ", 1));
    if (!LooksLikeRequirementId(parts.first) || parts.second.empty()) {
      return absl::DataLossError(absl::StrCat(
          "line ", number, ": expected \"- **[FR-ABC-123]** sentence\""));
    }
    if (spec.Find(parts.first) != nullptr) {
      return absl::DataLossError(
          absl::StrCat("line ", number, ": ", parts.first, " stands twice"));
    }
    spec.requirements_.push_back(
        {std::string(parts.first), std::string(parts.second), section});
    open = true;
  }
  for (Requirement& requirement : spec.requirements_) {
    requirement.level = LevelOf(requirement.sentence);
    if (requirement.level == LEVEL_UNSPECIFIED) {
      return absl::DataLossError(
          absl::StrCat(requirement.id, " has no MUST, SHOULD or MAY"));
    }
  }
  if (spec.requirements_.empty()) {
    return absl::DataLossError("there is no requirement in the text");
  }
  return spec;
}

const Requirement* SpecText::Find(absl::string_view id) const {
  for (const Requirement& requirement : requirements_) {
    if (requirement.id == id) return &requirement;
  }
  return nullptr;
}

}  // namespace forkrpc::conformance
