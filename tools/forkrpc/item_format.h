// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// How `forkrpc call` prints the strings of a response.
//
// Pure; any thread.
//
//   FormatStrings(OutputFormat::kText, {"7", "a\tb"}, '\n');  // "7\na\\tb\n"

#ifndef TOOLS_FORKRPC_ITEM_FORMAT_H_
#define TOOLS_FORKRPC_ITEM_FORMAT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace forkrpc::cli {

enum class OutputFormat {
  kText,  // printable, see EscapeOctets()
  kJson,  // a JSON array on one line, see JsonList()
  kHex,   // each string in hex, without spaces
  kRaw,   // the octets and nothing else
};

// The strings of one response. In kText and kHex `separator` stands between
// them and a line end behind the last; an empty list is an empty line, or
// nothing if each string has a line of its own.
std::string FormatStrings(OutputFormat format,
                          absl::Span<const absl::string_view> strings,
                          char separator);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_ITEM_FORMAT_H_
