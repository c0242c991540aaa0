// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/diagnostic_notation.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "forkrpc/serialiser/test_random_value.h"
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

TEST(DiagnosticNotationTest, ParsingIsTheInverseOfPrinting) {
  RandomValue random(RandomValue::Kinds::kAll, 16);
  for (int i = 0; i < 2000; ++i) {
    const Value value = random.Make(static_cast<int>(random.Below(6)));
    const absl::StatusOr<Value> again =
        ParseDiagnosticNotation(DiagnosticNotation(value));
    ASSERT_TRUE(again.ok()) << again.status() << " of " << value;
    ASSERT_EQ(*again, value);
  }
}

TEST(DiagnosticNotationTest, ParsesWhatIsWrittenByHand) {
  const std::pair<const char*, const char*> cases[] = {
      {" [ 1 , [ ] , { } ] ", "[1, [], {}]"},
      {"{'a':1,\"b\":{2:[3]}}", "{h'61': 1, \"b\": {2: [3]}}"},
      {"h'00 fF'", "h'00ff'"},
      {"'it\\'s'", "h'69742773'"},
      {"\"\\u00e9\\ud83d\\ude00\\/\"", "\"\xc3\xa9\xf0\x9f\x98\x80/\""},
      {"1e3", "1000.0"},
      {"-0.0", "-0.0"},
      {"22098( null )", "22098(null)"},
      {"[28([1]), 29( 0 )]", "[28([1]), 29(0)]"},
      {"18446744073709551615", "18446744073709551615"},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<Value> value = ParseDiagnosticNotation(c.first);
    ASSERT_TRUE(value.ok()) << value.status() << " of " << c.first;
    EXPECT_EQ(DiagnosticNotation(*value), c.second);
  }
}

TEST(DiagnosticNotationTest, WhatIsNoNotationIsNamedWithItsOctet) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "the end where a value has to be, at octet 0 of 0"},
      {"[1", "neither ']' nor ',', at octet 2 of 2"},
      {"[1}", "neither ']' nor ',', at octet 2 of 3"},
      {"[1,]", "something that is no value, at octet 3 of 4"},
      {"{1}", "a key without ':' behind it, at octet 2 of 3"},
      {"{1:}", "something that is no value, at octet 3 of 4"},
      {"{1:2 3}", "neither '}' nor ',', at octet 5 of 7"},
      {"1 2", "something behind the value, at octet 2 of 3"},
      {"1)", "something behind the value"},
      {"1(2", "no ')' behind what is tagged, at octet 3 of 3"},
      {"1(2,3)", "no ')' behind what is tagged"},
      {"1()", "something that is no value"},
      {"h'0'", "h'' with an odd digit"},
      {"h'0g'", "not hexadecimal"},
      {"h'00", "the end inside h''"},
      {"\"a", "the end inside a string"},
      {"\"\\x\"", "an escape that is none"},
      {"\"\\ud800\"", "half of a surrogate pair"},
      {"\"\\ude00\"", "half of a surrogate pair"},
      {"\"\xff\"", "text that is not UTF-8"},
      {"18446744073709551616", "an integer beyond 64 bits"},
      {"-", "an integer beyond 64 bits, or none"},
      {"1.e", "a floating-point number that is none"},
      {"1e999", "a floating-point number that is none"},
      {"29(x)", "29( without the number"},
      {"99999999999999999999(1)", "a tag beyond 64 bits"},
      {"nul", "something that is no value"},
  };
  for (const auto& c : cases) {
    const absl::Status status = ParseDiagnosticNotation(c.first).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << c.first;
    EXPECT_TRUE(absl::StrContains(status.message(), c.second))
        << c.first << ": " << status;
  }
  EXPECT_TRUE(absl::IsDataLoss(ParseDiagnosticNotation("29(0)").status()));
  EXPECT_TRUE(
      absl::IsDataLoss(ParseDiagnosticNotation("28([29(0)])").status()));
  EXPECT_TRUE(absl::IsResourceExhausted(
      ParseDiagnosticNotation(std::string(513, '[')).status()));
}

TEST(DiagnosticNotationTest, AStreamTakesAValue) {
  std::ostringstream out;
  out << Value::Octets("a");
  EXPECT_EQ(out.str(), "h'61'");
}

}  // namespace
}  // namespace forkrpc
