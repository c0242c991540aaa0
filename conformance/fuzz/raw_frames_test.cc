// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/raw_frames.h"

#include <gtest/gtest.h>

#include <string>

namespace forkrpc::conformance {
namespace {

// A literal's octets, zeros too.
template <size_t kSize>
std::string Octets(const char (&text)[kSize]) {
  return std::string(text, kSize - 1);
}

void ExpectFrame(const RawFrame& frame, uint32_t id, uint32_t length,
                 const std::string& payload, bool whole) {
  EXPECT_EQ(frame.id, id);
  EXPECT_EQ(frame.length, length);
  EXPECT_EQ(frame.payload, payload);
  EXPECT_EQ(frame.whole, whole);
}

TEST(ReadRawTest, FramesThatHaveAnId) {
  const std::string octets =
      Octets("\1\2\3\4\0\0\0\2Ea\0\0\0\7\0\0\0\0\0\0\0\5\0\0\0\1V");
  const std::vector<RawFrame> frames = ReadRaw(octets, /*has_id=*/true);
  ASSERT_EQ(frames.size(), 3);
  ExpectFrame(frames[0], 0x01020304, 2, "Ea", true);
  ExpectFrame(frames[1], 7, 0, "", true);
  ExpectFrame(frames[2], 5, 1, "V", true);
}

TEST(ReadRawTest, FramesThatHaveNone) {
  const std::string octets = Octets("\0\0\0\2Ea\0\0\0\0\0\0\0\1V");
  const std::vector<RawFrame> frames = ReadRaw(octets, /*has_id=*/false);
  ASSERT_EQ(frames.size(), 3);
  ExpectFrame(frames[0], 0, 2, "Ea", true);
  ExpectFrame(frames[1], 0, 0, "", true);
  ExpectFrame(frames[2], 0, 1, "V", true);
}

TEST(ReadRawTest, TheLastMayBeCut) {
  const std::string octets = Octets(
      "\0\0\0\1E\xff\xff\xff\xff"
      "ab");
  const std::vector<RawFrame> frames = ReadRaw(octets, /*has_id=*/false);
  ASSERT_EQ(frames.size(), 2);
  ExpectFrame(frames[0], 0, 1, "E", true);
  ExpectFrame(frames[1], 0, 0xffffffff, "ab", false);
}

// Of each length, whole or one octet short.
TEST(ReadRawTest, WholeToTheOctet) {
  const std::string octets = Octets("\0\0\0\3abc");
  ASSERT_EQ(ReadRaw(octets, false).size(), 1);
  EXPECT_TRUE(ReadRaw(octets, false)[0].whole);
  const std::string shorter = octets.substr(0, 6);
  ASSERT_EQ(ReadRaw(shorter, false).size(), 1);
  ExpectFrame(ReadRaw(shorter, false)[0], 0, 3, "ab", false);
}

TEST(ReadRawTest, PartOfAHeaderIsNoFrame) {
  EXPECT_TRUE(ReadRaw("", true).empty());
  EXPECT_TRUE(ReadRaw(Octets("\0\0\0\1\0\0\0"), true).empty());
  EXPECT_EQ(ReadRaw(Octets("\0\0\0\1E\0\0\0"), false).size(), 1);
}

}  // namespace
}  // namespace forkrpc::conformance
