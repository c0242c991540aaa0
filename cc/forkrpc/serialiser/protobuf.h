// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ProtobufSerialiser: the payload is one protobuf message, of any type.
//
// In the shape of serialiser.h. Any thread. Neither direction allocates for
// itself: a payload and a message that are reused keep their memory. Both ends
// must agree on the message type; nothing in a payload tells. Messages for
// typed calls and for plain lists are in proto/forkrpc/rpc.proto.
//
// Protobuf itself refuses messages nested more than 100 deep, and logs text
// that is not UTF-8 in a `string` field to stderr.
//
//   #include "google/protobuf/wrappers.pb.h"
//
//   std::string payload;
//   google::protobuf::StringValue name;
//   name.set_value("Ada");
//   absl::Status status = forkrpc::ProtobufSerialiser().Encode(name, &payload);
//   if (!status.ok()) return status;
//   return forkrpc::ProtobufSerialiser().Decode(payload, &name);

#ifndef FORKRPC_SERIALISER_PROTOBUF_H_
#define FORKRPC_SERIALISER_PROTOBUF_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"

namespace forkrpc {

// The largest payload accepted by default on the wire. A parsed message can
// take 20 times the octets it came from (a `repeated bytes` of empty items
// does), here at most 320 MiB.
inline constexpr size_t kDefaultMaxProtobufSize = size_t{16} << 20;

struct ProtobufOptions {
  // The longest payload made or accepted, in octets; protobuf itself ends at
  // 2^31 - 1.
  size_t max_size = kDefaultMaxProtobufSize;
};

class ProtobufSerialiser {
 public:
  static absl::string_view name() { return "protobuf"; }

  explicit ProtobufSerialiser(const ProtobufOptions& options = {})
      : options_(options) {}

  // Appends `message` to `*payload`. ResourceExhausted if it takes more than
  // ProtobufOptions::max_size octets, FailedPrecondition if a required field is
  // not set; `*payload` is then as it was.
  //= spec/serialisers.md#FR-SER-009
  absl::Status Encode(const google::protobuf::MessageLite& message,
                      std::string* payload) const;

  // Replaces `*message`. ResourceExhausted if `payload` is longer than
  // ProtobufOptions::max_size, DataLoss if it is not such a message or lacks a
  // required field; `*message` is then empty. Errors name the message's type.
  // Unknown fields are kept.
  absl::Status Decode(absl::string_view payload,
                      google::protobuf::MessageLite* message) const;

 private:
  ProtobufOptions options_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_PROTOBUF_H_
