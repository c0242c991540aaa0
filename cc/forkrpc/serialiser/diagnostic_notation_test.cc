// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/diagnostic_notation.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(DiagnosticNotationTest, Scalars) {
  EXPECT_EQ(DiagnosticNotation(Value::Null()), "null");
  EXPECT_EQ(DiagnosticNotation(Value::Undefined()), "undefined");
  EXPECT_EQ(DiagnosticNotation(Value::Boolean(true)), "true");
  EXPECT_EQ(DiagnosticNotation(Value::Boolean(false)), "false");
  EXPECT_EQ(DiagnosticNotation(Value::Integer(INT64_MIN)),
            "-9223372036854775808");
  EXPECT_EQ(DiagnosticNotation(Value::Unsigned(UINT64_MAX)),
            "18446744073709551615");
}

TEST(DiagnosticNotationTest, AFloatingPointNumberIsSeenToBeOne) {
  EXPECT_EQ(DiagnosticNotation(Value::Double(5)), "5.0");
  EXPECT_EQ(DiagnosticNotation(Value::Double(-0.0)), "-0.0");
  EXPECT_EQ(DiagnosticNotation(Value::Double(0.1)), "0.1");
  EXPECT_EQ(DiagnosticNotation(Value::Double(1e300)), "1e+300");
  EXPECT_EQ(DiagnosticNotation(Value::Double(5e-324)), "5e-324");
  EXPECT_EQ(DiagnosticNotation(Value::Double(std::nan(""))), "NaN");
  EXPECT_EQ(DiagnosticNotation(Value::Double(kInfinity)), "Infinity");
  EXPECT_EQ(DiagnosticNotation(Value::Double(-kInfinity)), "-Infinity");
}

TEST(DiagnosticNotationTest, Strings) {
  EXPECT_EQ(DiagnosticNotation(Value::Octets("")), "h''");
  EXPECT_EQ(DiagnosticNotation(Value::Octets({"\0\xff", 2})), "h'00ff'");
  EXPECT_EQ(DiagnosticNotation(Value::Text("")), "\"\"");
  EXPECT_EQ(DiagnosticNotation(Value::Text("a\"\\\n\x01\x7f\xc3\xa9")),
            "\"a\\\"\\\\\\n\\u0001\\u007f\xc3\xa9\"");
  EXPECT_EQ(DiagnosticNotation(Value::Text("a\xff\xc3")),
            "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(DiagnosticNotationTest, ListsMapsAndTags) {
  EXPECT_EQ(DiagnosticNotation(Value::List({})), "[]");
  EXPECT_EQ(DiagnosticNotation(Value::Map({})), "{}");
  EXPECT_EQ(DiagnosticNotation(Value::List(
                {Value::Integer(1), Value::List({Value::Integer(2)})})),
            "[1, [2]]");
  EXPECT_EQ(
      DiagnosticNotation(Value::Map(
          {{Value::Text("a"), Value::Integer(1)},
           {Value::Octets("b"), Value::Tagged(22098, Value::Text("x"))}})),
      "{\"a\": 1, h'62': 22098(\"x\")}");
}

TEST(DiagnosticNotationTest, WhatIsSharedStandsOnce) {
  const Value one = Value::Shared(Value::List({Value::Integer(1)}));
  const Value two = Value::Shared(Value::List({one}));
  EXPECT_EQ(DiagnosticNotation(Value::List({two, one, two})),
            "[28([28([1])]), 29(1), 29(0)]");
}

TEST(DiagnosticNotationTest, NoRecursion) {
  Value value;
  for (int i = 0; i < 300000; ++i) value = Value::List({std::move(value)});
  EXPECT_EQ(DiagnosticNotation(value).size(), 600004u);
}

}  // namespace
}  // namespace forkrpc
