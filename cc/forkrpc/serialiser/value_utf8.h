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

// All octets or'ed, eight by eight; kCopies copies them to `to` in the same
// pass.
template <bool kCopies>
inline uint64_t OrOfOctets(absl::string_view octets, char* to) {
  const char* const data = octets.data();
  const size_t size = octets.size();
  uint64_t all = 0;
  const auto take_eight = [&](size_t at) {
    uint64_t eight;
    std::memcpy(&eight, data + at, 8);
    if (kCopies) std::memcpy(to + at, &eight, 8);
    all |= eight;
  };
  if (size >= 8) {
    for (size_t at = 0; at < size - 8; at += 8) take_eight(at);
    take_eight(size - 8);  // of which some may have been taken
  } else {
    for (size_t at = 0; at < size; ++at) {
      if (kCopies) to[at] = data[at];
      all |= static_cast<uint8_t>(data[at]);
    }
  }
  return all;
}

// Where one of or'ed octets is no ASCII.
inline constexpr uint64_t kNotAscii = 0x8080808080808080;

// Whether all octets are below 0x80, as in most strings.
inline bool IsAscii(absl::string_view octets) {
  return (OrOfOctets<false>(octets, nullptr) & kNotAscii) == 0;
}

inline bool IsUtf8(absl::string_view octets) {
  return IsAscii(octets) || Utf8Prefix(octets) == octets.size();
}

// Copies all octets to `to`, which has room for them, and says whether they are
// UTF-8; in one pass if they are ASCII.
inline bool CopyIfUtf8(absl::string_view octets, char* to) {
  return (OrOfOctets<true>(octets, to) & kNotAscii) == 0 ||
         Utf8Prefix(octets) == octets.size();
}

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_VALUE_UTF8_H_
