// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/utf8.h"

namespace forkrpc::cli {
namespace {

// By length: the bits that mark a first octet, their value, and the smallest
// character that needs this length.
struct Shape {
  unsigned char mask;
  unsigned char mark;
  char32_t smallest;
};
constexpr Shape kShapes[] = {{0x80, 0x00, 0},
                             {0xe0, 0xc0, 0x80},
                             {0xf0, 0xe0, 0x800},
                             {0xf8, 0xf0, 0x10000}};

}  // namespace

size_t Utf8Length(absl::string_view text, char32_t* character) {
  if (text.empty()) return 0;
  const auto octet = [&](size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  size_t length = 0;
  for (const Shape& shape : kShapes) {
    ++length;
    if ((octet(0) & shape.mask) != shape.mark) continue;
    if (text.size() < length) return 0;
    char32_t value = octet(0) & static_cast<unsigned char>(~shape.mask);
    for (size_t i = 1; i < length; ++i) {
      if ((octet(i) & 0xc0) != 0x80) return 0;
      value = value << 6 | (octet(i) & 0x3f);
    }
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < shape.smallest || value > 0x10ffff || surrogate) return 0;
    *character = value;
    return length;
  }
  return 0;
}

bool IsUtf8(absl::string_view text) {
  char32_t unused = 0;
  while (!text.empty()) {
    const size_t length = Utf8Length(text, &unused);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace forkrpc::cli
