// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/payload_codec.h"

#include "absl/strings/str_cat.h"
#include "forkrpc/serialiser/protobuf.h"
#include "forkrpc/serialiser/string_pack.h"

namespace forkrpc::cli {

absl::Status EncodeStrings(Serialiser serialiser,
                           absl::Span<const std::string> strings,
                           std::string* payload) {
  if (serialiser == Serialiser::kStringPack) {
    return EncodeStringPack(strings, payload);
  }
  if (serialiser == Serialiser::kProtobuf) {
    v1::StringList list;
    for (const std::string& string : strings) list.add_item(string);
    return ProtobufSerialiser().Encode(list, payload);
  }
  if (strings.size() != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--serialiser=raw sends exactly one string, not ", strings.size(),
        strings.empty() ? "" : ": quote them as one word"));
  }
  absl::StrAppend(payload, strings[0]);
  return absl::OkStatus();
}

absl::Status DecodeStrings(Serialiser serialiser, absl::string_view payload,
                           PayloadStrings* strings) {
  if (serialiser == Serialiser::kStringPack) {
    return DecodeStringPack(payload, &strings->views);
  }
  if (serialiser == Serialiser::kRaw) {
    strings->views.assign(1, payload);
    return absl::OkStatus();
  }
  const absl::Status status =
      ProtobufSerialiser().Decode(payload, &strings->message);
  strings->views.assign(strings->message.item().begin(),
                        strings->message.item().end());
  return status;
}

}  // namespace forkrpc::cli
