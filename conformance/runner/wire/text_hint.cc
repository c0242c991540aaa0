// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/wire/text_hint.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace forkrpc::conformance {
namespace {

constexpr size_t kLeast = 4;
constexpr size_t kShown = 60;

bool IsText(char octet) {
  const auto c = static_cast<unsigned char>(octet);
  return absl::ascii_isprint(c) || c == '\n' || c == '\r' || c == '\t';
}

// Whether each octet is one more than that before it, as in the payloads that a
// child is asked for. Where one of those lost octets, its rest stands here.
bool Counts(absl::string_view octets) {
  for (size_t i = 1; i < octets.size(); ++i) {
    if (octets[i] != octets[i - 1] + 1) return false;
  }
  return true;
}

}  // namespace

std::string TextHint(absl::string_view octets) {
  size_t length = 0;
  while (length < octets.size() && IsText(octets[length])) ++length;
  if (length < kLeast || Counts(octets.substr(0, kLeast))) return "";
  const bool cut = length > kShown;
  return absl::StrCat("; these octets are the text \"",
                      absl::CEscape(octets.substr(0, cut ? kShown : length)),
                      cut ? "..." : "",
                      "\": does the program print to the wire?");
}

}  // namespace forkrpc::conformance
