// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/cbor_codec.h"

#include "forkrpc/serialiser/cbor.h"

namespace forkrpc::cli {

absl::Status CheckCborLinked() { return absl::OkStatus(); }

absl::Status EncodeCborValues(absl::Span<const Value> values,
                              std::string* payload) {
  return CborSerialiser().Encode(values, payload);
}

absl::Status DecodeCborValues(absl::string_view payload,
                              std::vector<Value>* values) {
  return CborSerialiser().Decode(payload, values);
}

}  // namespace forkrpc::cli
