// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/value_utf8.h"

#include <cstdint>
#include <string>

#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// UTF-8 of a code point by the definition's table, none if it has none.
std::string Utf8(uint32_t code) {
  std::string out;
  const auto octet = [&](uint32_t o) { out.push_back(static_cast<char>(o)); };
  if (code < 0x80) {
    octet(code);
  } else if (code < 0x800) {
    octet(0xC0 | code >> 6);
    octet(0x80 | (code & 63));
  } else if (code < 0x10000) {
    octet(0xE0 | code >> 12);
    octet(0x80 | (code >> 6 & 63));
    octet(0x80 | (code & 63));
  } else {
    octet(0xF0 | code >> 18);
    octet(0x80 | (code >> 12 & 63));
    octet(0x80 | (code >> 6 & 63));
    octet(0x80 | (code & 63));
  }
  return out;
}

TEST(ValueUtf8Test, EveryCodePoint) {
  for (uint32_t code = 0; code < 0x120000; ++code) {
    const bool good = code < 0x110000 && !(code >= 0xD800 && code < 0xE000);
    const std::string text = Utf8(code);
    ASSERT_EQ(IsUtf8(text), good) << code;
    // Cut short, it is none; and so is what follows it.
    if (text.size() > 1) {
      ASSERT_EQ(Utf8Prefix(text.substr(0, text.size() - 1)), 0u) << code;
      ASSERT_EQ(Utf8Prefix(text.substr(1)), 0u) << code;
    }
  }
}

// Every pair of octets, at each place of the eight that are looked at at once.
TEST(ValueUtf8Test, TheFirstOctetThatIsNone) {
  for (size_t before = 0; before < 20; ++before) {
    const std::string ascii(before, 'x');
    EXPECT_EQ(Utf8Prefix(ascii + "\xff" + ascii), before);
    EXPECT_EQ(Utf8Prefix(ascii + "\xc3\xa9" + ascii), 2 * before + 2);
    EXPECT_EQ(Utf8Prefix(ascii + "\xc3"), before);
    EXPECT_EQ(Utf8Prefix(ascii), before);
    EXPECT_TRUE(IsAscii(ascii) && IsUtf8(ascii));
    for (size_t at = 0; at < before; ++at) {
      std::string other = ascii;
      other[at] = '\x80';
      EXPECT_FALSE(IsAscii(other) || IsUtf8(other));
    }
  }
}

// Each length, and in each octet one that is not ASCII: the copy has all octets
// and not one more, and the answer is IsUtf8()'s.
TEST(ValueUtf8Test, CopyIfUtf8) {
  for (size_t size = 0; size < 30; ++size) {
    for (size_t at = 0; at <= size; ++at) {
      for (const char* const character : {"x", "\x80", "\xc3\xa9"}) {
        std::string octets;
        for (size_t i = 0; i < size; ++i) octets.push_back('a' + i % 26);
        octets.insert(at, character);
        std::string copy(octets.size() + 1, '#');
        EXPECT_EQ(CopyIfUtf8(octets, &copy[0]), IsUtf8(octets)) << octets;
        EXPECT_EQ(copy, octets + "#");
      }
    }
  }
  EXPECT_TRUE(CopyIfUtf8({}, nullptr));
}

TEST(ValueUtf8Test, Overlong) {
  EXPECT_FALSE(IsUtf8("\xc0\x80"));
  EXPECT_FALSE(IsUtf8("\xc1\xbf"));
  EXPECT_FALSE(IsUtf8("\xe0\x9f\xbf"));
  EXPECT_FALSE(IsUtf8("\xf0\x8f\xbf\xbf"));
  EXPECT_FALSE(IsUtf8("\xf4\x90\x80\x80"));
  EXPECT_FALSE(IsUtf8("\xf5\x80\x80\x80"));
}

}  // namespace
}  // namespace forkrpc
