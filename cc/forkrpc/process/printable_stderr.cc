// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/printable_stderr.h"

#include <string>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace forkrpc {

std::string PrintableStderr(absl::string_view octets) {
  while (!octets.empty() && (octets.back() == '\n' || octets.back() == '\r')) {
    octets.remove_suffix(1);
  }
  std::string text;
  for (const char c : octets) {
    if (c == '\n') {
      text += " | ";
    } else if (c >= 0x20 && c < 0x7f) {
      text += c;
    } else {
      absl::StrAppendFormat(&text, "\\x%02x", static_cast<unsigned char>(c));
    }
  }
  return text;
}

}  // namespace forkrpc
