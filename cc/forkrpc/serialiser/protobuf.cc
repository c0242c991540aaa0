// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/protobuf.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"

namespace forkrpc {
namespace {

using google::protobuf::MessageLite;

// Protobuf's sizes are ints.
constexpr size_t kProtobufMaxSize = std::numeric_limits<int32_t>::max();

absl::Status TooLong(const MessageLite& message, size_t size, size_t limit) {
  return absl::ResourceExhaustedError(
      absl::StrCat("protobuf: ", message.GetTypeName(), " takes ", size,
                   " octets of payload, more than the limit of ", limit));
}

std::string MissingFields(const MessageLite& message) {
  return absl::StrCat(
      "protobuf: ", message.GetTypeName(),
      " lacks required fields: ", message.InitializationErrorString());
}

}  // namespace

absl::Status ProtobufSerialiser::Encode(const MessageLite& message,
                                        std::string* payload) const {
  if (!message.IsInitialized()) {
    return absl::FailedPreconditionError(MissingFields(message));
  }
  const size_t size = message.ByteSizeLong();
  const size_t limit = std::min(options_.max_size, kProtobufMaxSize);
  if (size > limit) return TooLong(message, size, limit);
  if (size == 0) return absl::OkStatus();
  const size_t before = payload->size();
  payload->resize(before + size);
  // Where it ends is known.
  static_cast<void>(message.SerializeWithCachedSizesToArray(
      reinterpret_cast<uint8_t*>(&(*payload)[before])));
  return absl::OkStatus();
}

absl::Status ProtobufSerialiser::Decode(absl::string_view payload,
                                        MessageLite* message) const {
  message->Clear();
  const size_t limit = std::min(options_.max_size, kProtobufMaxSize);
  if (payload.size() > limit) return TooLong(*message, payload.size(), limit);
  // The "partial" form leaves required fields to us: the other one writes what
  // is missing to stderr.
  if (!message->ParsePartialFromArray(payload.data(),
                                      static_cast<int>(payload.size()))) {
    message->Clear();
    return absl::DataLossError(absl::StrCat("protobuf: a payload of ",
                                            payload.size(), " octets is not a ",
                                            message->GetTypeName()));
  }
  if (!message->IsInitialized()) {
    const absl::Status status = absl::DataLossError(MissingFields(*message));
    message->Clear();
    return status;
  }
  return absl::OkStatus();
}

}  // namespace forkrpc
