// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/value_conversion.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace forkrpc {
namespace {

// The longest string of which a message shows all.
constexpr size_t kShown = 40;

absl::Status IsNo(absl::string_view wanted, const Value& value) {
  const Value& seen = value.Seen();
  if (seen.kind() == Value::Kind::kOctets ||
      seen.kind() == Value::Kind::kText) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the string \"",
        absl::CHexEscape(std::string(seen.string().data(),
                                     std::min(kShown, seen.string().size()))),
        seen.string().size() > kShown ? "\"..." : "\"", " is ", wanted));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the value is ", KindName(seen.kind()), ": it is ", wanted));
}

// `number` as the type, if it is whole and within.
template <typename Integer>
absl::StatusOr<Integer> Whole(double number, const Value& value) {
  if (std::isnan(number) || std::trunc(number) != number) {
    return IsNo("no integer", value);
  }
  // The limits as doubles: 2^63 and 2^64 are the first beyond.
  const double beyond = std::ldexp(1.0, std::numeric_limits<Integer>::digits);
  const double least = static_cast<double>(std::numeric_limits<Integer>::min());
  if (number < least || number >= beyond) {
    return absl::OutOfRangeError(
        absl::StrCat("the number ", number, " is not from ",
                     std::numeric_limits<Integer>::min(), " to ",
                     std::numeric_limits<Integer>::max()));
  }
  return static_cast<Integer>(number);
}

template <typename Integer>
absl::StatusOr<Integer> Convert(const Value& value) {
  const Value& seen = value.Seen();
  switch (seen.kind()) {
    case Value::Kind::kBoolean:
      return seen.boolean() ? 1 : 0;
    case Value::Kind::kDouble:
      return Whole<Integer>(seen.number(), value);
    case Value::Kind::kOctets:
    case Value::Kind::kText: {
      Integer integer;
      if (absl::SimpleAtoi(seen.string(), &integer)) return integer;
      double number;
      if (!absl::SimpleAtod(seen.string(), &number)) {
        return IsNo("no integer", value);
      }
      return Whole<Integer>(number, value);
    }
    default:
      return IsNo("no integer", value);
  }
}

}  // namespace

absl::StatusOr<std::string> ToString(const Value& value) {
  const Value& seen = value.Seen();
  switch (seen.kind()) {
    case Value::Kind::kBoolean:
      return std::string(seen.boolean() ? "1" : "");
    case Value::Kind::kInteger:
      return absl::StrCat(seen.integer());
    case Value::Kind::kUnsigned:
      return absl::StrCat(seen.unsigned_integer());
    case Value::Kind::kDouble: {
      if (std::isnan(seen.number())) return std::string("NaN");
      if (std::isinf(seen.number())) {
        return std::string(seen.number() < 0 ? "-Inf" : "Inf");
      }
      // Perl has no "-0".
      if (seen.number() == 0) return std::string("0");
      char digits[32];
      const int size =
          std::snprintf(digits, sizeof(digits), "%.15g", seen.number());
      return std::string(digits, static_cast<size_t>(size));
    }
    case Value::Kind::kOctets:
    case Value::Kind::kText:
      return std::string(seen.string().data(), seen.string().size());
    default:
      return IsNo("no string", value);
  }
}

absl::StatusOr<std::string> ToOctets(const Value& value) {
  const Value& seen = value.Seen();
  const absl::string_view string = seen.string();
  if (seen.kind() == Value::Kind::kOctets) {
    return std::string(string.data(), string.size());
  }
  if (seen.kind() != Value::Kind::kText) return IsNo("no string", value);
  std::string octets;
  octets.reserve(string.size());
  for (size_t i = 0; i < string.size(); ++i) {
    const auto octet = static_cast<unsigned char>(string[i]);
    if (octet < 0x80) {
      octets.push_back(string[i]);
      continue;
    }
    // U+0080 to U+00FF are C2 80 to C3 BF.
    if ((octet != 0xC2 && octet != 0xC3) || i + 1 == string.size() ||
        (string[i + 1] & 0xC0) != 0x80) {
      return IsNo("not of characters below U+0100", value);
    }
    octets.push_back(
        static_cast<char>((octet << 6 & 0xC0) | (string[++i] & 0x3F)));
  }
  return octets;
}

absl::StatusOr<int64_t> ToInteger(const Value& value) {
  const Value::Kind kind = value.Seen().kind();
  if (kind == Value::Kind::kInteger || kind == Value::Kind::kUnsigned) {
    return value.AsInteger();
  }
  return Convert<int64_t>(value);
}

absl::StatusOr<uint64_t> ToUnsigned(const Value& value) {
  const Value::Kind kind = value.Seen().kind();
  if (kind == Value::Kind::kInteger || kind == Value::Kind::kUnsigned) {
    return value.AsUnsigned();
  }
  return Convert<uint64_t>(value);
}

absl::StatusOr<double> ToDouble(const Value& value) {
  const Value& seen = value.Seen();
  switch (seen.kind()) {
    case Value::Kind::kBoolean:
      return seen.boolean() ? 1.0 : 0.0;
    case Value::Kind::kOctets:
    case Value::Kind::kText: {
      double number;
      if (absl::SimpleAtod(seen.string(), &number)) return number;
      return IsNo("no number", value);
    }
    case Value::Kind::kInteger:
    case Value::Kind::kUnsigned:
    case Value::Kind::kDouble:
      return seen.AsDouble();
    default:
      return IsNo("no number", value);
  }
}

bool ToBoolean(const Value& value) {
  const Value& seen = value.Seen();
  switch (seen.kind()) {
    case Value::Kind::kNull:
    case Value::Kind::kUndefined:
      return false;
    case Value::Kind::kBoolean:
      return seen.boolean();
    case Value::Kind::kInteger:
      return seen.integer() != 0;
    case Value::Kind::kDouble:
      return seen.number() != 0;
    case Value::Kind::kOctets:
    case Value::Kind::kText:
      return !seen.string().empty() && seen.string() != "0";
    default:
      return true;
  }
}

}  // namespace forkrpc
