// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/storable_decoder.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forkrpc/serialiser/storable_opcode.h"

namespace forkrpc {
namespace storable_internal {
namespace {

std::string Utf8OfLatin1(absl::string_view latin1) {
  std::string utf8;
  for (const char c : latin1) {
    const auto octet = static_cast<uint8_t>(c);
    if (octet < 0x80) {
      utf8.push_back(c);
    } else {
      utf8.push_back(static_cast<char>(0xC0 | octet >> 6));
      utf8.push_back(static_cast<char>(0x80 | (octet & 0x3F)));
    }
  }
  return utf8;
}

bool IsKey(Item::Kind kind) {
  return kind == Item::Kind::kOctetsKey || kind == Item::Kind::kLatin1Key ||
         kind == Item::Kind::kTextKey;
}

Value ScalarOf(const Item& item) {
  switch (item.kind) {
    case Item::Kind::kBoolean:
      return Value::Boolean(item.integer != 0);
    case Item::Kind::kInteger:
      return Value::Integer(item.integer);
    case Item::Kind::kDouble:
      return Value::Double(item.real);
    case Item::Kind::kOctets:
      return Value::Octets(item.string);
    case Item::Kind::kText:
      return Value::Text(item.string);
    default:
      return Value::Null();
  }
}

}  // namespace

absl::StatusOr<Value> StorableDecoder::Decode() {
  const absl::Status status = ReadAll();
  if (!status.ok()) return status;
  return std::move(stack_[0]);
}

absl::StatusOr<Value> StorableDecoder::DecodeList() {
  absl::StatusOr<Value> decoded = Decode();
  if (!decoded.ok() || root_is_array_) return decoded;
  const bool reference = decoded->kind() == Value::Kind::kList;
  return absl::DataLossError(absl::StrCat(
      format_, ": the outermost object is ",
      reference ? "a reference to an array" : KindName(decoded->kind()),
      ", not an array, at octet 0 of ", image_.size()));
}

absl::Status StorableDecoder::ReadAll() {
  StorableReader reader(format_, image_, limits_);
  const bool complete = ReadOnce(&reader);
  root_is_array_ = reader.root_is_array();
  if (complete || !reader.status().ok()) return reader.status();
  stack_.clear();
  levels_.clear();
  std::sort(numbers_.begin(), numbers_.end());
  numbers_.erase(std::unique(numbers_.begin(), numbers_.end()), numbers_.end());
  shared_.resize(numbers_.size());
  StorableReader again(format_, image_, limits_);
  ReadOnce(&again);
  return again.status();
}

bool StorableDecoder::ReadOnce(StorableReader* reader) {
  const bool numbers_known = !numbers_.empty();
  bool complete = true;
  Item item;
  while (reader->Next(&item)) {
    const bool seen = item.kind == Item::Kind::kSeen;
    if (seen && !numbers_known) {
      complete = false;
      numbers_.push_back(item.number);
    }
    if (complete) Add(item);
  }
  return complete;
}

void StorableDecoder::Add(const Item& item) {
  if (item.kind == Item::Kind::kEnd) return Close();
  if (IsKey(item.kind)) return AddKey(item);
  // The key comes behind the value.
  if (!levels_.empty() && levels_.back().kind == Item::Kind::kMap) {
    stack_.emplace_back();
  }
  switch (item.kind) {
    case Item::Kind::kList:
    case Item::Kind::kMap:
    case Item::Kind::kReference:
      levels_.push_back({item.kind, stack_.size(), SharedIndex(item)});
      return;
    case Item::Kind::kSeen:
      return AddSeen(item.number);
    default:
      break;
  }
  const size_t shared = SharedIndex(item);
  // A constant is itself wherever it stands: nothing shares it.
  if (item.constant && shared != kNotShared) {
    shared_[shared] = ScalarOf(item);
    stack_.push_back(shared_[shared]);
    return;
  }
  Complete(ScalarOf(item), shared);
}

void StorableDecoder::AddKey(const Item& item) {
  Value& key = stack_[stack_.size() - 2];
  if (item.kind == Item::Kind::kOctetsKey) {
    key = Value::Octets(item.string);
  } else if (item.kind == Item::Kind::kTextKey) {
    key = Value::Text(item.string);
  } else {
    key = Value::Text(Utf8OfLatin1(item.string));
  }
}

void StorableDecoder::AddSeen(uint32_t number) {
  const auto at = std::lower_bound(numbers_.begin(), numbers_.end(), number);
  stack_.push_back(shared_[static_cast<size_t>(at - numbers_.begin())]);
}

void StorableDecoder::Close() {
  const Level level = levels_.back();
  levels_.pop_back();
  const absl::Span<Value> items = absl::MakeSpan(stack_).subspan(level.base);
  Value made;
  if (level.kind == Item::Kind::kList) {
    made = Value::MoveToList(items);
  } else if (level.kind == Item::Kind::kMap) {
    made = Value::MoveToMap(items);
  } else {
    made = Value::Tagged(kReferenceTag, std::move(items[0]));
  }
  stack_.resize(level.base);
  Complete(std::move(made), level.shared);
}

void StorableDecoder::Complete(Value value, size_t shared) {
  if (shared != kNotShared) {
    value = Value::Shared(std::move(value));
    shared_[shared] = value;
  }
  stack_.push_back(std::move(value));
}

size_t StorableDecoder::SharedIndex(const Item& item) {
  while (next_shared_ < numbers_.size() &&
         numbers_[next_shared_] < item.number) {
    ++next_shared_;
  }
  const bool found =
      next_shared_ < numbers_.size() && numbers_[next_shared_] == item.number;
  return found ? next_shared_ : kNotShared;
}

}  // namespace storable_internal
}  // namespace forkrpc
