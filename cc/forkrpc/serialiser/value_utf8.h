// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Where octets stop to be UTF-8; for the serialisers of values.
//
// UTF-8 as RFC 3629 has it: no surrogates, nothing overlong, nothing above
// U+10FFFF. Any thread; allocates nothing.

#ifndef FORKRPC_SERIALISER_VALUE_UTF8_H_
#define FORKRPC_SERIALISER_VALUE_UTF8_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace forkrpc {

// The offset of the first octet that begins no character; the size if there is
// none, so that all of it is UTF-8.
size_t Utf8Prefix(absl::string_view octets);

inline bool IsUtf8(absl::string_view octets) {
  return Utf8Prefix(octets) == octets.size();
}

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_VALUE_UTF8_H_
