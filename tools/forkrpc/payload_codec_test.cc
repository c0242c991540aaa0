// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/payload_codec.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

using ::testing::ElementsAre;

TEST(PayloadCodecTest, StringPackCarriesAnyNumber) {
  std::string payload;
  ASSERT_TRUE(
      EncodeStrings(Serialiser::kStringPack, {"add", "", "4"}, &payload).ok());
  EXPECT_EQ(payload, std::string("\x03"
                                 "add\0\x01"
                                 "4",
                                 7));
  PayloadStrings strings;
  ASSERT_TRUE(DecodeStrings(Serialiser::kStringPack, payload, &strings).ok());
  EXPECT_THAT(strings.views, ElementsAre("add", "", "4"));
}

TEST(PayloadCodecTest, RawIsOneStringAsItIs) {
  std::string payload;
  ASSERT_TRUE(EncodeStrings(Serialiser::kRaw, {"echo hi"}, &payload).ok());
  EXPECT_EQ(payload, "echo hi");
  PayloadStrings strings;
  strings.views = {"old"};
  ASSERT_TRUE(DecodeStrings(Serialiser::kRaw, "", &strings).ok());
  EXPECT_THAT(strings.views, ElementsAre(""));
}

TEST(PayloadCodecTest, ProtobufIsAStringList) {
  std::string payload;
  ASSERT_TRUE(
      EncodeStrings(Serialiser::kProtobuf, {"a", "", "\xff"}, &payload).ok());
  EXPECT_EQ(payload, std::string("\x0a\x01"
                                 "a\x0a\0\x0a\x01\xff",
                                 8));
  PayloadStrings strings;
  strings.views = {"old"};
  ASSERT_TRUE(DecodeStrings(Serialiser::kProtobuf, payload, &strings).ok());
  EXPECT_THAT(strings.views, ElementsAre("a", "", "\xff"));
  EXPECT_TRUE(absl::IsDataLoss(
      DecodeStrings(Serialiser::kProtobuf, "\x0a\x05hi", &strings)));
}

TEST(PayloadCodecTest, RawRefusesOtherNumbers) {
  std::string payload;
  EXPECT_EQ(EncodeStrings(Serialiser::kRaw, {"a", "b"}, &payload).message(),
            "--serialiser=raw sends exactly one string, not 2: quote them as "
            "one word");
  EXPECT_TRUE(
      absl::IsInvalidArgument(EncodeStrings(Serialiser::kRaw, {}, &payload)));
  EXPECT_EQ(payload, "");
}

TEST(PayloadCodecTest, MalformedStringPackIsDataLoss) {
  PayloadStrings strings;
  EXPECT_TRUE(absl::IsDataLoss(
      DecodeStrings(Serialiser::kStringPack, "\x05hi", &strings)));
}

}  // namespace
}  // namespace forkrpc::cli
