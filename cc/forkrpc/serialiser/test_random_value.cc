// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/test_random_value.h"

#include <cmath>
#include <cstring>
#include <utility>

namespace forkrpc {

Value RandomValue::Make(int depth) {
  shared_.clear();
  return Part(depth);
}

Value RandomValue::Part(int depth) {
  if (depth == 0) return Scalar();
  const bool all = kinds_ == Kinds::kAll;
  switch (Below(8)) {
    case 0:
    case 1: {
      std::vector<Value> items(Below(5));
      for (Value& item : items) item = Part(depth - 1);
      return Value::List(std::move(items));
    }
    case 2:
    case 3: {
      std::vector<Value::Entry> entries(Below(4));
      for (Value::Entry& entry : entries) {
        entry.key =
            all ? Part(Below(4) == 0 ? depth - 1 : 0) : Value::Text(Utf8());
        entry.value = Part(depth - 1);
      }
      return Value::Map(std::move(entries));
    }
    case 4: {
      if (!all) return Scalar();
      Value shared = Value::Shared(Part(depth - 1));
      shared_.push_back(shared);
      return shared;
    }
    case 5:
      if (!all || shared_.empty()) return Scalar();
      return shared_[Below(shared_.size())];
    case 6: {
      if (!all) return Scalar();
      constexpr uint64_t kTags[] = {0, 1, 2, 3, 4, 24, 26, 22098, UINT64_MAX};
      return Value::Tagged(kTags[Below(9)], Part(depth - 1));
    }
    default:
      return Scalar();
  }
}

Value RandomValue::Scalar() {
  const bool all = kinds_ == Kinds::kAll;
  switch (Below(8)) {
    case 0:
      return all && Below(2) == 0 ? Value::Undefined() : Value::Null();
    case 1:
      return Value::Boolean(Below(2) == 0);
    case 2:
    case 3:
      return Number();
    case 4:
    case 5:
      return all ? Value::Octets(String()) : Number();
    default:
      return Value::Text(Utf8());
  }
}

Value RandomValue::Number() {
  const uint64_t bits = Bits() >> Below(64);
  switch (Below(4)) {
    case 0:
      return Value::Unsigned(bits);
    case 1:
      return Value::Integer(-1 - static_cast<int64_t>(bits >> 1));
    case 2: {
      const double half = static_cast<double>(static_cast<int32_t>(bits)) + 0.5;
      return Value::Double(half);
    }
    default: {
      double number;
      const uint64_t any = Bits();
      std::memcpy(&number, &any, sizeof(number));
      const bool finite = std::isfinite(number);
      if (kinds_ == Kinds::kAll) return Value::Double(number);
      // A whole one comes back from JSON as an integer.
      return Value::Double(finite && std::trunc(number) != number ? number
                                                                  : 0.25);
    }
  }
}

std::string RandomValue::String() {
  constexpr size_t kSizes[] = {0, 1, 2, 3, 23, 24, 255, 256, 300};
  std::string string(kSizes[Below(9)], '\0');
  for (char& octet : string) octet = static_cast<char>(Below(256));
  return string;
}

std::string RandomValue::Utf8() {
  constexpr const char* kCharacters[] = {
      "a",    "\"", "\\",       "\n",           "\x01",
      "\x7f", "/",  "\xc3\xa9", "\xe2\x98\xba", "\xf0\x9f\x98\x80",
      "<",    " "};
  std::string text;
  for (size_t i = Below(30); i > 0; --i) text += kCharacters[Below(12)];
  return text;
}

}  // namespace forkrpc
