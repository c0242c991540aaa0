// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/wire/octets_text.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace forkrpc::conformance {
namespace {

constexpr size_t kShown = 24;

std::string Printable(absl::string_view octets) {
  std::string text;
  for (const char c : octets) text += absl::ascii_isprint(c) ? c : '.';
  return text;
}

// "68 69".
std::string SpacedHex(absl::string_view octets) {
  std::string text;
  for (const unsigned char c : octets) {
    absl::StrAppendFormat(&text, "%s%02x", text.empty() ? "" : " ", c);
  }
  return text;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string DescribeOctets(absl::string_view octets) {
  if (octets.empty()) return "no octets";
  const absl::string_view shown = octets.substr(0, kShown);
  const char* more = octets.size() > kShown ? "..." : "";
  return absl::StrCat(
      octets.size(), octets.size() == 1 ? " octet " : " octets ",
      SpacedHex(shown), more, " \"", Printable(shown), more, "\"");
}

std::string HexDump(absl::string_view octets, uint64_t offset, size_t limit,
                    absl::string_view indent) {
  std::string text;
  const size_t shown = std::min(octets.size(), limit);
  for (size_t i = 0; i < shown; i += 16) {
    const absl::string_view line =
        octets.substr(i, std::min<size_t>(16, shown - i));
    absl::StrAppendFormat(&text, "%s%08x  %-47s  %s\n", indent, offset + i,
                          SpacedHex(line), Printable(line));
  }
  if (shown < octets.size()) {
    absl::StrAppend(&text, indent, "... ", octets.size() - shown,
                    " more octets\n");
  }
  return text;
}

absl::StatusOr<std::string> OctetsFromHex(absl::string_view hex) {
  std::string digits;
  for (const char c : hex) {
    if (absl::ascii_isspace(c)) continue;
    if (HexDigit(c) < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", absl::CHexEscape(std::string(1, c)), "' is not a hex digit"));
    }
    digits += c;
  }
  if (digits.size() % 2 != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("odd number of hex digits (", digits.size(), ")"));
  }
  return absl::HexStringToBytes(digits);
}

std::string ContractHex(absl::string_view octets) {
  return octets.empty() ? "-" : absl::BytesToHexString(octets);
}

absl::StatusOr<std::string> OctetsFromContractHex(absl::string_view hex) {
  if (hex == "-") return std::string();
  for (const char c : hex) {
    if (HexDigit(c) < 0 || absl::ascii_isupper(c)) {
      return absl::InvalidArgumentError("is not lower-case hex");
    }
  }
  if (hex.empty() || hex.size() % 2 != 0) {
    return absl::InvalidArgumentError("is not an even number of hex digits");
  }
  return absl::HexStringToBytes(hex);
}

}  // namespace forkrpc::conformance
