// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/storable.h"

#include <utility>

#include "absl/status/statusor.h"
#include "forkrpc/serialiser/storable_decoder.h"
#include "forkrpc/serialiser/storable_encoder.h"
#include "forkrpc/serialiser/value_list.h"

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
absl::Status BasicStorableSerialiser<kOrder>::Encode(
    absl::Span<const absl::string_view> items, std::string* payload) const {
  return StorableEncoder(name(), kOrder == StorableOrder::kNetwork, limits_,
                         payload)
      .EncodeStrings(items);
}

template <StorableOrder kOrder>
absl::Status BasicStorableSerialiser<kOrder>::Encode(
    absl::Span<const std::string> items, std::string* payload) const {
  return StorableEncoder(name(), kOrder == StorableOrder::kNetwork, limits_,
                         payload)
      .EncodeStrings(items);
}

template <StorableOrder kOrder>
absl::Status BasicStorableSerialiser<kOrder>::Decode(
    absl::string_view payload, std::vector<forkrpc::Value>* items) const {
  return TakeList(
      name(), StorableDecoder(name(), payload, limits_).DecodeList(), items);
}

template <StorableOrder kOrder>
absl::Status BasicStorableSerialiser<kOrder>::Decode(
    absl::string_view payload, std::vector<std::string>* items) const {
  return TakeStrings(
      name(), StorableDecoder(name(), payload, limits_).DecodeList(), items);
}

template <StorableOrder kOrder>
absl::Status BasicStorableSerialiser<kOrder>::Decode(
    absl::string_view payload, forkrpc::Value* value) const {
  absl::StatusOr<forkrpc::Value> decoded =
      StorableDecoder(name(), payload, limits_).Decode();
  *value = forkrpc::Value();
  if (!decoded.ok()) return decoded.status();
  *value = *std::move(decoded);
  return absl::OkStatus();
}

template class BasicStorableSerialiser<StorableOrder::kNative>;
template class BasicStorableSerialiser<StorableOrder::kNetwork>;

}  // namespace forkrpc
