// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/base/message_text.h"

#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "google/protobuf/source_context.pb.h"
#include "gtest/gtest.h"

namespace forkrpc::conformance {
namespace {

TEST(MessageTextTest, AMessageIsRead) {
  google::protobuf::SourceContext read;
  EXPECT_TRUE(ReadMessageText("# a comment\nfile_name: \"x\"", &read).ok());
  EXPECT_EQ(read.file_name(), "x");
}

TEST(MessageTextTest, AnErrorHasItsPlaceAndOneLegibleLine) {
  google::protobuf::SourceContext read;
  testing::internal::CaptureStderr();
  const absl::Status status =
      ReadMessageText("file_name: \"x\"\n  colour\x1b: 3", &read);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const std::string message(status.message());
  EXPECT_THAT(message, testing::StartsWith("line 2, column "));
  EXPECT_THAT(message, testing::Not(testing::HasSubstr("\x1b")));
}

}  // namespace
}  // namespace forkrpc::conformance
