// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/wire/frame_encoder.h"

#include <string>

#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Octets written out, so that a wrong constant cannot hide in both places.
std::string Octets(std::initializer_list<int> values) {
  return std::string(values.begin(), values.end());
}

std::string Encoded(FrameLayout layout, uint32_t id,
                    absl::string_view payload) {
  std::string out;
  EXPECT_TRUE(AppendFrame(layout, id, payload, &out).ok());
  return out;
}

TEST(FrameEncoderTest, LengthOnly) {
  EXPECT_EQ(Encoded(FrameLayout::kLength, 9, "hi"),
            Octets({0, 0, 0, 2, 'h', 'i'}));
}

TEST(FrameEncoderTest, IdAndLength) {
  EXPECT_EQ(Encoded(FrameLayout::kIdAndLength, 0x01020384, "hi"),
            Octets({1, 2, 3, 0x84, 0, 0, 0, 2, 'h', 'i'}));
  EXPECT_EQ(Encoded(FrameLayout::kIdAndLength, 0xFFFFFFFF, ""),
            Octets({0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0}));
}

TEST(FrameEncoderTest, EachOctetOfTheLengthCounts) {
  const std::string frame =
      Encoded(FrameLayout::kLength, 0, std::string(0x00020103, 'x'));
  EXPECT_EQ(frame.substr(0, 4), Octets({0, 2, 1, 3}));
  char header[4];
  EncodeHeader(FrameLayout::kLength, 0, 0xA1B2C3D4, header);
  EXPECT_EQ(std::string(header, 4), Octets({0xA1, 0xB2, 0xC3, 0xD4}));
}

TEST(FrameEncoderTest, PayloadsOfEverySizeFollowTheirHeader) {
  std::string payload;
  for (int size = 0; size <= 200; ++size) {
    EXPECT_EQ(Encoded(FrameLayout::kIdAndLength, 7, payload),
              Octets({0, 0, 0, 7, 0, 0, 0, size}) + payload);
    payload.push_back(static_cast<char>('a' + size % 26));
  }
}

TEST(FrameEncoderTest, AppendsBehindWhatIsThere) {
  std::string out = "before";
  ASSERT_TRUE(AppendFrame(FrameLayout::kLength, 0, "x", &out).ok());
  EXPECT_EQ(out, "before" + Octets({0, 0, 0, 1, 'x'}));
}

TEST(FrameEncoderTest, RefusesWhatThirtyTwoBitsCannotCount) {
  // The view is never read: only its size is judged.
  const absl::string_view huge("", size_t{1} << 32);
  std::string out = "kept";
  const absl::Status status =
      AppendFrame(FrameLayout::kIdAndLength, 1, huge, &out);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(),
            "payload of 4294967296 octets exceeds the limit of 4294967295 "
            "octets");
  EXPECT_EQ(out, "kept");
}

TEST(CheckPayloadSizeTest, LimitIsInclusive) {
  EXPECT_TRUE(CheckPayloadSize(100, 100).ok());
  EXPECT_EQ(CheckPayloadSize(101, 100).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(CheckPayloadSize(kMaxPayloadOnWire, size_t{1} << 40).ok());
  EXPECT_FALSE(CheckPayloadSize(kMaxPayloadOnWire + 1, size_t{1} << 40).ok());
}

}  // namespace
}  // namespace forkrpc
