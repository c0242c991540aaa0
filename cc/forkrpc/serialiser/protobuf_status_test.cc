// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/protobuf_status.h"

#include <climits>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/rpc.pb.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

TEST(ProtobufStatusTest, EveryCodeComesBack) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code),
                              absl::string_view("what\0\xff", 6));
    v1::Status proto;
    ToProto(status, &proto);
    EXPECT_EQ(proto.code(), code);
    EXPECT_EQ(FromProto(proto), status);
  }
}

TEST(ProtobufStatusTest, OkReplacesAnError) {
  v1::Status proto;
  ToProto(absl::NotFoundError("old"), &proto);
  ToProto(absl::OkStatus(), &proto);
  EXPECT_EQ(proto.ByteSizeLong(), 0u);
  EXPECT_TRUE(FromProto(proto).ok());
}

TEST(ProtobufStatusTest, AbsentStatusIsSuccess) {
  EXPECT_TRUE(FromProto(v1::Response().status()).ok());
}

TEST(ProtobufStatusTest, UnknownCodeIsStillAnError) {
  for (const int code : {17, 1000, -1, INT_MAX, INT_MIN}) {
    v1::Status proto;
    proto.set_code(code);
    proto.set_message("what");
    EXPECT_EQ(
        FromProto(proto),
        absl::UnknownError("status code " + std::to_string(code) + ": what"));
  }
}

}  // namespace
}  // namespace forkrpc
