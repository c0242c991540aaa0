// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/protobuf.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/rpc.pb.h"
#include "forkrpc/serialiser/serialiser.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/struct.pb.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A proto2 message with required fields that every protobuf brings along.
using NamePart = google::protobuf::UninterpretedOption::NamePart;

static_assert(CanEncode<ProtobufSerialiser, v1::Request>::value, "");
static_assert(CanDecode<ProtobufSerialiser, v1::Response>::value, "");
static_assert(!CanEncode<ProtobufSerialiser, std::string>::value, "");
static_assert(!CanDecode<ProtobufSerialiser, std::string>::value, "");

v1::Request SomeRequest() {
  v1::Request request;
  request.set_method("greeter.Greeter/Hello");
  request.set_payload(std::string("\0\xff", 2));
  return request;
}

// What a parent tells its worker.
TEST(ProtobufTest, HasTheNameThatTheEnvironmentKnows) {
  EXPECT_EQ(SerialiserName<ProtobufSerialiser>(), "protobuf");
}

TEST(ProtobufTest, RequestHasTheDocumentedOctets) {
  v1::Request request;
  request.set_method("m");
  request.set_payload("pp");
  std::string payload = "before";
  ASSERT_TRUE(ProtobufSerialiser().Encode(request, &payload).ok());
  EXPECT_EQ(payload, "before\x0a\1m\x12\2pp");
}

TEST(ProtobufTest, ListHasTheDocumentedOctets) {
  v1::StringList list;
  list.add_item("a");
  list.add_item("");
  std::string payload;
  ASSERT_TRUE(ProtobufSerialiser().Encode(list, &payload).ok());
  EXPECT_EQ(payload, std::string("\x0a\1a\x0a\0", 5));
}

TEST(ProtobufTest, DecodeReplacesTheMessage) {
  std::string payload;
  ASSERT_TRUE(ProtobufSerialiser().Encode(SomeRequest(), &payload).ok());
  v1::Request decoded;
  decoded.set_payload("old");
  for (int i = 0; i < 2; ++i) {
    const absl::Status status = ProtobufSerialiser().Decode(payload, &decoded);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(decoded.method(), "greeter.Greeter/Hello");
    EXPECT_EQ(decoded.payload(), std::string("\0\xff", 2));
  }
}

TEST(ProtobufTest, EmptyMessageIsAnEmptyPayload) {
  std::string payload = "before";
  ASSERT_TRUE(ProtobufSerialiser().Encode(v1::StringList(), &payload).ok());
  EXPECT_EQ(payload, "before");
  v1::StringList list;
  list.add_item("old");
  ASSERT_TRUE(ProtobufSerialiser().Decode(absl::string_view(), &list).ok());
  EXPECT_EQ(list.item_size(), 0);
}

TEST(ProtobufTest, EveryPrefixIsAcceptedOrNamed) {
  std::string payload;
  ASSERT_TRUE(ProtobufSerialiser().Encode(SomeRequest(), &payload).ok());
  int refused = 0;
  for (size_t cut = 0; cut < payload.size(); ++cut) {
    v1::Request decoded;
    const absl::Status status =
        ProtobufSerialiser().Decode(payload.substr(0, cut), &decoded);
    if (status.ok()) continue;
    ++refused;
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(decoded.ByteSizeLong(), 0u) << "an error must leave it empty";
  }
  // All but the empty one and the one that ends with the method.
  EXPECT_EQ(refused, static_cast<int>(payload.size()) - 2);
}

TEST(ProtobufTest, MalformedNamesTheMessage) {
  v1::Request decoded;
  const absl::Status status = ProtobufSerialiser().Decode(
      "\x0a\x05"
      "abc",
      &decoded);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(status.message(),
            "protobuf: a payload of 5 octets is not a forkrpc.v1.Request");
}

TEST(ProtobufTest, TextThatIsNotUtf8IsMalformed) {
  v1::Request decoded;
  EXPECT_EQ(ProtobufSerialiser().Decode("\x0a\1\xff", &decoded).code(),
            absl::StatusCode::kDataLoss);
}

TEST(ProtobufTest, DeepNestingIsMalformed) {
  google::protobuf::ListValue deep;
  google::protobuf::ListValue* innermost = &deep;
  for (int depth = 0; depth < 200; ++depth) {
    innermost = innermost->add_values()->mutable_list_value();
  }
  const std::string payload = deep.SerializeAsString();
  google::protobuf::ListValue decoded;
  EXPECT_EQ(ProtobufSerialiser().Decode(payload, &decoded).code(),
            absl::StatusCode::kDataLoss);
}

TEST(ProtobufTest, RequiredFields) {
  std::string payload = "before";
  const absl::Status encoded =
      ProtobufSerialiser().Encode(NamePart(), &payload);
  EXPECT_EQ(encoded.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(payload, "before");

  NamePart decoded;
  const absl::Status status = ProtobufSerialiser().Decode("\x0a\1a", &decoded);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("google.protobuf.UninterpretedOption.NamePart"),
                    HasSubstr("is_extension")));
  EXPECT_FALSE(decoded.has_name_part()) << "an error must leave it empty";
}

TEST(ProtobufTest, LimitHoldsInBothDirections) {
  ProtobufOptions options;
  options.max_size = 27;  // exactly SomeRequest
  const ProtobufSerialiser just_enough(options);
  std::string payload;
  ASSERT_TRUE(just_enough.Encode(SomeRequest(), &payload).ok());
  ASSERT_EQ(payload.size(), 27u);
  v1::Request decoded;
  EXPECT_TRUE(just_enough.Decode(payload, &decoded).ok());

  options.max_size = 26;
  const ProtobufSerialiser too_small(options);
  std::string untouched = "before";
  EXPECT_EQ(too_small.Encode(SomeRequest(), &untouched).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(untouched, "before");
  const absl::Status status = too_small.Decode(payload, &decoded);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(),
            "protobuf: forkrpc.v1.Request takes 27 octets of payload, more "
            "than the limit of 26");
  EXPECT_EQ(decoded.ByteSizeLong(), 0u);
}

}  // namespace
}  // namespace forkrpc
