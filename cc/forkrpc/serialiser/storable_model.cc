// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/storable_model.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace forkrpc {
namespace {

using Choose = std::function<size_t(size_t)>;

constexpr uint64_t kReference = 22098;

class Maker {
 public:
  explicit Maker(const Choose& choose) : choose_(choose) {}

  Value List(int depth) {
    std::vector<Value> items(choose_(5));
    for (Value& item : items) item = Any(depth + 1);
    return Value::List(std::move(items));
  }

 private:
  Value Any(int depth) {
    switch (choose_(depth < 6 ? 16 : 8)) {
      case 0:
        return Value::Null();
      case 1:
        return Value::Boolean(choose_(2) == 1);
      case 2:
        return Value::Integer(static_cast<int64_t>(choose_(300)) - 150);
      case 3:
        return Value::Integer(static_cast<int64_t>(NearPower()));
      case 4:
        return Value::Unsigned(NearPower());
      case 5:
        return Value::Double(Number());
      case 6:
        return Value::Octets(Octets());
      case 7:
        return Value::Text(Text());
      case 8:
      case 9:
        return List(depth);
      case 10:
      case 11:
        return Map(depth);
      case 12:
        return Value::Tagged(kReference, Any(depth + 1));
      case 13:
        shared_.push_back(Value::Shared(Any(depth + 1)));
        return shared_.back();
      default:
        return shared_.empty() ? Value::Null()
                               : shared_[choose_(shared_.size())];
    }
  }

  Value Map(int depth) {
    std::vector<Value::Entry> entries(choose_(4));
    for (size_t i = 0; i < entries.size(); ++i) {
      // Of different sizes, so that no two are the same.
      const std::string padding(i, '_');
      switch (choose_(4)) {
        case 0:
          entries[i].key = Value::Octets(padding);
          break;
        case 1:
          entries[i].key = Value::Octets("\xe9\xff" + padding);
          break;
        case 2:
          entries[i].key = Value::Text("\xc3\xa9 k" + padding);
          break;
        default:
          entries[i].key = Value::Text(
              "\xe2\x98\xba"
              "char" +
              padding);
      }
      entries[i].value = Any(depth + 1);
    }
    return Value::Map(std::move(entries));
  }

  uint64_t NearPower() {
    const uint64_t power = uint64_t{1} << choose_(64);
    const uint64_t near = power + choose_(3) - 1;
    return choose_(2) == 0 ? near : 0 - near;
  }

  double Number() {
    const auto whole = static_cast<double>(static_cast<int64_t>(NearPower()));
    switch (choose_(6)) {
      case 0:
        return whole;
      case 1:
        return whole + 0.5;
      case 2:
        return static_cast<double>(choose_(1000)) / 100;
      case 3:
        return std::ldexp(whole, static_cast<int>(choose_(2000)) - 1000);
      case 4:
        return choose_(2) == 0 ? -0.0
                               : std::numeric_limits<double>::quiet_NaN();
      default:
        return choose_(2) == 0 ? -std::numeric_limits<double>::infinity()
                               : std::numeric_limits<double>::denorm_min();
    }
  }

  size_t Length() {
    static constexpr size_t kLengths[] = {0, 1, 2, 3, 127, 128, 254, 255, 256};
    return kLengths[choose_(sizeof(kLengths) / sizeof(kLengths[0]))];
  }

  std::string Octets() {
    std::string octets(Length(), '\0');
    for (char& octet : octets) octet = static_cast<char>(choose_(256));
    return octets;
  }

  std::string Text() {
    static constexpr const char* kCharacters[] = {
        "a",        "\x7f",         "\xc2\x80",        "\xc3\xbf",
        "\xc4\x80", "\xe2\x98\xba", "\xf4\x8f\xbf\xbf"};
    std::string text;
    const size_t length = Length();
    const size_t kinds = 1 + choose_(7);
    while (text.size() < length) text += kCharacters[choose_(kinds)];
    return text;
  }

  const Choose& choose_;
  std::vector<Value> shared_;
};

Value NumberText(const std::string& text) { return Value::Octets(text); }

class Remaining {
 public:
  explicit Remaining(bool network) : network_(network) {}

  Value Of(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::kUndefined:
        return Value::Null();
      case Value::Kind::kInteger:
        return Integer(value.integer());
      case Value::Kind::kUnsigned:
        return NumberText(std::to_string(value.unsigned_integer()));
      case Value::Kind::kDouble:
        return Double(value.number());
      case Value::Kind::kList: {
        std::vector<Value> items;
        for (const Value& item : value.items()) items.push_back(Of(item));
        return Value::List(std::move(items));
      }
      case Value::Kind::kMap: {
        std::vector<Value::Entry> entries;
        for (const Value::Entry& entry : value.entries()) {
          entries.push_back({entry.key.Seen(), Of(entry.value)});
        }
        return Value::Map(std::move(entries));
      }
      case Value::Kind::kTagged:
        return Value::Tagged(value.tag(), Of(value.content()));
      case Value::Kind::kShared: {
        const auto found = shared_.find(value.identity());
        if (found != shared_.end()) return found->second;
        Value content = Of(value.content());
        // True and false are constants.
        if (content.kind() != Value::Kind::kBoolean) {
          content = Value::Shared(std::move(content));
        }
        shared_.emplace(value.identity(), content);
        return content;
      }
      default:
        return value;
    }
  }

 private:
  Value Integer(int64_t value) const {
    const bool fits = value >= INT32_MIN && value <= INT32_MAX;
    if (network_ && !fits) return NumberText(std::to_string(value));
    return Value::Integer(value);
  }

  Value Double(double value) const {
    if (value > -9007199254740992.0 && value < 9007199254740992.0 &&
        static_cast<double>(static_cast<int64_t>(value)) == value) {
      return Integer(static_cast<int64_t>(value));
    }
    if (!network_) return Value::Double(value);
    if (std::isnan(value)) return NumberText("NaN");
    if (std::isinf(value)) return NumberText(value < 0 ? "-Inf" : "Inf");
    char text[40];
    std::snprintf(text, sizeof(text), "%.15g", value);
    return NumberText(text);
  }

  const bool network_;
  std::map<const void*, Value> shared_;
};

class Describer {
 public:
  std::string Of(const Value& value) {
    Count(value);
    std::string out;
    Append(value, &out);
    return out;
  }

 private:
  void Count(const Value& value) {
    if (value.kind() == Value::Kind::kShared &&
        ++occurrences_[value.identity()] > 1) {
      return;
    }
    const Value& seen = value.Seen();
    for (const Value& item : seen.items()) Count(item);
    for (const Value::Entry& entry : seen.entries()) Count(entry.value);
    if (seen.kind() == Value::Kind::kTagged) Count(seen.content());
  }

  void Append(const Value& value, std::string* out) {
    if (value.kind() == Value::Kind::kShared &&
        occurrences_[value.identity()] > 1) {
      const auto number = numbers_.emplace(value.identity(), numbers_.size());
      absl::StrAppend(out, number.second ? "S" : "s", number.first->second,
                      ";");
      if (!number.second) return;
    }
    AppendContent(value.Seen(), out);
  }

  static void AppendString(const Value& value, std::string* out) {
    absl::StrAppend(out, value.kind() == Value::Kind::kText ? "X" : "O",
                    value.string().size(), ":", value.string());
  }

  void AppendContent(const Value& value, std::string* out) {
    switch (value.kind()) {
      case Value::Kind::kBoolean:
        *out += value.boolean() ? 'T' : 'F';
        break;
      case Value::Kind::kInteger:
        absl::StrAppend(out, "I", value.integer(), ";");
        break;
      case Value::Kind::kUnsigned:
        absl::StrAppend(out, "I", value.unsigned_integer(), ";");
        break;
      case Value::Kind::kDouble: {
        uint64_t bits;
        const double number = value.number();
        std::memcpy(&bits, &number, 8);
        absl::StrAppend(out, "D", absl::Hex(bits, absl::kZeroPad16), ";");
        break;
      }
      case Value::Kind::kOctets:
      case Value::Kind::kText:
        AppendString(value, out);
        break;
      case Value::Kind::kList:
        absl::StrAppend(out, "L", value.items().size(), ";");
        for (const Value& item : value.items()) Append(item, out);
        break;
      case Value::Kind::kMap:
        AppendMap(value, out);
        break;
      case Value::Kind::kTagged:
        *out += 'R';
        Append(value.content(), out);
        break;
      default:
        *out += 'U';
    }
  }

  void AppendMap(const Value& map, std::string* out) {
    std::vector<std::pair<std::string, const Value*>> pairs;
    for (const Value::Entry& entry : map.entries()) {
      pairs.emplace_back();
      AppendString(entry.key.Seen(), &pairs.back().first);
      pairs.back().second = &entry.value;
    }
    std::sort(pairs.begin(), pairs.end());
    absl::StrAppend(out, "M", pairs.size(), ";");
    for (const auto& [key, value] : pairs) {
      *out += key;
      Append(*value, out);
    }
  }

  std::map<const void*, int> occurrences_;
  std::map<const void*, size_t> numbers_;
};

}  // namespace

Value SomeValue(const std::function<size_t(size_t)>& choose) {
  return Maker(choose).List(0);
}

Value WhatRemains(const Value& value, StorableOrder order) {
  return Remaining(order == StorableOrder::kNetwork).Of(value);
}

std::string Describe(const Value& value) { return Describer().Of(value); }

}  // namespace forkrpc
