// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/wire/decoding_model.h"

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Two frames, then a header and one octet of three.
constexpr absl::string_view kStream("\0\0\0\2ab\0\0\0\0\0\0\0\3c", 15);

DecodingModel Model(absl::string_view stream, size_t max_payload = 100) {
  return DecodingModel(FrameLayout::kLength, max_payload, stream);
}

TEST(DecodingModelTest, FindsWhatIsWholeAndWhatIsMissing) {
  DecodingModel model = Model(kStream);
  FrameView frame;
  ASSERT_TRUE(model.Next(&frame));
  EXPECT_EQ(frame.payload, "ab");
  EXPECT_EQ(model.offset(), 6u);
  ASSERT_TRUE(model.Next(&frame));
  EXPECT_EQ(frame.payload, "");
  EXPECT_FALSE(model.Next(&frame));
  EXPECT_EQ(model.offset(), 10u);
  EXPECT_EQ(model.Missing(), 2u);
  model.CheckEnd(absl::DataLossError("payload at offset 14 has 1 of 3"));
}

TEST(DecodingModelTest, ALengthBeyondTheLimitIsNotMissing) {
  DecodingModel model = Model(kStream, 1);
  FrameView frame;
  EXPECT_FALSE(model.Next(&frame));
  EXPECT_EQ(model.Missing(), 0u);
  model.CheckEnd(absl::ResourceExhaustedError("frame at offset 0: too long"));
}

TEST(DecodingModelDeathTest, AnotherEndIsRefused) {
  DecodingModel model = Model(kStream.substr(0, 8));
  FrameView frame;
  ASSERT_TRUE(model.Next(&frame));
  EXPECT_DEATH(model.CheckEnd(absl::OkStatus()), "another code");
  EXPECT_DEATH(model.CheckEnd(absl::DataLossError("at offset 66")),
               "another offset");
  ASSERT_FALSE(model.Next(&frame));
  const DecodingModel whole = Model("");
  EXPECT_DEATH(whole.CheckEnd(absl::DataLossError("at offset 0")),
               "a whole stream is refused");
}

TEST(DecodingModelTest, AnIdStandsBeforeTheLength) {
  DecodingModel model(FrameLayout::kIdAndLength, 100,
                      absl::string_view("\1\2\3\4\0\0\0\1x", 9));
  FrameView frame;
  ASSERT_TRUE(model.Next(&frame));
  EXPECT_EQ(frame.id, 0x01020304u);
  EXPECT_EQ(frame.payload, "x");
  model.CheckEnd(absl::OkStatus());
}

}  // namespace
}  // namespace forkrpc
