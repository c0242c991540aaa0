// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/value_conversion.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// What Perl 5.36 prints.
TEST(ValueConversionTest, StringsAreThoseThatPerlPrints) {
  EXPECT_EQ(ToString(Value::Integer(-5)).value(), "-5");
  EXPECT_EQ(ToString(Value::Unsigned(UINT64_MAX)).value(),
            "18446744073709551615");
  EXPECT_EQ(ToString(Value::Double(5)).value(), "5");
  EXPECT_EQ(ToString(Value::Double(-0.0)).value(), "0");
  EXPECT_EQ(ToString(Value::Double(0.1 + 0.2)).value(), "0.3");
  EXPECT_EQ(ToString(Value::Double(1e15)).value(), "1e+15");
  EXPECT_EQ(ToString(Value::Double(1.0 / 3)).value(), "0.333333333333333");
  EXPECT_EQ(ToString(Value::Double(1e-7)).value(), "1e-07");
  EXPECT_EQ(ToString(Value::Double(kInfinity)).value(), "Inf");
  EXPECT_EQ(ToString(Value::Double(-kInfinity)).value(), "-Inf");
  EXPECT_EQ(ToString(Value::Double(std::nan(""))).value(), "NaN");
  EXPECT_EQ(ToString(Value::Boolean(true)).value(), "1");
  EXPECT_EQ(ToString(Value::Boolean(false)).value(), "");
  EXPECT_EQ(ToString(Value::Octets("\xff")).value(), "\xff");
  EXPECT_EQ(ToString(Value::Shared(Value::Text("a"))).value(), "a");
}

TEST(ValueConversionTest, IntegersComeFromWhateverCame) {
  for (const Value& five :
       {Value::Integer(5), Value::Double(5), Value::Octets("5"),
        Value::Text("5"), Value::Text(" 5"), Value::Octets("5.0"),
        Value::Octets("5e0"), Value::Shared(Value::Text("+5"))}) {
    EXPECT_EQ(ToInteger(five).value(), 5);
    EXPECT_EQ(ToUnsigned(five).value(), 5u);
    EXPECT_EQ(ToDouble(five).value(), 5.0);
    EXPECT_TRUE(ToBoolean(five));
  }
  EXPECT_EQ(ToInteger(Value::Boolean(true)).value(), 1);
  EXPECT_EQ(ToInteger(Value::Text("-9223372036854775808")).value(), INT64_MIN);
  EXPECT_EQ(ToUnsigned(Value::Text("18446744073709551615")).value(),
            UINT64_MAX);
  EXPECT_EQ(ToDouble(Value::Text("0.1")).value(), 0.1);
  EXPECT_EQ(ToDouble(Value::Octets("-Inf")).value(), -kInfinity);
}

TEST(ValueConversionTest, LimitsOfTheTypes) {
  EXPECT_EQ(ToInteger(Value::Double(-9223372036854775808.0)).value(),
            INT64_MIN);
  EXPECT_EQ(ToUnsigned(Value::Double(9223372036854775808.0)).value(),
            uint64_t{1} << 63);
  for (const Value& value :
       {Value::Double(9223372036854775808.0), Value::Unsigned(UINT64_MAX),
        Value::Text("9223372036854775808"), Value::Double(kInfinity),
        Value::Double(-1e30)}) {
    EXPECT_TRUE(absl::IsOutOfRange(ToInteger(value).status()));
  }
  for (const Value& value :
       {Value::Double(18446744073709551616.0), Value::Integer(-1),
        Value::Text("-1"), Value::Double(-1)}) {
    EXPECT_TRUE(absl::IsOutOfRange(ToUnsigned(value).status()));
  }
}

TEST(ValueConversionTest, WhatIsNoNumberIsAnError) {
  for (const Value& value :
       {Value::Text("abc"), Value::Text(""), Value::Octets("5 apples"),
        Value::Null(), Value::List({}), Value::Map({}),
        Value::Tagged(1, Value::Integer(1)), Value::Undefined()}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ToInteger(value).status()));
    EXPECT_TRUE(absl::IsInvalidArgument(ToUnsigned(value).status()));
    EXPECT_TRUE(absl::IsInvalidArgument(ToDouble(value).status()));
  }
  EXPECT_TRUE(absl::IsInvalidArgument(ToInteger(Value::Double(1.5)).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ToInteger(Value::Text("1.5")).status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(ToInteger(Value::Double(std::nan(""))).status()));
  EXPECT_EQ(ToDouble(Value::Octets("\xff")).status(),
            absl::InvalidArgumentError("the string \"\\xff\" is no number"));
  EXPECT_EQ(ToInteger(Value::Text(std::string(41, 'x'))).status().message(),
            "the string \"" + std::string(40, 'x') + "\"... is no integer");
  EXPECT_EQ(ToString(Value::Null()).status(),
            absl::InvalidArgumentError("the value is null: it is no string"));
}

TEST(ValueConversionTest, OctetsOfText) {
  EXPECT_EQ(ToOctets(Value::Octets("a\xff")).value(), "a\xff");
  EXPECT_EQ(ToOctets(Value::Text("a\xc2\x80\xc3\xbf")).value(), "a\x80\xff");
  for (const char* text :
       {"\xe2\x98\xba", "\xc4\x80", "\xc3", "\xc3x", "\xff"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ToOctets(Value::Text(text)).status()));
  }
  EXPECT_TRUE(absl::IsInvalidArgument(ToOctets(Value::Integer(1)).status()));
}

TEST(ValueConversionTest, TruthIsPerls) {
  for (const Value& value :
       {Value::Null(), Value::Undefined(), Value::Boolean(false),
        Value::Integer(0), Value::Double(-0.0), Value::Text(""),
        Value::Octets("0")}) {
    EXPECT_FALSE(ToBoolean(value));
  }
  for (const Value& value :
       {Value::Boolean(true), Value::Integer(-1), Value::Unsigned(UINT64_MAX),
        Value::Double(std::nan("")), Value::Text("0.0"), Value::Octets(" "),
        Value::List({}), Value::Map({}), Value::Tagged(1, Value::Null())}) {
    EXPECT_TRUE(ToBoolean(value));
  }
}

TEST(ValueConversionTest, BooleansAreNumbersToPerl) {
  for (const bool truth : {false, true}) {
    const Value value = Value::Boolean(truth);
    EXPECT_EQ(ToInteger(value).value(), truth ? 1 : 0);
    EXPECT_EQ(ToUnsigned(value).value(), truth ? 1u : 0u);
    EXPECT_EQ(ToDouble(value).value(), truth ? 1.0 : 0.0);
  }
  EXPECT_FALSE(ToInteger(Value::Double(std::nan(""))).ok());
  EXPECT_FALSE(ToUnsigned(Value::Double(std::nan(""))).ok());
  EXPECT_EQ(ToDouble(Value::Unsigned(UINT64_MAX)).value(), 0x1p64);
}

}  // namespace
}  // namespace forkrpc
