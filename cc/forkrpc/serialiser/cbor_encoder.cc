// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/cbor_encoder.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "absl/base/optimization.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/serialiser/value_utf8.h"

namespace forkrpc {
namespace cbor_internal {
namespace {

// The octets of `number`, most significant first, `size` of them.
char* PutNumber(uint64_t number, size_t size, char* to) {
  for (size_t i = size; i > 0; --i) {
    to[i - 1] = static_cast<char>(number);
    number >>= 8;
  }
  return to + size;
}

constexpr char kFalse = '\xF4';
constexpr char kTrue = '\xF5';
constexpr char kNull = '\xF6';
constexpr char kUndefined = '\xF7';
constexpr char kFloat32 = '\xFA';
constexpr char kFloat64 = '\xFB';

}  // namespace

CborEncoder::CborEncoder(const ValueLimits& limits, std::string* payload)
    : limits_(limits),
      start_(payload->size()),
      payload_(payload),
      values_left_(limits.max_values) {}

void CborEncoder::Head(Major major, uint64_t number) {
  char head[9];
  const auto first = static_cast<uint8_t>(major);
  if (ABSL_PREDICT_TRUE(number < 24)) {
    payload_->push_back(static_cast<char>(first | number));
    return;
  }
  const size_t size =
      number <= 0xFF ? 1 : (number <= 0xFFFF ? 2 : (number >> 32 ? 8 : 4));
  const int code = size == 1 ? 24 : (size == 2 ? 25 : (size == 4 ? 26 : 27));
  head[0] = static_cast<char>(first | code);
  PutNumber(number, size, head + 1);
  payload_->append(head, size + 1);
}

bool CborEncoder::Fail(absl::StatusCode code, absl::string_view what) {
  if (status_.ok()) {
    status_ = absl::Status(
        code, absl::StrCat("cbor: ", what, ", at octet ",
                           payload_->size() - start_, " of the payload"));
  }
  return false;
}

bool CborEncoder::Count(uint64_t n) {
  if (ABSL_PREDICT_FALSE(n > values_left_)) {
    return Fail(
        absl::StatusCode::kResourceExhausted,
        absl::StrCat("more values than the limit of ", limits_.max_values));
  }
  values_left_ -= n;
  return true;
}

void CborEncoder::BeginSharedList(size_t count) {
  Head(Major::kTag, kTagShared);
  ++shared_;
  Count(1);
  BeginList(count);
}

void CborEncoder::BeginList(size_t count) {
  Count(1);
  Head(Major::kList, count);
  // It stays open up to the end: one level less for the items.
  frames_.push_back({nullptr, nullptr, 0});
}

bool CborEncoder::WriteOctets(absl::string_view octets) {
  return Count(1) && WriteString(Major::kOctets, octets);
}

bool CborEncoder::WriteString(Major major, absl::string_view octets) {
  // So that a value far beyond the limit is not written first.
  if (ABSL_PREDICT_FALSE(octets.size() > limits_.max_octets ||
                         payload_->size() - start_ > limits_.max_octets)) {
    return Fail(absl::StatusCode::kResourceExhausted,
                absl::StrCat("the payload takes more than the limit of ",
                             limits_.max_octets, " octets"));
  }
  Head(major, octets.size());
  payload_->append(octets.data(), octets.size());
  return true;
}

void CborEncoder::WriteDouble(double number) {
  char item[9];
  // What is beyond a float must not be converted to one.
  const bool may_fit =
      !(std::fabs(number) > std::numeric_limits<float>::max()) ||
      std::isinf(number);
  const float narrow = may_fit ? static_cast<float>(number) : 0;
  if (std::isnan(number) ||
      (may_fit && static_cast<double>(narrow) == number)) {
    uint32_t bits = 0x7FC00000;
    if (!std::isnan(number)) std::memcpy(&bits, &narrow, sizeof(bits));
    item[0] = kFloat32;
    PutNumber(bits, 4, item + 1);
    payload_->append(item, 5);
    return;
  }
  uint64_t bits;
  std::memcpy(&bits, &number, sizeof(bits));
  item[0] = kFloat64;
  PutNumber(bits, 8, item + 1);
  payload_->append(item, 9);
}

const Value* CborEncoder::WriteTags(const Value& value) {
  const Value* inner = &value;
  while (inner->kind() >= Value::Kind::kShared) {
    if (!Count(1)) return nullptr;
    if (inner->kind() == Value::Kind::kShared) {
      const auto number = numbers_.emplace(inner->identity(), shared_);
      if (!number.second) {
        Head(Major::kTag, kTagReference);
        Head(Major::kUnsigned, number.first->second);
        return nullptr;
      }
      ++shared_;
      Head(Major::kTag, kTagShared);
    } else {
      const uint64_t tag = inner->tag();
      if (tag == kTagStringReference || tag == kTagShared ||
          tag == kTagReference || tag == kTagStringSpace) {
        Fail(absl::StatusCode::kInvalidArgument,
             absl::StrCat("tag ", tag,
                          " is the serialiser's own and no value's"));
        return nullptr;
      }
      Head(Major::kTag, tag);
    }
    if (++tags_ > 4 * limits_.max_depth) {
      Fail(absl::StatusCode::kResourceExhausted,
           absl::StrCat("more tags in one another than the limit of ",
                        4 * limits_.max_depth));
      return nullptr;
    }
    inner = &inner->content();
  }
  return inner;
}

bool CborEncoder::WriteChildren(const Value* children, size_t count) {
  if (frames_.size() >= limits_.max_depth) {
    return Fail(
        absl::StatusCode::kResourceExhausted,
        absl::StrCat("more lists and maps in one another than the limit of ",
                     limits_.max_depth));
  }
  frames_.push_back({children, children + count, tags_});
  return true;
}

bool CborEncoder::WriteOne(const Value& outer) {
  const Value* const value = WriteTags(outer);
  if (value == nullptr) return status_.ok();
  if (!Count(1)) return false;
  switch (value->kind()) {
    case Value::Kind::kNull:
      payload_->push_back(kNull);
      return true;
    case Value::Kind::kUndefined:
      payload_->push_back(kUndefined);
      return true;
    case Value::Kind::kBoolean:
      payload_->push_back(value->boolean() ? kTrue : kFalse);
      return true;
    case Value::Kind::kInteger:
      if (value->integer() < 0) {
        Head(Major::kNegative, static_cast<uint64_t>(-1 - value->integer()));
        return true;
      }
      Head(Major::kUnsigned, static_cast<uint64_t>(value->integer()));
      return true;
    case Value::Kind::kUnsigned:
      Head(Major::kUnsigned, value->unsigned_integer());
      return true;
    case Value::Kind::kDouble:
      WriteDouble(value->number());
      return true;
    case Value::Kind::kOctets:
      return WriteString(Major::kOctets, value->string());
    case Value::Kind::kText:
      if (!IsUtf8(value->string())) {
        return Fail(absl::StatusCode::kInvalidArgument,
                    "text that is not UTF-8");
      }
      return WriteString(Major::kText, value->string());
    case Value::Kind::kList: {
      const absl::Span<const Value> items = value->items();
      Head(Major::kList, items.size());
      return WriteChildren(items.data(), items.size());
    }
    default: {  // a map
      const absl::Span<const Value::Entry> entries = value->entries();
      Head(Major::kMap, entries.size());
      return WriteChildren(entries.empty() ? nullptr : &entries[0].key,
                           2 * entries.size());
    }
  }
}

bool CborEncoder::Write(const Value& value) {
  const size_t base = frames_.size();
  tags_ = 0;
  if (!WriteOne(value)) return false;
  while (frames_.size() > base) {
    Frame& frame = frames_.back();
    tags_ = frame.tags;
    if (frame.next == frame.end) {
      frames_.pop_back();
    } else if (!WriteOne(*frame.next++)) {
      return false;
    }
  }
  return true;
}

absl::Status CborEncoder::Finish() {
  if (status_.ok() && payload_->size() - start_ > limits_.max_octets) {
    Fail(absl::StatusCode::kResourceExhausted,
         absl::StrCat("the payload takes more than the limit of ",
                      limits_.max_octets, " octets"));
  }
  return status_;
}

}  // namespace cbor_internal
}  // namespace forkrpc
