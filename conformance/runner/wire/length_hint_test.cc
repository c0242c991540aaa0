// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/wire/length_hint.h"

#include <gtest/gtest.h>

namespace forkrpc::conformance {
namespace {

TEST(LengthHintTest, NamesTheCommonMistakes) {
  EXPECT_EQ(LengthHint(0x02000000, {7, 2}, 4), " (that is 2 in little-endian)");
  EXPECT_EQ(LengthHint(10, {2}, 8), " (it counts the header)");
  EXPECT_EQ(LengthHint(6, {2}, 8), " (it counts its own four octets)");
  EXPECT_EQ(LengthHint(0, {65536}, 8), " (that is 65536 cut to 16 bits)");
  EXPECT_EQ(LengthHint(1, {0x1000001}, 8),
            " (that is 16777217 cut to 24 bits)");
}

TEST(LengthHintTest, SaysNothingWithoutReason) {
  EXPECT_EQ(LengthHint(3, {2}, 8), "");
  EXPECT_EQ(LengthHint(0, {0}, 8), "");
  EXPECT_EQ(LengthHint(3, {}, 8), "");
  EXPECT_EQ(LengthBeyondHint(0x01020304, 16), "");
}

TEST(LengthHintTest, KnowsALittleEndianLengthFromItsBound) {
  EXPECT_EQ(LengthBeyondHint(0x05000000, 16),
            " (it would be 5 in little-endian)");
}

}  // namespace
}  // namespace forkrpc::conformance
