// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/item_format.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/forkrpc/json_text.h"
#include "tools/forkrpc/octet_text.h"

namespace forkrpc::cli {

std::string FormatStrings(OutputFormat format,
                          absl::Span<const absl::string_view> strings,
                          char separator) {
  if (format == OutputFormat::kRaw) return absl::StrJoin(strings, "");
  if (format == OutputFormat::kJson) {
    return absl::StrCat(JsonList(strings), "\n");
  }
  if (strings.empty() && separator == '\n') return "";
  const auto print = [format](std::string* out, absl::string_view octets) {
    absl::StrAppend(out, format == OutputFormat::kHex
                             ? absl::BytesToHexString(octets)
                             : EscapeOctets(octets));
  };
  return absl::StrCat(
      absl::StrJoin(strings, absl::string_view(&separator, 1), print), "\n");
}

}  // namespace forkrpc::cli
