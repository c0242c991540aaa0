// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/octet_text.h"

#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

TEST(OctetTextTest, PrintableTextIsLeftAlone) {
  const std::string text = "it's \"caf\xc3\xa9\", 100 % \xe2\x82\xac";
  EXPECT_EQ(EscapeOctets(text), text);
}

TEST(OctetTextTest, ControlsAndTheBackslashAreEscaped) {
  EXPECT_EQ(EscapeOctets("a\nb\tc\r"), "a\\nb\\tc\\r");
  EXPECT_EQ(EscapeOctets("\x1b[2J"), "\\x1b[2J");
  EXPECT_EQ(EscapeOctets(std::string("\0\x7f", 2)), "\\x00\\x7f");
  EXPECT_EQ(EscapeOctets("\\"), "\\\\");
  EXPECT_EQ(EscapeOctets("\\'"), "\\\\'");
  EXPECT_EQ(EscapeOctets("\xff\xc3"), "\\xff\\xc3");
}

// In UTF-8 text 0x9b may arrive as U+009B, which some terminals take for ESC [.
TEST(OctetTextTest, CharactersThatSteerATerminalAreEscaped) {
  EXPECT_EQ(EscapeOctets("\xc2\x9b"), "\\xc2\\x9b");
  EXPECT_EQ(EscapeOctets("\xe2\x80\xae"), "\\xe2\\x80\\xae");  // right to left
  EXPECT_EQ(EscapeOctets("\xe2\x80\xa8"), "\\xe2\\x80\\xa8");  // line separator
}

TEST(OctetTextTest, DifferentOctetsGiveDifferentText) {
  std::set<std::string> seen;
  for (int a = 0; a < 256; ++a) {
    EXPECT_TRUE(seen.insert(EscapeOctets(std::string(1, a))).second) << a;
    for (int b = 0; b < 256; ++b) {
      const std::string octets = {static_cast<char>(a), static_cast<char>(b)};
      const std::string text = EscapeOctets(octets);
      EXPECT_TRUE(seen.insert(text).second) << a << " " << b;
      for (const char c : text) {
        EXPECT_FALSE(absl::ascii_iscntrl(static_cast<unsigned char>(c)));
      }
    }
  }
  EXPECT_TRUE(seen.insert(EscapeOctets("\\x01")).second);
}

TEST(OctetTextTest, AnErrorStaysOnItsLine) {
  EXPECT_EQ(OneLine("a\nb \\x1b \x1b"), "a\\nb \\x1b \\x1b");
}

TEST(OctetTextTest, Hex) {
  EXPECT_EQ(HexOctets(""), "");
  EXPECT_EQ(HexOctets(absl::string_view("\0Eh\xff", 4)), "00 45 68 ff");
}

TEST(OctetTextTest, ADumpKeepsItsColumns) {
  EXPECT_EQ(HexDump("", "  "), "");
  EXPECT_EQ(HexDump("abcd\x1b\xc3", "  ", 4),
            "  61 62 63 64  |abcd|\n"
            "  1b c3        |..|\n");
}

}  // namespace
}  // namespace forkrpc::cli
