// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/wire/octets_text.h"

#include <gtest/gtest.h>

#include <string>

namespace forkrpc::conformance {
namespace {

TEST(OctetsTextTest, Describes) {
  EXPECT_EQ(DescribeOctets(""), "no octets");
  EXPECT_EQ(DescribeOctets("a"), "1 octet 61 \"a\"");
  EXPECT_EQ(DescribeOctets(std::string("h\0\xff", 3)),
            "3 octets 68 00 ff \"h..\"");
  EXPECT_EQ(DescribeOctets(std::string(30, 'z')),
            "30 octets 7a 7a 7a 7a 7a 7a 7a 7a 7a 7a 7a 7a 7a 7a 7a 7a 7a 7a "
            "7a 7a 7a 7a 7a 7a... \"zzzzzzzzzzzzzzzzzzzzzzzz...\"");
}

TEST(OctetsTextTest, DumpsAndSaysWhatItLeavesOut) {
  EXPECT_EQ(HexDump("0123456789abcdefXY", 0x20, 100, "  "),
            "  00000020  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  "
            "0123456789abcdef\n"
            "  00000030  58 59                                            "
            "XY\n");
  EXPECT_EQ(HexDump("abcd", 0, 1, ""),
            "00000000  61                                               a\n"
            "... 3 more octets\n");
}

TEST(OctetsTextTest, HexOfCases) {
  EXPECT_EQ(*OctetsFromHex("00 fF\n10"), std::string("\0\xff\x10", 3));
  EXPECT_EQ(OctetsFromHex("0g").status().message(), "'g' is not a hex digit");
  EXPECT_FALSE(OctetsFromHex("123").ok());
}

TEST(OctetsTextTest, HexOfTheContract) {
  EXPECT_EQ(ContractHex(""), "-");
  EXPECT_EQ(ContractHex("\x0f\xa0"), "0fa0");
  EXPECT_EQ(*OctetsFromContractHex("-"), "");
  EXPECT_EQ(*OctetsFromContractHex("0fa0"), "\x0f\xa0");
  for (const char* wrong : {"", "0FA0", "0", "--", "0x00", "00 00"}) {
    EXPECT_FALSE(OctetsFromContractHex(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace forkrpc::conformance
