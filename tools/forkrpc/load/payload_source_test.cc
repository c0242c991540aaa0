// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/load/payload_source.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

PayloadSizes Sizes(absl::string_view text) {
  absl::StatusOr<PayloadSizes> sizes = PayloadSizes::Parse(text);
  EXPECT_TRUE(sizes.ok()) << sizes.status();
  return *std::move(sizes);
}

TEST(PayloadSizesTest, WhatIsNone) {
  for (const char* text :
       {"", "x", "-1", "16:", "16:0", "16:x", "16:1:2", "20-10", "1-2-3", "16,",
        ",16", "1073741825", "4294967296", "16:1000001", "1.5"}) {
    const absl::Status status = PayloadSizes::Parse(text).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text;
  }
}

TEST(PayloadSizesTest, OneSize) {
  const PayloadSizes sizes = Sizes("16");
  EXPECT_TRUE(sizes.fixed());
  EXPECT_EQ(sizes.largest(), 16u);
  EXPECT_EQ(sizes.At(0), 16u);
  EXPECT_EQ(sizes.At(~uint64_t{0}), 16u);
  EXPECT_TRUE(Sizes("0").fixed());
}

TEST(PayloadSizesTest, EachEndOfEachRange) {
  const PayloadSizes sizes = Sizes("10-13:3,1000");
  EXPECT_FALSE(sizes.fixed());
  EXPECT_EQ(sizes.largest(), 1000u);
  EXPECT_EQ(sizes.At(0), 10u);
  EXPECT_EQ(sizes.At(0xFFFFFFFF), 13u);
  EXPECT_EQ(sizes.At(0xBFFFFFFFFFFFFFFF), 13u);
  EXPECT_EQ(sizes.At(0xC000000000000000), 1000u);
  EXPECT_EQ(sizes.At(~uint64_t{0}), 1000u);
}

TEST(PayloadSourceTest, SizesAreDrawnByTheirWeights) {
  PayloadSource source(Sizes("16:9,4096:1,100-101:90"), 7);
  std::map<uint32_t, int> seen;
  for (int i = 0; i < 100000; ++i) ++seen[source.Next().size];
  EXPECT_EQ(seen.size(), 4u);
  EXPECT_NEAR(seen[16], 9000, 500);
  EXPECT_NEAR(seen[4096], 1000, 200);
  EXPECT_NEAR(seen[100], 45000, 1000);
  EXPECT_NEAR(seen[101], 45000, 1000);
}

TEST(PayloadSourceTest, ALargestPayloadAtTheLastPlaceIsWithinThePool) {
  PayloadSource source(Sizes("65536"), 1);
  std::set<uint32_t> offsets;
  for (int i = 0; i < 4096; ++i) {
    const PayloadWindow window = source.Next();
    offsets.insert(window.offset);
    EXPECT_EQ(std::string(source.View(window)).size(), 65536u);
  }
  // All of them: a sanitizer has seen that the last is within.
  EXPECT_EQ(offsets.size(), 4096u);
  EXPECT_EQ(*offsets.rbegin(), 4095u);
}

TEST(PayloadSourceTest, NeighboursAndSeedsDiffer) {
  PayloadSource source(Sizes("8"), 1), other(Sizes("8"), 2);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    seen.insert(std::string(source.View(source.Next())));
    seen.insert(std::string(other.View(other.Next())));
  }
  EXPECT_EQ(seen.size(), 2000u);
}

TEST(PayloadSourceTest, TheUsersOwn) {
  PayloadSource source("hello");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(source.View(source.Next()), "hello");
  PayloadSource empty("");
  EXPECT_EQ(empty.View(empty.Next()), "");
}

}  // namespace
}  // namespace forkrpc::cli
