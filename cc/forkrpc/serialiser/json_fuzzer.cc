// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as JSON: what is decoded is what nlohmann's own tree holds, and is
// encoded and decoded again to the same; what is refused is refused by name.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/json.h"
#include "forkrpc/testing/fuzz_input.h"

namespace {

using forkrpc::Require;
using forkrpc::Value;
using Json = nlohmann::json;

bool Same(const Value& value, const Json& model);

bool SameMap(const Value& value, const Json& model) {
  for (const Value::Entry& entry : value.entries()) {
    if (!model.contains(std::string(entry.key.string()))) return false;
  }
  for (const auto& pair : model.items()) {
    const Value* const found = value.Find(pair.key());
    if (found == nullptr || !Same(*found, pair.value())) return false;
  }
  return true;
}

bool SameList(const Value& value, const Json& model) {
  if (value.items().size() != model.size()) return false;
  for (size_t i = 0; i < model.size(); ++i) {
    if (!Same(value.items()[i], model[i])) return false;
  }
  return true;
}

bool Same(const Value& value, const Json& model) {
  switch (model.type()) {
    case Json::value_t::null:
      return value.is_null();
    case Json::value_t::boolean:
      return value == Value::Boolean(model.get<bool>());
    case Json::value_t::number_integer:
      return value == Value::Integer(model.get<int64_t>());
    case Json::value_t::number_unsigned:
      return value == Value::Unsigned(model.get<uint64_t>());
    case Json::value_t::number_float:
      // An integer beyond 64 bits comes as its digits.
      if (value.kind() == Value::Kind::kText) {
        return std::strtod(std::string(value.string()).c_str(), nullptr) ==
               model.get<double>();
      }
      return value == Value::Double(model.get<double>());
    case Json::value_t::string:
      return value == Value::Text(model.get_ref<const std::string&>());
    case Json::value_t::array:
      return value.kind() == Value::Kind::kList && SameList(value, model);
    case Json::value_t::object:
      return value.kind() == Value::Kind::kMap && SameMap(value, model);
    default:
      return false;
  }
}

void CheckRoundTrip(const Value& value) {
  std::string encoded;
  Require(forkrpc::EncodeJson(value, &encoded).ok(),
          "what was decoded is not encoded");
  const absl::StatusOr<Value> again = forkrpc::DecodeJson(encoded);
  Require(again.ok(), "what was encoded is not decoded");
  Require(*again == value, "another value comes back");
  Require(Json::accept(encoded), "what was encoded is no JSON");
}

void CheckError(const absl::Status& status, absl::string_view payload) {
  Require(absl::IsDataLoss(status) || absl::IsResourceExhausted(status),
          "another code");
  Require(absl::StartsWith(status.message(), "json: "), "no name");
  Require(absl::StrContains(status.message(), ", at octet ") &&
              absl::EndsWith(status.message(),
                             " of " + std::to_string(payload.size())),
          "no octet");
  Require(status.message().size() < 1000, "a message without end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view payload(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<Value> value = forkrpc::DecodeJson(payload);
  const Json model =
      Json::parse(payload.begin(), payload.end(), nullptr, false);
  if (value.ok()) {
    Require(!model.is_discarded() && Same(*value, model), "another value");
    CheckRoundTrip(*value);
  } else {
    Require(model.is_discarded() || absl::IsResourceExhausted(value.status()) ||
                payload.find('\0') != absl::string_view::npos,
            "good JSON is refused");
    CheckError(value.status(), payload);
  }

  std::vector<Value> items = {Value::Null()};
  const absl::Status status = forkrpc::JsonSerialiser().Decode(payload, &items);
  Require(status.ok() == (value.ok() && value->AsList().ok()),
          "the list and the value are not taken alike");
  Require(status.ok() || items.empty(), "an error leaves items");

  forkrpc::JsonOptions options;
  options.limits.max_depth = 3;
  options.limits.max_values = 20;
  const absl::StatusOr<Value> limited = forkrpc::DecodeJson(payload, options);
  if (limited.ok()) {
    Require(value.ok() && *limited == *value, "another value below the limits");
  } else {
    CheckError(limited.status(), payload);
    Require(!value.ok() || absl::IsResourceExhausted(limited.status()),
            "not the limit");
  }
  return 0;
}
