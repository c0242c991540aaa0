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
  EXPECT_EQ(model.end().code, absl::StatusCode::kDataLoss);
  EXPECT_EQ(model.end().offset, 14u);  // where the payload begins
}

TEST(DecodingModelTest, ALengthBeyondTheLimitIsNotMissing) {
  DecodingModel model = Model(kStream, 1);
  FrameView frame;
  EXPECT_FALSE(model.Next(&frame));
  EXPECT_EQ(model.Missing(), 0u);
  EXPECT_EQ(model.end().code, absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(model.end().offset, 0u);
}

TEST(DecodingModelTest, AHeaderCutOffIsAnErrorWhereItBegins) {
  DecodingModel model = Model(kStream.substr(0, 8));
  FrameView frame;
  ASSERT_TRUE(model.Next(&frame));
  EXPECT_FALSE(model.Next(&frame));
  EXPECT_EQ(model.Missing(), 0u);
  EXPECT_EQ(model.end().code, absl::StatusCode::kDataLoss);
  EXPECT_EQ(model.end().offset, 6u);
}

TEST(DecodingModelTest, AnIdStandsBeforeTheLength) {
  DecodingModel model(FrameLayout::kIdAndLength, 100,
                      absl::string_view("\1\2\3\4\0\0\0\1x", 9));
  FrameView frame;
  ASSERT_TRUE(model.Next(&frame));
  EXPECT_EQ(frame.id, 0x01020304u);
  EXPECT_EQ(frame.payload, "x");
  EXPECT_EQ(model.end().code, absl::StatusCode::kOk);
}

}  // namespace
}  // namespace forkrpc
