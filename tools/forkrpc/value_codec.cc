// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/value_codec.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/serialiser/diagnostic_notation.h"
#include "forkrpc/serialiser/json.h"
#include "forkrpc/serialiser/storable.h"
#include "tools/forkrpc/cbor_codec.h"
#include "tools/forkrpc/octet_text.h"
#include "tools/forkrpc/utf8.h"

namespace forkrpc::cli {
namespace {

bool BeginsAsNotation(absl::string_view word) {
  if (word.empty()) return false;
  return absl::ascii_isdigit(static_cast<unsigned char>(word[0])) ||
         absl::string_view("[{\"'-").find(word[0]) != absl::string_view::npos ||
         absl::StartsWith(word, "h'");
}

}  // namespace

absl::StatusOr<Value> ParseArgument(absl::string_view word) {
  absl::StatusOr<Value> value = ParseDiagnosticNotation(word);
  if (value.ok()) return value;
  const Value string = IsUtf8(word) ? Value::Text(word) : Value::Octets(word);
  if (!BeginsAsNotation(word)) return string;
  return absl::Status(
      value.status().code(),
      absl::StrCat("'", word, "' is no value: ", value.status().message(),
                   "; as a string it is written ", NotationText(string),
                   ", with these quotes"));
}

absl::StatusOr<std::vector<Value>> ParseArgumentList(absl::string_view line) {
  absl::StatusOr<Value> value = ParseDiagnosticNotation(line);
  if (!value.ok()) return value.status();
  std::vector<Value> values;
  const absl::Status status = value->TakeItems(&values);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        "not a list of values such as [\"add\", 3, h'ff']");
  }
  return values;
}

absl::Status CheckLinked(Serialiser serialiser) {
  return serialiser == Serialiser::kCbor ? CheckCborLinked() : absl::OkStatus();
}

absl::Status EncodeValues(Serialiser serialiser, absl::Span<const Value> values,
                          std::string* payload) {
  switch (serialiser) {
    case Serialiser::kCbor:
      return EncodeCborValues(values, payload);
    case Serialiser::kJson:
      return JsonSerialiser().Encode(values, payload);
    case Serialiser::kStorable:
      return StorableSerialiser().Encode(values, payload);
    case Serialiser::kNetworkStorable:
      return NetworkStorableSerialiser().Encode(values, payload);
    default:
      return absl::InternalError("a serialiser of strings got values");
  }
}

absl::Status DecodeValues(Serialiser serialiser, absl::string_view payload,
                          std::vector<Value>* values) {
  switch (serialiser) {
    case Serialiser::kCbor:
      return DecodeCborValues(payload, values);
    case Serialiser::kJson:
      return JsonSerialiser().Decode(payload, values);
    case Serialiser::kStorable:
      return StorableSerialiser().Decode(payload, values);
    case Serialiser::kNetworkStorable:
      return NetworkStorableSerialiser().Decode(payload, values);
    default:
      return absl::InternalError("a serialiser of strings got values");
  }
}

std::string NotationText(const Value& value) {
  return EscapeNotation(DiagnosticNotation(value));
}

}  // namespace forkrpc::cli
