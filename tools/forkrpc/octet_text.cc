// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/octet_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tools/forkrpc/utf8.h"

namespace forkrpc::cli {
namespace {

// Whether a character beyond ASCII is shown as it is: no C1 control (some
// terminals obey those), and nothing that reorders or breaks the line.
bool IsShown(char32_t c) {
  if (c < 0xa0 || c == 0xfeff) return false;
  return !(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
         !(c >= 0x2060 && c <= 0x206f);
}

// CHexEscape, but quotes are left alone: there are none around the text.
std::string EscapeRun(absl::string_view run) {
  return absl::StrReplaceAll(absl::CHexEscape(run),
                             {{"\\\\", "\\\\"}, {"\\'", "'"}, {"\\\"", "\""}});
}

}  // namespace

std::string EscapeOctets(absl::string_view octets) {
  std::string text;
  size_t run = 0;  // where the octets start that are not in `text` yet
  size_t at = 0;
  while (at < octets.size()) {
    char32_t character = 0;
    const size_t length = Utf8Length(octets.substr(at), &character);
    if (length > 1 && IsShown(character)) {
      absl::StrAppend(&text, EscapeRun(octets.substr(run, at - run)),
                      octets.substr(at, length));
      run = at + length;
    }
    at += std::max<size_t>(length, 1);
  }
  absl::StrAppend(&text, EscapeRun(octets.substr(run)));
  return text;
}

std::string OneLine(absl::string_view text) {
  return absl::StrReplaceAll(EscapeOctets(text), {{"\\\\", "\\"}});
}

std::string EscapeNotation(absl::string_view notation) {
  std::string text;
  text.reserve(notation.size());
  while (!notation.empty()) {
    char32_t character = 0;
    const size_t length = std::max<size_t>(Utf8Length(notation, &character), 1);
    if (length > 1 && !IsShown(character)) {
      absl::StrAppend(
          &text, "\\u",
          absl::Hex(static_cast<uint32_t>(character), absl::kZeroPad4));
    } else {
      absl::StrAppend(&text, notation.substr(0, length));
    }
    notation.remove_prefix(length);
  }
  return text;
}

std::string HexOctets(absl::string_view octets) {
  std::string text;
  text.reserve(octets.size() * 3);
  for (const char octet : octets) {
    absl::StrAppend(
        &text, text.empty() ? "" : " ",
        absl::Hex(static_cast<unsigned char>(octet), absl::kZeroPad2));
  }
  return text;
}

std::string HexDump(absl::string_view octets, absl::string_view indent,
                    size_t per_line) {
  std::string text;
  while (!octets.empty()) {
    const absl::string_view line = octets.substr(0, per_line);
    octets.remove_prefix(line.size());
    std::string ascii(line);
    for (char& c : ascii) {
      if (!absl::ascii_isprint(static_cast<unsigned char>(c))) c = '.';
    }
    const std::string hex = HexOctets(line);
    absl::StrAppend(&text, indent, hex,
                    std::string(per_line * 3 - 1 - hex.size(), ' '), "  |",
                    ascii, "|\n");
  }
  return text;
}

}  // namespace forkrpc::cli
