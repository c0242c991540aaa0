// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cases/spec_text.h"

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

// Consumes "- **[ID]** " or "- <a id="ANCHOR"></a>**[ID]** " from the front of
// a line. False, with the line unchanged, for a line that is no requirement;
// `anchor` is empty in the first form.
bool ConsumeId(absl::string_view* line, absl::string_view* anchor,
               absl::string_view* id) {
  absl::string_view rest = *line;
  *anchor = absl::string_view();
  if (!absl::ConsumePrefix(&rest, "- ")) return false;
  if (absl::ConsumePrefix(&rest, "<a id=\"")) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(rest, absl::MaxSplits("\"></a>", 1));
    *anchor = parts.first;
    rest = parts.second;
  }
  if (!absl::ConsumePrefix(&rest, "**[")) return false;
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(rest, absl::MaxSplits("]** ", 1));
  *id = parts.first;
  *line = parts.second;
  return true;
}

absl::Status CheckId(absl::string_view anchor, absl::string_view id,
                     absl::string_view sentence) {
  if (!LooksLikeRequirementId(id) || sentence.empty()) {
    return absl::DataLossError("expected \"- **[FR-ABC-123]** sentence\"");
  }
  if (!anchor.empty() && anchor != id) {
    return absl::DataLossError(
        absl::StrCat("the anchor of ", id, " is \"", anchor, "\""));
  }
  return absl::OkStatus();
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

std::string PlainText(absl::string_view markdown) {
  std::string text;
  while (!markdown.empty()) {
    if (absl::ConsumePrefix(&markdown, "`")) {
      const std::pair<absl::string_view, absl::string_view> parts =
          absl::StrSplit(markdown, absl::MaxSplits('`', 1));
      absl::StrAppend(&text, parts.first);
      markdown = parts.second;
      continue;
    }
    const size_t middle = markdown.find("](");
    const size_t end = markdown.find(')');
    if (markdown[0] == '[' && markdown.find(']') == middle && middle < end &&
        end != markdown.npos) {
      absl::StrAppend(&text, PlainText(markdown.substr(1, middle - 1)));
      markdown.remove_prefix(end + 1);
      continue;
    }
    text += markdown[0];
    markdown.remove_prefix(1);
  }
  return text;
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
    absl::string_view anchor;
    absl::string_view id;
    if (!ConsumeId(&line, &anchor, &id)) continue;
    absl::Status status = CheckId(anchor, id, line);
    if (status.ok() && spec.Find(id) != nullptr) {
      status = absl::DataLossError(absl::StrCat(id, " stands twice"));
    }
    if (!status.ok()) {
      return absl::DataLossError(
          absl::StrCat("line ", number, ": ", status.message()));
    }
    spec.requirements_.push_back({std::string(id), std::string(line), section});
    open = true;
  }
  for (Requirement& requirement : spec.requirements_) {
    requirement.sentence = PlainText(requirement.sentence);
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
