// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/json.h"

#include <cstddef>

#include "forkrpc/serialiser/json_encoder.h"
#include "forkrpc/serialiser/value_list.h"

namespace forkrpc {
namespace {

using json_internal::JsonEncoder;

bool WriteItem(JsonEncoder* encoder, const Value& item) {
  return encoder->Write(item);
}
bool WriteItem(JsonEncoder* encoder, absl::string_view item) {
  return encoder->WriteOctets(item);
}

template <typename Item>
absl::Status EncodeList(absl::Span<const Item> items,
                        const JsonOptions& options, std::string* payload) {
  JsonEncoder encoder(options.limits, payload);
  encoder.BeginList();
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) encoder.Comma();
    if (!WriteItem(&encoder, items[i])) break;
  }
  encoder.EndList();
  return encoder.Finish();
}

}  // namespace

absl::Status EncodeJson(const Value& value, std::string* payload,
                        const JsonOptions& options) {
  JsonEncoder encoder(options.limits, payload);
  encoder.Write(value);
  return encoder.Finish();
}

absl::Status JsonSerialiser::Encode(absl::Span<const forkrpc::Value> items,
                                    std::string* payload) const {
  return EncodeList(items, options_, payload);
}

absl::Status JsonSerialiser::Encode(absl::Span<const absl::string_view> items,
                                    std::string* payload) const {
  return EncodeList(items, options_, payload);
}

absl::Status JsonSerialiser::Encode(absl::Span<const std::string> items,
                                    std::string* payload) const {
  return EncodeList(items, options_, payload);
}

absl::Status JsonSerialiser::Decode(absl::string_view payload,
                                    std::vector<forkrpc::Value>* items) const {
  return TakeList("json", DecodeJson(payload, options_), items);
}

absl::Status JsonSerialiser::Decode(absl::string_view payload,
                                    std::vector<std::string>* items) const {
  return TakeStrings("json", DecodeJson(payload, options_), items);
}

}  // namespace forkrpc
