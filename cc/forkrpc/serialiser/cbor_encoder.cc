// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/cbor_encoder.h"

#include <algorithm>
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

// The longest scalar but for a string's octets.
constexpr size_t kLongestHead = 9;

// So many scalars of a list are written at once.
constexpr size_t kChunk = 64;

constexpr char kFalse = '\xF4';
constexpr char kTrue = '\xF5';
constexpr char kNull = '\xF6';
constexpr char kUndefined = '\xF7';
constexpr char kFloat32 = '\xFA';
constexpr char kFloat64 = '\xFB';

// Writes the head of an item; its end.
inline char* PutHead(Major major, uint64_t number, char* to) {
  const auto first = static_cast<uint8_t>(major);
  if (ABSL_PREDICT_TRUE(number < 24)) {
    *to = static_cast<char>(first | number);
    return to + 1;
  }
  if (ABSL_PREDICT_TRUE(number <= 0xFF)) {
    to[0] = static_cast<char>(first | 24);
    to[1] = static_cast<char>(number);
    return to + 2;
  }
  const size_t size = number <= 0xFFFF ? 2 : (number >> 32 ? 8 : 4);
  *to = static_cast<char>(first | (size == 2 ? 25 : (size == 4 ? 26 : 27)));
  return PutNumber(number, size, to + 1);
}

inline char* PutString(Major major, absl::string_view octets, char* to) {
  to = PutHead(major, octets.size(), to);
  // An empty view may have no address, which memcpy must not get.
  if (!octets.empty()) std::memcpy(to, octets.data(), octets.size());
  return to + octets.size();
}

// Null if it is not UTF-8.
inline char* PutText(absl::string_view text, char* to) {
  to = PutHead(Major::kText, text.size(), to);
  return CopyIfUtf8(text, to) ? to + text.size() : nullptr;
}

char* PutDouble(double number, char* to) {
  // What is beyond a float must not be converted to one.
  const bool may_fit =
      !(std::fabs(number) > std::numeric_limits<float>::max()) ||
      std::isinf(number);
  const float narrow = may_fit ? static_cast<float>(number) : 0;
  if (std::isnan(number) ||
      (may_fit && static_cast<double>(narrow) == number)) {
    uint32_t bits = 0x7FC00000;
    if (!std::isnan(number)) std::memcpy(&bits, &narrow, sizeof(bits));
    *to = kFloat32;
    return PutNumber(bits, 4, to + 1);
  }
  uint64_t bits;
  std::memcpy(&bits, &number, sizeof(bits));
  *to = kFloat64;
  return PutNumber(bits, 8, to + 1);
}

// Writes a value that has no content; null if it is text that is not UTF-8.
inline char* PutScalar(const Value& value, char* to) {
  switch (value.kind()) {
    case Value::Kind::kText:
      return PutText(value.string(), to);
    case Value::Kind::kOctets:
      return PutString(Major::kOctets, value.string(), to);
    case Value::Kind::kInteger:
      return value.integer() < 0
                 ? PutHead(Major::kNegative,
                           static_cast<uint64_t>(-1 - value.integer()), to)
                 : PutHead(Major::kUnsigned,
                           static_cast<uint64_t>(value.integer()), to);
    case Value::Kind::kUnsigned:
      return PutHead(Major::kUnsigned, value.unsigned_integer(), to);
    case Value::Kind::kDouble:
      return PutDouble(value.number(), to);
    case Value::Kind::kBoolean:
      *to = value.boolean() ? kTrue : kFalse;
      return to + 1;
    case Value::Kind::kUndefined:
      *to = kUndefined;
      return to + 1;
    default:
      *to = kNull;
      return to + 1;
  }
}

bool HasContent(const Value& value) {
  return value.kind() >= Value::Kind::kList;
}

}  // namespace

CborEncoder::CborEncoder(const ValueLimits& limits, std::string* payload)
    : limits_(limits), out_(payload), values_left_(limits.max_values) {}

bool CborEncoder::Fail(absl::StatusCode code, absl::string_view what) {
  if (status_.ok()) {
    status_ = absl::Status(code, absl::StrCat("cbor: ", what, ", at octet ",
                                              out_.size(), " of the payload"));
  }
  return false;
}

bool CborEncoder::TooMany() {
  return Fail(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("more values than the limit of ", limits_.max_values));
}

void CborEncoder::BeginSharedList(size_t count) {
  ++shared_;
  Count(1);
  static_assert(kTagShared < 0x100, "one octet behind the head");
  char* const to = out_.Reserve(2);
  to[0] = static_cast<char>(static_cast<uint8_t>(Major::kTag) | 24);
  to[1] = static_cast<char>(kTagShared);
  out_.Advance(2);
  BeginList(count);
}

void CborEncoder::BeginList(size_t count) {
  Count(1);
  Head(Major::kList, count);
  levels_ = 1;
}

void CborEncoder::Head(Major major, uint64_t number) {
  char* const to = out_.Reserve(kLongestHead);
  out_.Advance(static_cast<size_t>(PutHead(major, number, to) - to));
}

bool CborEncoder::TooLong() {
  return Fail(absl::StatusCode::kResourceExhausted,
              absl::StrCat("the payload takes more than the limit of ",
                           limits_.max_octets, " octets"));
}

template <typename String>
bool CborEncoder::WriteStrings(const String* first, size_t count) {
  if (!Count(count)) return false;
  while (count > 0) {
    const size_t n = std::min(count, kChunk);
    size_t size = 0;  // at most
    for (size_t i = 0; i < n; ++i) size += kLongestHead + first[i].size();
    // So that what is far beyond the limit is not written first.
    if (!Fits(size - n * kLongestHead)) return false;
    char* const begin = out_.Reserve(size);
    char* to = begin;
    for (size_t i = 0; i < n; ++i) {
      to = PutString(Major::kOctets, first[i], to);
    }
    out_.Advance(static_cast<size_t>(to - begin));
    first += n;
    count -= n;
  }
  return true;
}

template bool CborEncoder::WriteStrings(const std::string*, size_t);
template bool CborEncoder::WriteStrings(const absl::string_view*, size_t);

size_t CborEncoder::WriteScalars(const Value* first, size_t count) {
  size_t size = 0;  // at most
  size_t n = 0;
  for (; n < count && n < kChunk && !HasContent(first[n]); ++n) {
    size += kLongestHead + first[n].string().size();
  }
  if (n == 0 || !Count(n) || !Fits(size - n * kLongestHead)) return 0;
  char* const begin = out_.Reserve(size);
  char* to = begin;
  for (size_t i = 0; i < n; ++i) {
    char* const end = PutScalar(first[i], to);
    if (ABSL_PREDICT_FALSE(end == nullptr)) {
      out_.Advance(static_cast<size_t>(to - begin));
      Fail(absl::StatusCode::kInvalidArgument, "text that is not UTF-8");
      return 0;
    }
    to = end;
  }
  out_.Advance(static_cast<size_t>(to - begin));
  return n;
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

bool CborEncoder::Open(const Value* children, size_t count, Frame* frame) {
  if (frames_.size() + levels_ >= limits_.max_depth) {
    return Fail(
        absl::StatusCode::kResourceExhausted,
        absl::StrCat("more lists and maps in one another than the limit of ",
                     limits_.max_depth));
  }
  frames_.push_back(*frame);
  *frame = {children, children + count, tags_};
  return true;
}

bool CborEncoder::WriteOne(const Value& outer, Frame* frame) {
  const Value* const value = WriteTags(outer);
  if (value == nullptr) return status_.ok();
  if (!HasContent(*value)) return WriteScalars(value, 1) == 1;
  if (!Count(1)) return false;
  if (value->kind() == Value::Kind::kList) {
    const absl::Span<const Value> items = value->items();
    Head(Major::kList, items.size());
    return Open(items.data(), items.size(), frame);
  }
  const absl::Span<const Value::Entry> entries = value->entries();
  Head(Major::kMap, entries.size());
  return Open(entries.empty() ? nullptr : &entries[0].key, 2 * entries.size(),
              frame);
}

bool CborEncoder::Write(const Value* first, size_t count) {
  Frame frame = {first, first + count, 0};
  while (true) {
    while (frame.next == frame.end) {
      if (frames_.empty()) return true;
      frame = frames_.back();
      frames_.pop_back();
    }
    const size_t written =
        WriteScalars(frame.next, static_cast<size_t>(frame.end - frame.next));
    frame.next += written;
    if (written > 0) continue;
    if (!status_.ok()) return false;
    tags_ = frame.tags;
    if (!WriteOne(*frame.next++, &frame)) return false;
  }
}

absl::Status CborEncoder::Finish() {
  if (status_.ok()) Fits(0);
  if (status_.ok()) {
    out_.Finish();
  } else {
    out_.TakeBack();
  }
  return status_;
}

}  // namespace cbor_internal
}  // namespace forkrpc
