// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/call_payload.h"

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tools/forkrpc/json_text.h"
#include "tools/forkrpc/payload_codec.h"
#include "tools/forkrpc/value_codec.h"

namespace forkrpc::cli {
namespace {

std::string FormatValues(OutputFormat format, std::vector<Value> values,
                         char separator) {
  if (format == OutputFormat::kJson) {
    return absl::StrCat(NotationText(Value::List(std::move(values))), "\n");
  }
  if (values.empty() && separator == '\n') return "";
  const auto print = [](std::string* out, const Value& value) {
    absl::StrAppend(out, NotationText(value));
  };
  return absl::StrCat(
      absl::StrJoin(values, absl::string_view(&separator, 1), print), "\n");
}

}  // namespace

absl::Status EncodeWords(Serialiser serialiser,
                         absl::Span<const std::string> words,
                         std::string* payload) {
  if (!HasValues(serialiser)) {
    return EncodeStrings(serialiser, words, payload);
  }
  std::vector<Value> values;
  values.reserve(words.size());
  for (const std::string& word : words) {
    absl::StatusOr<Value> value = ParseArgument(word);
    if (!value.ok()) return value.status();
    values.push_back(*std::move(value));
  }
  return EncodeValues(serialiser, values, payload);
}

absl::Status EncodeLine(Serialiser serialiser, InputFormat format,
                        const std::string& line, std::string* payload) {
  if (format == InputFormat::kWords) {
    std::vector<std::string> words = {line};
    if (serialiser != Serialiser::kRaw) {
      words = absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    }
    return EncodeWords(serialiser, words, payload);
  }
  if (HasValues(serialiser)) {
    absl::StatusOr<std::vector<Value>> values = ParseArgumentList(line);
    if (!values.ok()) return values.status();
    return EncodeValues(serialiser, *values, payload);
  }
  absl::StatusOr<std::vector<std::string>> strings = ParseJsonList(line);
  if (!strings.ok()) return strings.status();
  return EncodeStrings(serialiser, *strings, payload);
}

absl::StatusOr<std::string> FormatPayload(Serialiser serialiser,
                                          OutputFormat format,
                                          absl::string_view payload,
                                          char separator) {
  if (!HasValues(serialiser)) {
    PayloadStrings strings;
    const absl::Status status = DecodeStrings(serialiser, payload, &strings);
    if (!status.ok()) return status;
    return FormatStrings(format, strings.views, separator);
  }
  std::vector<Value> values;
  const absl::Status status = DecodeValues(serialiser, payload, &values);
  if (!status.ok()) return status;
  if (format == OutputFormat::kRaw) return std::string(payload);
  if (format == OutputFormat::kHex) {
    return absl::StrCat(absl::BytesToHexString(payload), "\n");
  }
  return FormatValues(format, std::move(values), separator);
}

}  // namespace forkrpc::cli
