// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/cbor.h"

#include <cstddef>

#include "forkrpc/serialiser/cbor_encoder.h"
#include "forkrpc/serialiser/value_list.h"

namespace forkrpc {
namespace {

using cbor_internal::CborEncoder;

void WriteItems(CborEncoder* encoder, absl::Span<const Value> items) {
  encoder->Write(items.data(), items.size());
}
template <typename String>
void WriteItems(CborEncoder* encoder, absl::Span<const String> items) {
  encoder->WriteOctets(items.data(), items.size());
}

template <typename Item>
absl::Status EncodeList(absl::Span<const Item> items,
                        const CborOptions& options, std::string* payload) {
  CborEncoder encoder(options.limits, payload);
  if (options.root == CborRoot::kShared) {
    encoder.BeginSharedList(items.size());
  } else {
    encoder.BeginList(items.size());
  }
  WriteItems(&encoder, items);
  return encoder.Finish();
}

}  // namespace

absl::Status EncodeCbor(const Value& value, std::string* payload,
                        const CborOptions& options) {
  CborEncoder encoder(options.limits, payload);
  encoder.Write(&value, 1);
  return encoder.Finish();
}

absl::Status CborSerialiser::Encode(absl::Span<const forkrpc::Value> items,
                                    std::string* payload) const {
  return EncodeList(items, options_, payload);
}

absl::Status CborSerialiser::Encode(absl::Span<const absl::string_view> items,
                                    std::string* payload) const {
  return EncodeList(items, options_, payload);
}

absl::Status CborSerialiser::Encode(absl::Span<const std::string> items,
                                    std::string* payload) const {
  return EncodeList(items, options_, payload);
}

absl::Status CborSerialiser::Decode(absl::string_view payload,
                                    std::vector<forkrpc::Value>* items) const {
  return TakeList("cbor", DecodeCbor(payload, options_), items);
}

absl::Status CborSerialiser::Decode(absl::string_view payload,
                                    std::vector<std::string>* items) const {
  return TakeStrings("cbor", DecodeCbor(payload, options_), items);
}

}  // namespace forkrpc
