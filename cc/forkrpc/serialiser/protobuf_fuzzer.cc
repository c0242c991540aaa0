// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as a payload of each message type, and any message as a payload:
// what was accepted can be encoded and decoded again, and is then the same;
// nothing beyond the limit is made or accepted. The first octet chooses.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/rpc.pb.h"
#include "forkrpc/serialiser/protobuf.h"
#include "tools/fuzzing/fuzz_input.h"

namespace {

using forkrpc::FuzzInput;
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
  const absl::Status status = serialiser.Decode(payload, &message);
  if (payload.size() > limit) {
    Require(status.code() == absl::StatusCode::kResourceExhausted, "a limit");
    return;
  }
  if (!status.ok()) {
    Require(status.code() == absl::StatusCode::kDataLoss, "another code");
    Require(message.ByteSizeLong() == 0, "something is left of an error");
    return;
  }
  const std::string encoded = Deterministic(message);
  Message again;
  Require(ProtobufSerialiser().Decode(encoded, &again).ok(),
          "what was made is refused");
  Require(Deterministic(again) == encoded, "decode of encode");
  std::string before = "before";
  const bool fits = encoded.size() <= limit;
  Require(serialiser.Encode(message, &before).ok() == fits, "limit of encode");
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
  const google::protobuf::LogSilencer silence;
  FuzzInput input(data, size);
  const uint8_t how = input.TakeOctet();
  if (how % 8 == 7) {
    EncodeList(&input);
    return 0;
  }
  const size_t limit = how < 128 ? forkrpc::kDefaultMaxProtobufSize : 20;
  const absl::string_view payload = input.TakeRest();
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
