// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// BER compressed integers, Perl's `w`: the lengths in a string-pack payload.
//
// Base 128, most significant group first, the high bit set on all octets but
// the last. Any thread; no allocation; reads and writes nothing outside what it
// is given, and takes time linear in the octets read.
//
//   char octets[kMaxBerLengthSize];
//   char* end = WriteBerLength(300, octets);  // 82 2c

#ifndef FORKRPC_SERIALISER_BER_LENGTH_H_
#define FORKRPC_SERIALISER_BER_LENGTH_H_

#include <cstddef>
#include <cstdint>

#include "absl/base/optimization.h"
#include "absl/numeric/bits.h"
#include "absl/strings/string_view.h"

namespace forkrpc {

// Octets in the shortest form of 2^64 - 1.
inline constexpr size_t kMaxBerLengthSize = 10;

// Octets in the shortest form of `length`: 1 to kMaxBerLengthSize.
inline size_t BerLengthSize(uint64_t length) {
  if (ABSL_PREDICT_TRUE(length < 0x80)) return 1;
  return (static_cast<size_t>(absl::bit_width(length)) + 6) / 7;
}

// Writes BerLengthSize(length) octets to `to` and returns their end.
//= spec/serialisers.md#FR-SER-001
inline char* WriteBerLength(uint64_t length, char* to) {
  if (ABSL_PREDICT_TRUE(length < 0x80)) {
    *to = static_cast<char>(length);
    return to + 1;
  }
  char* const end = to + BerLengthSize(length);
  char* at = end;
  *--at = static_cast<char>(length & 0x7f);
  while (at != to) {
    length >>= 7;
    *--at = static_cast<char>((length & 0x7f) | 0x80);
  }
  return end;
}

// A length as it was found in a payload.
struct BerLength {
  uint64_t value;   // 0 to 2^63 - 1; meaningless if too_large
  size_t size;      // octets read: all that belong to the length
  bool terminated;  // else the octets end inside the length
  bool overlong;    // starts with 0x80: not the shortest form
  bool too_large;   // 2^63 or more, which Perl takes for a negative count
};

// Reads the length at the front of `octets`.
BerLength ReadBerLength(absl::string_view octets);

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_BER_LENGTH_H_
