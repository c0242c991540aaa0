// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Utf8Length: where the next character of UTF-8 text ends.
//
// Pure; any thread. Well-formed as in RFC 3629: no overlong forms, no
// surrogates, nothing above U+10FFFF.
//
//   char32_t character;
//   size_t n = Utf8Length("\xc3\xa9t\xc3\xa9", &character);  // 2, U+00E9

#ifndef TOOLS_FORKRPC_UTF8_H_
#define TOOLS_FORKRPC_UTF8_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace forkrpc::cli {

// Octets of the character at the front of `text`, 1 to 4, and the character.
// 0 if there is none: `text` is empty, cut off, or no UTF-8.
size_t Utf8Length(absl::string_view text, char32_t* character);

// Whether all of `text` is UTF-8.
bool IsUtf8(absl::string_view text);

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_UTF8_H_
