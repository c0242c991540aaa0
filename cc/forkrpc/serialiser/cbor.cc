// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/cbor.h"

#include <cstddef>

#include "forkrpc/serialiser/cbor_encoder.h"
#include "forkrpc/serialiser/value_list.h"

namespace forkrpc {
namespace {

using cbor_internal::CborEncoder;

bool WriteItem(CborEncoder* encoder, const Value& item) {
  return encoder->Write(item);
}
bool WriteItem(CborEncoder* encoder, absl::string_view item) {
  return encoder->WriteOctets(item);
}

template <typename Item>
absl::Status EncodeList(absl::Span<const Item> items,
                        const CborOptions& options, std::string* payload) {
  const size_t before = payload->size();
  CborEncoder encoder(options.limits, payload);
  if (options.root == CborRoot::kShared) {
    encoder.BeginSharedList(items.size());
  } else {
    encoder.BeginList(items.size());
  }
  for (const Item& item : items) {
    if (!WriteItem(&encoder, item)) break;
  }
  absl::Status status = encoder.Finish();
  if (!status.ok()) payload->resize(before);
  return status;
}

}  // namespace

absl::Status EncodeCbor(const Value& value, std::string* payload,
                        const CborOptions& options) {
  const size_t before = payload->size();
  CborEncoder encoder(options.limits, payload);
  encoder.Write(value);
  absl::Status status = encoder.Finish();
  if (!status.ok()) payload->resize(before);
  return status;
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
