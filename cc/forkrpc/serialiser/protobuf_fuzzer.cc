// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as a payload of each message type, and any message as a payload:
// accepted is what protobuf itself takes, and is then the same, unknown fields
// too; it can be encoded and decoded again; nothing beyond the limit is made or
// accepted. The first octet chooses.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/rpc.pb.h"
#include "forkrpc/serialiser/protobuf.h"
#include "forkrpc/testing/fuzz_input.h"
#include "forkrpc/testing/quiet_protobuf.h"

namespace {

using forkrpc::FuzzInput;
using forkrpc::HasNumber;
using forkrpc::ProtobufSerialiser;
using forkrpc::Require;

template <typename Message>
std::string Deterministic(const Message& message) {
  std::string octets;
  Require(ProtobufSerialiser().Encode(message, &octets).ok(), "encoding");
  return octets;
}

template <typename Message>
void Decode(absl::string_view payload, size_t limit) {
  forkrpc::ProtobufOptions options;
  options.max_size = limit;
  const ProtobufSerialiser serialiser(options);
  Message message;
  // Something that must go: one field that each has, one that none has.
  Require(message.ParseFromString("\x12\x01x\x7a\x01y"), "a message");
  const absl::Status status = serialiser.Decode(payload, &message);
  const absl::string_view error = status.message();
  if (payload.size() > limit) {
    Require(status.code() == absl::StatusCode::kResourceExhausted, "a limit");
    Require(HasNumber(error, " takes ", payload.size()) &&
                HasNumber(error, " limit of ", limit),
            "the numbers of a limit");
    return;
  }
  Message expected;
  const bool accepted =
      expected.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
  Require(status.ok() == accepted, "protobuf judges otherwise");
  if (!status.ok()) {
    Require(status.code() == absl::StatusCode::kDataLoss, "another code");
    Require(HasNumber(error, " of ", payload.size()), "the number of octets");
    Require(message.ByteSizeLong() == 0, "something is left of an error");
    return;
  }
  const std::string encoded = Deterministic(message);
  Require(encoded == expected.SerializeAsString(), "another message");
  Message again;
  Require(ProtobufSerialiser().Decode(encoded, &again).ok(),
          "what was made is refused");
  Require(Deterministic(again) == encoded, "decode of encode");
  std::string before = "before";
  const bool fits = encoded.size() <= limit;
  const absl::Status encoding = serialiser.Encode(message, &before);
  Require(encoding.code() == (fits ? absl::StatusCode::kOk
                                   : absl::StatusCode::kResourceExhausted),
          "limit of encode");
  Require(fits || HasNumber(encoding.message(), " takes ", encoded.size()),
          "the size beyond a limit");
  Require(before == (fits ? "before" + encoded : "before"), "appended");
}

void EncodeList(FuzzInput* input) {
  forkrpc::v1::StringList list;
  while (!input->empty()) {
    const absl::string_view item = input->Take(input->TakeOctet());
    list.add_item(item.data(), item.size());
  }
  forkrpc::v1::StringList again;
  Require(ProtobufSerialiser().Decode(Deterministic(list), &again).ok(),
          "a list is refused");
  Require(again.item_size() == list.item_size(), "another number of items");
  for (int i = 0; i < list.item_size(); ++i) {
    Require(again.item(i) == list.item(i), "another item");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Protobuf tells stderr of each string that is not UTF-8.
  const forkrpc::QuietProtobuf silence;
  FuzzInput input(data, size);
  const uint8_t how = input.TakeOctet();
  if (how % 8 == 7) {
    EncodeList(&input);
    return 0;
  }
  const absl::string_view payload = input.TakeRest();
  // The usual one, or one beside the payload's own size.
  const size_t limit =
      how < 128
          ? forkrpc::kDefaultMaxProtobufSize
          : payload.size() + 1 - std::min<size_t>(how / 8 % 3, payload.size());
  switch (how % 8 % 4) {
    case 0:
      Decode<forkrpc::v1::Request>(payload, limit);
      break;
    case 1:
      Decode<forkrpc::v1::Response>(payload, limit);
      break;
    case 2:
      Decode<forkrpc::v1::Event>(payload, limit);
      break;
    default:
      Decode<forkrpc::v1::StringList>(payload, limit);
  }
  return 0;
}
