// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Octets as text that a terminal can show: nothing in it moves the cursor.
//
// Pure; any thread.
//
//   EscapeOctets("caf\xc3\xa9\n\x1b[2J");  // "caf\xc3\xa9\\n\\x1b[2J"
//   HexOctets("Ehi");                      // "45 68 69"

#ifndef TOOLS_FORKRPC_OCTET_TEXT_H_
#define TOOLS_FORKRPC_OCTET_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace forkrpc::cli {

// Printable ASCII and printable UTF-8 as they are; all else, and the backslash,
// as in C: \n, \\, \xNN. Different octets give different text.
std::string EscapeOctets(absl::string_view octets);

// The same for an error text, which may be escaped in part already: backslashes
// stay as they are.
std::string OneLine(absl::string_view text);

// The same for diagnostic notation, which has control octets escaped already:
// its other characters that are not printable become \uXXXX, as JSON has them.
std::string EscapeNotation(absl::string_view notation);

// Two hex digits per octet, with spaces between.
std::string HexOctets(absl::string_view octets);

// Lines as `xxd` prints them, without the offset: `per_line` octets in hex,
// then as ASCII. Each line starts with `indent` and ends with a line end.
std::string HexDump(absl::string_view octets, absl::string_view indent,
                    size_t per_line = 16);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_OCTET_TEXT_H_
