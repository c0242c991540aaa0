// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

// The plain definition, for comparison.
std::string Encode(char32_t c) {
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) {
    return {static_cast<char>(0xc0 | c >> 6),
            static_cast<char>(0x80 | (c & 0x3f))};
  }
  if (c < 0x10000) {
    return {static_cast<char>(0xe0 | c >> 12),
            static_cast<char>(0x80 | (c >> 6 & 0x3f)),
            static_cast<char>(0x80 | (c & 0x3f))};
  }
  return {static_cast<char>(0xf0 | c >> 18),
          static_cast<char>(0x80 | (c >> 12 & 0x3f)),
          static_cast<char>(0x80 | (c >> 6 & 0x3f)),
          static_cast<char>(0x80 | (c & 0x3f))};
}

TEST(Utf8Test, EveryCharacterAndNoSurrogate) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    const std::string text = Encode(c);
    char32_t got = 0xffffffff;
    const size_t length = Utf8Length(text + "x", &got);
    if (c >= 0xd800 && c <= 0xdfff) {
      ASSERT_EQ(length, 0u) << static_cast<uint32_t>(c);
    } else {
      ASSERT_EQ(length, text.size()) << static_cast<uint32_t>(c);
      ASSERT_EQ(got, c);
      // Cut off, it is none.
      ASSERT_EQ(Utf8Length(text.substr(0, text.size() - 1), &got), 0u);
    }
  }
}

TEST(Utf8Test, MalformedOctetsAreNoCharacter) {
  char32_t c = 0;
  for (const char* text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe",
        "\xff", "\xc3x", "\xe2\x82x"}) {
    EXPECT_EQ(Utf8Length(text, &c), 0u) << text;
  }
  EXPECT_EQ(Utf8Length("", &c), 0u);
}

TEST(Utf8Test, TextIsUtf8IfAllOfItIs) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("gr\xc3\xbc\xc3\x9f dich"));
  EXPECT_FALSE(IsUtf8("gr\xfc\xdf dich"));
  EXPECT_FALSE(IsUtf8("ok\xc3"));
}

}  // namespace
}  // namespace forkrpc::cli
