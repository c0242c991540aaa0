// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/storable.h"

#include "forkrpc/serialiser/storable_decoder.h"
#include "forkrpc/serialiser/storable_encoder.h"

namespace forkrpc {

using storable_internal::StorableDecoder;
using storable_internal::StorableEncoder;

template <StorableOrder kOrder>
absl::Status BasicStorableSerialiser<kOrder>::Encode(
    absl::Span<const forkrpc::Value> items, std::string* payload) const {
  return StorableEncoder(name(), kOrder == StorableOrder::kNetwork, limits_,
                         payload)
      .EncodeList(items);
}

template <StorableOrder kOrder>
absl::Status BasicStorableSerialiser<kOrder>::Encode(
    const forkrpc::Value& value, std::string* payload) const {
  return StorableEncoder(name(), kOrder == StorableOrder::kNetwork, limits_,
                         payload)
      .Encode(value);
}

template <StorableOrder kOrder>
absl::Status BasicStorableSerialiser<kOrder>::Decode(
    absl::string_view payload, std::vector<forkrpc::Value>* items) const {
  return StorableDecoder(name(), payload, limits_).DecodeList(items);
}

template <StorableOrder kOrder>
absl::Status BasicStorableSerialiser<kOrder>::Decode(
    absl::string_view payload, forkrpc::Value* value) const {
  return StorableDecoder(name(), payload, limits_).Decode(value);
}

template class BasicStorableSerialiser<StorableOrder::kNative>;
template class BasicStorableSerialiser<StorableOrder::kNetwork>;

}  // namespace forkrpc
