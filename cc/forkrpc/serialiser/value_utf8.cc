// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/value_utf8.h"

#include <cstdint>
#include <cstring>

namespace forkrpc {
namespace {

bool Continues(uint8_t octet) { return (octet & 0xC0) == 0x80; }

// The octets of the character at `at`, of which there are `size`; 0 if there is
// none.
size_t CharacterSize(const uint8_t* at, size_t size) {
  const uint8_t first = at[0];
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;  // a continuation, or overlong
  if (size < 2 || !Continues(at[1])) return 0;
  if (first < 0xE0) return 2;
  if (size < 3 || !Continues(at[2])) return 0;
  if (first < 0xF0) {
    if (first == 0xE0 && at[1] < 0xA0) return 0;   // overlong
    if (first == 0xED && at[1] >= 0xA0) return 0;  // a surrogate
    return 3;
  }
  if (size < 4 || !Continues(at[3])) return 0;
  if (first == 0xF0 && at[1] < 0x90) return 0;   // overlong
  if (first == 0xF4 && at[1] >= 0x90) return 0;  // above U+10FFFF
  return first <= 0xF4 ? 4 : 0;
}

}  // namespace

size_t Utf8Prefix(absl::string_view octets) {
  const auto* const data = reinterpret_cast<const uint8_t*>(octets.data());
  const size_t size = octets.size();
  size_t at = 0;
  while (at < size) {
    while (size - at >= 8) {
      uint64_t eight;
      std::memcpy(&eight, data + at, 8);
      if ((eight & 0x8080808080808080) != 0) break;
      at += 8;
    }
    if (at == size) break;
    const size_t character = CharacterSize(data + at, size - at);
    if (character == 0) return at;
    at += character;
  }
  return at;
}

}  // namespace forkrpc
