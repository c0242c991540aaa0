// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/value_list.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "forkrpc/serialiser/value_conversion.h"

namespace forkrpc {
namespace {

absl::Status NoList(absl::string_view format, const Value& value) {
  return absl::DataLossError(
      absl::StrCat(format, ": the payload is ", KindName(value.Seen().kind()),
                   " and not the list that it has to be, at octet 0"));
}

}  // namespace

absl::Status TakeList(absl::string_view format, absl::StatusOr<Value> decoded,
                      std::vector<Value>* items) {
  items->clear();
  if (!decoded.ok()) return decoded.status();
  if (!decoded->TakeItems(items).ok()) return NoList(format, *decoded);
  return absl::OkStatus();
}

absl::Status TakeStrings(absl::string_view format,
                         absl::StatusOr<Value> decoded,
                         std::vector<std::string>* items) {
  items->clear();
  if (!decoded.ok()) return decoded.status();
  const auto list = decoded->AsList();
  if (!list.ok()) return NoList(format, *decoded);
  items->reserve(list->size());
  for (const Value& item : *list) {
    absl::StatusOr<std::string> string = ToString(item);
    if (!string.ok()) {
      const size_t number = items->size();
      items->clear();
      return absl::InvalidArgumentError(
          absl::StrCat(format, ": item ", number,
                       " of the list: ", string.status().message()));
    }
    items->push_back(*std::move(string));
  }
  return absl::OkStatus();
}

}  // namespace forkrpc
