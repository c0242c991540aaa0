// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/wire/frame_scanner.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace forkrpc::conformance {
namespace {

// Everything that the scanner says about a stream cut at the given places.
std::string Scan(Layout layout, const std::string& stream,
                 const std::vector<size_t>& cuts) {
  FrameScanner scanner(layout);
  std::string said;
  size_t at = 0;
  const auto sink = [&](const FrameScanner::Piece& piece) {
    if (piece.is_header) {
      absl::StrAppend(&said, "[", piece.header.offset, " ", piece.header.id,
                      " ", piece.header.length, "]");
    }
    absl::StrAppend(&said, piece.octets, piece.last ? ";" : "");
  };
  for (const size_t cut : cuts) {
    scanner.Scan(stream.substr(at, cut - at), sink);
    at = cut;
  }
  scanner.Scan(stream.substr(at), sink);
  EXPECT_EQ(scanner.offset(), stream.size());
  return said;
}

std::string Octets(std::initializer_list<int> octets) {
  return std::string(octets.begin(), octets.end());
}

TEST(FrameScannerTest, EverySplitSaysTheSame) {
  const std::string with_ids =
      Octets({0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 2, 'h', 'i',  //
              0,    0,    0,    0,    0, 0, 0, 0,            //
              0x80, 0,    0,    1,    0, 0, 0, 1, 'x', 0,   0});
  const std::string lengths =
      Octets({0, 0, 0, 2, 'h', 'i', 0, 0, 0, 0, 0, 0, 0, 1, 'x', 0});
  const std::string expected_ids =
      "[0 4294967294 2]hi;[10 0 0];[18 2147483649 1]x;";
  const std::string expected_lengths = "[0 0 2]hi;[6 0 0];[10 0 1]x;";
  for (size_t a = 0; a <= with_ids.size(); ++a) {
    for (size_t b = a; b <= with_ids.size(); ++b) {
      ASSERT_EQ(Scan(Layout::kIdLength, with_ids, {a, b}), expected_ids)
          << a << " " << b;
    }
  }
  for (size_t a = 0; a <= lengths.size(); ++a) {
    ASSERT_EQ(Scan(Layout::kLength, lengths, {a}), expected_lengths) << a;
  }
}

TEST(FrameScannerTest, KnowsWhereTheStreamEnds) {
  FrameScanner scanner(Layout::kIdLength);
  const auto nothing = [](const FrameScanner::Piece&) {};
  EXPECT_FALSE(scanner.inside_frame());
  scanner.Scan(Octets({0, 0, 0}), nothing);
  EXPECT_TRUE(scanner.inside_frame());
  EXPECT_FALSE(scanner.in_payload());
  EXPECT_EQ(scanner.header_have(), 3u);
  scanner.Scan(Octets({1, 0xff, 0xff, 0xff, 0xff, 'a', 'b'}), nothing);
  EXPECT_TRUE(scanner.in_payload());
  EXPECT_EQ(scanner.header().length, 0xffffffffu);
  EXPECT_EQ(scanner.payload_have(), 2u);
}

TEST(FrameScannerTest, AnEmptyFrameIsWholeWithItsHeader) {
  for (const Layout layout : {Layout::kLength, Layout::kIdLength}) {
    FrameScanner scanner(layout);
    bool last = false;
    scanner.Scan(std::string(HeaderSize(layout), '\0'),
                 [&](const FrameScanner::Piece& piece) { last = piece.last; });
    EXPECT_TRUE(last);
    EXPECT_FALSE(scanner.inside_frame());
  }
}

TEST(FrameScannerTest, IntegersAreBigEndian) {
  std::string octets;
  AppendU32(0x80010203, &octets);
  EXPECT_EQ(octets, Octets({0x80, 1, 2, 3}));
  EXPECT_EQ(ReadU32(reinterpret_cast<const unsigned char*>(octets.data())),
            0x80010203u);
}

}  // namespace
}  // namespace forkrpc::conformance
