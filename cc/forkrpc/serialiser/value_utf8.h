// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Where octets stop to be UTF-8; for the serialisers of values.
//
// UTF-8 as RFC 3629 has it: no surrogates, nothing overlong, nothing above
// U+10FFFF. Any thread; allocates nothing.

#ifndef FORKRPC_SERIALISER_VALUE_UTF8_H_
#define FORKRPC_SERIALISER_VALUE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/strings/string_view.h"

namespace forkrpc {

// The offset of the first octet that begins no character; the size if there is
// none, so that all of it is UTF-8.
size_t Utf8Prefix(absl::string_view octets);

// Whether all octets are below 0x80, as in most strings.
inline bool IsAscii(absl::string_view octets) {
  const char* const data = octets.data();
  const size_t size = octets.size();
  uint64_t all = 0;
  if (size >= 8) {
    uint64_t eight;
    for (size_t at = 0; at < size - 8; at += 8) {
      std::memcpy(&eight, data + at, 8);
      all |= eight;
    }
    // The last eight, of which some may have been looked at.
    std::memcpy(&eight, data + size - 8, 8);
    all |= eight;
  } else {
    for (const char octet : octets) all |= static_cast<uint8_t>(octet);
  }
  return (all & 0x8080808080808080) == 0;
}

inline bool IsUtf8(absl::string_view octets) {
  return IsAscii(octets) || Utf8Prefix(octets) == octets.size();
}

// Copies all octets to `to`, which has room for them, and says whether they are
// UTF-8; in one pass if they are ASCII.
inline bool CopyIfUtf8(absl::string_view octets, char* to) {
  const char* const data = octets.data();
  const size_t size = octets.size();
  uint64_t all = 0;
  if (size >= 8) {
    uint64_t eight;
    for (size_t at = 0; at < size - 8; at += 8) {
      std::memcpy(&eight, data + at, 8);
      std::memcpy(to + at, &eight, 8);
      all |= eight;
    }
    // The last eight, of which some may have been copied.
    std::memcpy(&eight, data + size - 8, 8);
    std::memcpy(to + size - 8, &eight, 8);
    all |= eight;
  } else {
    for (size_t at = 0; at < size; ++at) {
      to[at] = data[at];
      all |= static_cast<uint8_t>(data[at]);
    }
  }
  return (all & 0x8080808080808080) == 0 || Utf8Prefix(octets) == octets.size();
}

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_VALUE_UTF8_H_
