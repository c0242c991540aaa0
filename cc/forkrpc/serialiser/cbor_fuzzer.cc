// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as CBOR: what is decoded is what libcbor's own tree holds, and is
// encoded and decoded again to the same; what is refused is refused by name.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/cbor.h"
#include "forkrpc/serialiser/cbor_model.h"
#include "forkrpc/serialiser/diagnostic_notation.h"
#include "forkrpc/testing/fuzz_input.h"

namespace {

using forkrpc::Require;
using forkrpc::Value;

void CheckError(const absl::Status& status, absl::string_view payload) {
  Require(absl::IsDataLoss(status) || absl::IsResourceExhausted(status),
          "another code");
  Require(absl::StartsWith(status.message(), "cbor: "), "no name");
  Require(absl::StrContains(status.message(), ", at octet ") &&
              absl::EndsWith(status.message(),
                             " of " + std::to_string(payload.size())),
          "no octet");
}

void CheckRoundTrip(const Value& value) {
  std::string encoded;
  const absl::Status status = forkrpc::EncodeCbor(value, &encoded);
  Require(status.ok(), "what was decoded is not encoded");
  const absl::StatusOr<Value> again = forkrpc::DecodeCbor(encoded);
  Require(again.ok(), "what was encoded is not decoded");
  Require(*again == value, "another value comes back");
  std::string twice;
  Require(forkrpc::EncodeCbor(*again, &twice).ok() && twice == encoded,
          "other octets the second time");
  Require(
      forkrpc::DiagnosticNotation(*again) == forkrpc::DiagnosticNotation(value),
      "another notation");
}

// Tighter limits give the same value or an error of their own.
void CheckLimits(absl::string_view payload, const Value& value) {
  forkrpc::CborOptions options;
  options.limits.max_depth = 3;
  options.limits.max_values = 20;
  const absl::StatusOr<Value> limited = forkrpc::DecodeCbor(payload, options);
  if (limited.ok()) {
    Require(*limited == value, "another value below the limits");
  } else {
    Require(absl::IsResourceExhausted(limited.status()), "not the limit");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view payload(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<Value> value = forkrpc::DecodeCbor(payload);
  if (value.ok()) {
    const std::optional<Value> model = forkrpc::CborModel(payload);
    Require(!model.has_value() || *model == *value, "another value");
    CheckRoundTrip(*value);
    CheckLimits(payload, *value);
  } else {
    CheckError(value.status(), payload);
  }

  std::vector<Value> items = {Value::Null()};
  const absl::Status status = forkrpc::CborSerialiser().Decode(payload, &items);
  Require(status.ok() == (value.ok() && value->AsList().ok()),
          "the list and the value are not taken alike");
  Require(status.ok() || items.empty(), "an error leaves items");

  forkrpc::CborOptions lenient;
  lenient.bad_text = forkrpc::CborBadText::kOctets;
  const absl::StatusOr<Value> taken = forkrpc::DecodeCbor(payload, lenient);
  if (value.ok()) {
    Require(taken.ok() && *taken == *value, "lenience changes what is good");
  } else if (taken.ok()) {
    Require(absl::StrContains(value.status().message(), "not UTF-8"),
            "lenience takes more than text");
    CheckRoundTrip(*taken);
  }
  return 0;
}
