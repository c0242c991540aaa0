// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/raw.h"

#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

std::string AllOctets() {
  std::string all;
  for (int octet = 0; octet < 256; ++octet) {
    all.push_back(static_cast<char>(octet));
  }
  return all;
}

TEST(RawTest, KeepsEveryOctet) {
  std::string payload = "before";
  ASSERT_TRUE(RawSerialiser().Encode(AllOctets(), &payload).ok());
  EXPECT_EQ(payload, "before" + AllOctets());

  std::string copy = "old";
  ASSERT_TRUE(RawSerialiser().Decode(AllOctets(), &copy).ok());
  EXPECT_EQ(copy, AllOctets());
}

TEST(RawTest, DecodesToAViewOfThePayload) {
  const std::string payload = AllOctets();
  absl::string_view view;
  ASSERT_TRUE(RawSerialiser().Decode(payload, &view).ok());
  EXPECT_EQ(view.data(), payload.data());
  EXPECT_EQ(view.size(), payload.size());
}

TEST(RawTest, EmptyIsAValue) {
  std::string payload;
  ASSERT_TRUE(RawSerialiser().Encode(absl::string_view(), &payload).ok());
  EXPECT_EQ(payload, "");
  std::string copy = "old";
  ASSERT_TRUE(RawSerialiser().Decode(absl::string_view(), &copy).ok());
  EXPECT_EQ(copy, "");
}

}  // namespace
}  // namespace forkrpc
