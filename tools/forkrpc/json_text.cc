// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/json_text.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "tools/forkrpc/utf8.h"

namespace forkrpc::cli {
namespace {

constexpr char kHexKey[] = "hex";

std::optional<std::string> FromHex(const std::string& hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  for (const char digit : hex) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(digit))) {
      return std::nullopt;
    }
  }
  return absl::HexStringToBytes(hex);
}

void ToValue(absl::string_view octets, google::protobuf::Value* value) {
  if (IsUtf8(octets)) {
    value->set_string_value(octets.data(), octets.size());
  } else {
    auto& fields = *value->mutable_struct_value()->mutable_fields();
    fields[kHexKey].set_string_value(absl::BytesToHexString(octets));
  }
}

std::string Print(const google::protobuf::Message& message) {
  std::string json;
  // Cannot fail: text is all there is in it.
  (void)google::protobuf::util::MessageToJsonString(message, &json);
  return json;
}

// nullopt if it stands for no string.
std::optional<std::string> FromValue(const google::protobuf::Value& value) {
  if (value.kind_case() == google::protobuf::Value::kStringValue) {
    return value.string_value();
  }
  const auto& fields = value.struct_value().fields();
  const auto hex = fields.find(kHexKey);
  if (fields.size() != 1 || hex == fields.end() ||
      hex->second.kind_case() != google::protobuf::Value::kStringValue) {
    return std::nullopt;
  }
  return FromHex(hex->second.string_value());
}

}  // namespace

std::string JsonString(absl::string_view octets) {
  google::protobuf::Value value;
  ToValue(octets, &value);
  return Print(value);
}

std::string JsonList(absl::Span<const absl::string_view> strings) {
  // One message for all: protobuf looks up what it prints for each.
  google::protobuf::ListValue list;
  for (const absl::string_view octets : strings) {
    ToValue(octets, list.add_values());
  }
  return Print(list);
}

absl::StatusOr<std::vector<std::string>> ParseJsonList(absl::string_view json) {
  // protobuf replaces what is no UTF-8; refuse it instead.
  if (!IsUtf8(json)) {
    return absl::InvalidArgumentError(
        "not UTF-8, as JSON must be; other octets are written as "
        "{\"hex\":\"ff00\"}");
  }
  google::protobuf::ListValue list;
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      {json.data(), json.size()}, &list);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        "not a JSON array of strings such as [\"add\", \"3\"]");
  }
  std::vector<std::string> strings;
  strings.reserve(list.values_size());
  for (const google::protobuf::Value& value : list.values()) {
    std::optional<std::string> string = FromValue(value);
    if (!string.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("element ", strings.size() + 1,
                       " of the JSON array is neither a string nor "
                       "{\"hex\":\"ff00\"}"));
    }
    strings.push_back(*std::move(string));
  }
  return strings;
}

}  // namespace forkrpc::cli
