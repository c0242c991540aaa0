// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/base/legible.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace forkrpc::conformance {
namespace {

uint32_t Octet(absl::string_view text, size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// Length of the well-formed UTF-8 character that `text` begins with, or 0.
size_t CharacterLength(absl::string_view text) {
  const uint32_t first = Octet(text, 0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  uint32_t value = first & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((Octet(text, i) & 0xc0) != 0x80) return 0;
    value = value << 6 | (Octet(text, i) & 0x3f);
  }
  const bool overlong =
      (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  return overlong || surrogate || value > 0x10ffff ? 0 : length;
}

bool IsShown(absl::string_view character) {
  if (character.size() == 1) {
    const uint32_t octet = Octet(character, 0);
    return octet == '\t' || octet == '\n' || (octet >= 0x20 && octet != 0x7f);
  }
  // C1 controls, and the two that are no characters to XML.
  if (character.size() == 2 && Octet(character, 0) == 0xc2) {
    return Octet(character, 1) >= 0xa0;
  }
  return character != "\xef\xbf\xbe" && character != "\xef\xbf\xbf";
}

}  // namespace

std::string Legible(absl::string_view text) {
  std::string legible;
  legible.reserve(text.size());
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    const absl::string_view character =
        text.substr(0, std::max<size_t>(length, 1));
    if (length > 0 && IsShown(character)) {
      absl::StrAppend(&legible, character);
    } else {
      for (size_t i = 0; i < character.size(); ++i) {
        absl::StrAppendFormat(&legible, "\\x%02x", Octet(character, i));
      }
    }
    text.remove_prefix(character.size());
  }
  return legible;
}

std::string LegibleLine(absl::string_view text) {
  return absl::StrReplaceAll(Legible(text), {{"\n", " "}, {"\t", " "}});
}

std::string ShortLine(absl::string_view text, size_t limit) {
  std::string line = LegibleLine(text);
  if (line.size() <= limit) return line;
  size_t end = limit - 3;
  while (end > 0 && (line[end] & 0xC0) == 0x80) --end;
  line.resize(end);
  return line + "...";
}

std::string Excerpt(absl::string_view text, size_t limit) {
  if (text.size() <= limit) return std::string(text);
  // A line that is too long itself is cut between two characters.
  const auto is_inside = [text](size_t at) {
    return at < text.size() && (Octet(text, at) & 0xc0) == 0x80;
  };
  size_t head = limit / 2;
  const size_t last_end = text.rfind('\n', head);
  if (last_end != absl::string_view::npos) head = last_end + 1;
  while (is_inside(head)) --head;
  size_t tail = text.size() - limit / 2;
  const size_t next_end = text.find('\n', tail);
  if (next_end != absl::string_view::npos && next_end + 1 < text.size()) {
    tail = next_end + 1;
  }
  while (is_inside(tail)) ++tail;
  const bool line_ended = head == 0 || text[head - 1] == '\n';
  return absl::StrCat(text.substr(0, head), line_ended ? "" : "\n", "... ",
                      tail - head, " octets left out ...\n", text.substr(tail));
}

std::string JsonString(absl::string_view text) {
  std::string json = "\"";
  for (const char c : Legible(text)) {
    switch (c) {
      case '"':
        json += "\\\"";
        break;
      case '\\':
        json += "\\\\";
        break;
      case '\n':
        json += "\\n";
        break;
      case '\t':
        json += "\\t";
        break;
      case '<':
      case '>':
      case '&':
        absl::StrAppendFormat(&json, "\\u%04x", static_cast<unsigned>(c));
        break;
      default:
        json += c;
    }
  }
  return json + "\"";
}

std::string XmlText(absl::string_view text) {
  // A line feed in an attribute would be read as a blank.
  return absl::StrReplaceAll(Legible(text), {{"&", "&amp;"},
                                             {"<", "&lt;"},
                                             {">", "&gt;"},
                                             {"\"", "&quot;"},
                                             {"'", "&apos;"},
                                             {"\n", "&#10;"},
                                             {"\t", "&#9;"}});
}

}  // namespace forkrpc::conformance
