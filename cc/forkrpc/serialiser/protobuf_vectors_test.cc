// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Protobuf against the vectors of the specification.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "forkrpc/rpc.pb.h"
#include "forkrpc/serialiser/protobuf.h"
#include "forkrpc/testing/spec_vectors.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// An empty message of the vector's type.
std::unique_ptr<google::protobuf::Message> MessageOf(
    const spec::Vector& vector) {
  if (vector.message() == "forkrpc.v1.Request") {
    return std::make_unique<v1::Request>();
  }
  if (vector.message() == "forkrpc.v1.Response") {
    return std::make_unique<v1::Response>();
  }
  if (vector.message() == "forkrpc.v1.Event") {
    return std::make_unique<v1::Event>();
  }
  EXPECT_EQ(vector.message(), "forkrpc.v1.StringList");
  return std::make_unique<v1::StringList>();
}

const google::protobuf::Message& ValueOf(const spec::Vector& vector) {
  switch (vector.value().kind_case()) {
    case spec::VectorValue::kRequest:
      return vector.value().request();
    case spec::VectorValue::kResponse:
      return vector.value().response();
    case spec::VectorValue::kEvent:
      return vector.value().event();
    case spec::VectorValue::kList:
      return vector.value().list();
    case spec::VectorValue::KIND_NOT_SET:
      break;
  }
  ADD_FAILURE() << "a valid vector without value";
  return vector.value();
}

//= spec/serialisers.md#FR-SER-009
TEST(ProtobufVectorsTest, Decodes) {
  for (const spec::Vector& vector : ReadSpecVectors("protobuf")) {
    SCOPED_TRACE(vector.id());
    const auto message = MessageOf(vector);
    const absl::Status status =
        ProtobufSerialiser().Decode(SpecOctets(vector), message.get());
    if (vector.result() == "invalid") {
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
      continue;
    }
    EXPECT_TRUE(status.ok()) << status;
    message->DiscardUnknownFields();
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(
        *message, ValueOf(vector)))
        << message->DebugString();
  }
}

TEST(ProtobufVectorsTest, Encodes) {
  int others = 0;
  for (const spec::Vector& vector : ReadSpecVectors("protobuf")) {
    if (vector.result() == "invalid") continue;
    SCOPED_TRACE(vector.id());
    std::string payload;
    const absl::Status status =
        ProtobufSerialiser().Encode(ValueOf(vector), &payload);
    EXPECT_TRUE(status.ok()) << status;
    const bool other = HasFlag(vector, "other-encoding");
    EXPECT_EQ(payload == SpecOctets(vector), !other);
    if (other) ++others;
  }
  EXPECT_GT(others, 5);
}

}  // namespace
}  // namespace forkrpc
