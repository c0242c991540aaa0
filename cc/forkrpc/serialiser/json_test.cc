// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What is read and written, by octets. What is said of Perl is what JSON::XS
// 4.04 did.

#include "forkrpc/serialiser/json.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/serialiser/diagnostic_notation.h"
#include "forkrpc/serialiser/serialiser.h"
#include "forkrpc/serialiser/test_random_value.h"
#include "forkrpc/serialiser/value_conversion.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

static_assert(CanEncode<JsonSerialiser, std::vector<Value>>::value, "");
static_assert(CanDecode<JsonSerialiser, std::vector<Value>>::value, "");
static_assert(CanEncode<JsonSerialiser, std::vector<std::string>>::value, "");
static_assert(CanDecode<JsonSerialiser, std::vector<std::string>>::value, "");

struct Case {
  absl::string_view json;
  absl::string_view notation;
};

// The payload's value in diagnostic notation, or the error.
std::string Decoded(absl::string_view json, const JsonOptions& options = {}) {
  const absl::StatusOr<Value> value = DecodeJson(json, options);
  if (!value.ok()) return std::string(value.status().ToString());
  return DiagnosticNotation(*value);
}

std::string Encoded(const Value& value, const JsonOptions& options = {}) {
  std::string payload = "before";
  const absl::Status status = EncodeJson(value, &payload, options);
  EXPECT_EQ(payload.substr(0, 6), "before");
  if (!status.ok()) {
    EXPECT_EQ(payload, "before");
    return std::string(status.ToString());
  }
  return payload.substr(6);
}

TEST(JsonTest, WhatPerlSends) {
  const Case cases[] = {
      {"[]", "[]"},
      {"[5]", "[5]"},
      {"[\"5\"]", "[\"5\"]"},
      {"[-5]", "[-5]"},
      {"[0.1]", "[0.1]"},
      {"[1e+15]", "[1e+15]"},
      {"[1e+20]", "[1e+20]"},
      {"[-0]", "[0]"},
      {"[9223372036854775807]", "[9223372036854775807]"},
      {"[18446744073709551615]", "[18446744073709551615]"},
      {"[-9223372036854775808]", "[-9223372036854775808]"},
      {"[1.84467440737096e+19]", "[18446744073709600768.0]"},
      {"[null]", "[null]"},
      {"[true,false]", "[true, false]"},
      {"[\"\xc3\xa9\"]", "[\"\xc3\xa9\"]"},
      {"[\"\\u0001\\u0016\xc5\x8d\"]", "[\"\\u0001\\u0016\xc5\x8d\"]"},
      {"[\"a\\u0000b\"]", "[\"a\\u0000b\"]"},
      {"[{\"a\":1}]", "[{\"a\": 1}]"},
      {"[[1],[1]]", "[[1], [1]]"},
      {"[9.00719925474099e+15]", "[9007199254740990.0]"},
  };
  for (const Case& c : cases) EXPECT_EQ(Decoded(c.json), c.notation) << c.json;
}

TEST(JsonTest, WhatOthersMaySend) {
  const Case cases[] = {
      {" [ 1 , 2 ] \n", "[1, 2]"},
      {"[1.0,-0.0,1e2]", "[1.0, -0.0, 100.0]"},
      {"[1e-400]", "[0.0]"},
      {"[\"\\ud83d\\ude00\"]", "[\"\xf0\x9f\x98\x80\"]"},
      {"[\"\\/\\u0041\"]", "[\"/A\"]"},
      {"{\"a\":1,\"a\":2}", "{\"a\": 1, \"a\": 2}"},
      {"5", "5"},
      {"null", "null"},
      {"\xEF\xBB\xBF[1]", "[1]"},
      // Integers beyond 64 bits are strings to Perl.
      {"[18446744073709551616]", "[\"18446744073709551616\"]"},
      {"[-9223372036854775809]", "[\"-9223372036854775809\"]"},
      {"[123456789012345678901234567890]",
       "[\"123456789012345678901234567890\"]"},
  };
  for (const Case& c : cases) EXPECT_EQ(Decoded(c.json), c.notation) << c.json;
}

TEST(JsonTest, NumbersThatJsonHasNot) {
  const Case cases[] = {
      {"[inf]", "the number inf, which JSON has not, at octet 1 of 5"},
      {"[-inf]", "the number -inf, which JSON has not, at octet 1 of 6"},
      {"[1,-nan]", "the number -nan, which JSON has not, at octet 3 of 8"},
      {"[nan]", "the number nan, which JSON has not, at octet 1 of 5"},
      {"[NaN]", "the number NaN, which JSON has not, at octet 1 of 5"},
      {"[Inf]", "the number Inf, which JSON has not, at octet 1 of 5"},
      {"[-Infinity]", "the number -Infinity, which JSON has not, at octet 1"},
      {"[1e400]",
       "a number beyond the limit of 1.7976931348623157e+308, "
       "1e400, at octet 1 of 7"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Decoded(c.json).substr(0, c.notation.size() + 17),
              absl::StrCat("DATA_LOSS: json: ", c.notation))
        << c.json;
  }
}

TEST(JsonTest, WhatIsMalformedIsNamedWithItsOctet) {
  const Case cases[] = {
      {"", "there is no value, at octet 0 of 0"},
      {"  ", "the end inside a value, at octet 2 of 2"},
      {"[1", "the end inside a value, at octet 2 of 2"},
      {"[\"a", "the end inside a value, at octet 3 of 3"},
      {"[1,]", "found ']', at octet 3 of 4"},
      {"[1]x", "found 'x', at octet 3 of 4"},
      {"[1][2]", "found '[', at octet 3 of 6"},
      {{"[1]\0", 4}, "the octet 0x00, at octet 3 of 4"},
      {{"[\"a\0b\"]", 7}, "the octet 0x00, at octet 3 of 7"},
      {"[01]", "found '1', at octet 2 of 4"},
      {"[1.]", "found ']', at octet 3 of 4"},
      {"[.5]", "found '.', at octet 1 of 4"},
      {"[+1]", "found '+', at octet 1 of 4"},
      {"['a']", "found '\\'', at octet 1 of 5"},
      {"{a:1}", "found 'a', at octet 1 of 5"},
      {"{\"a\":1", "the end inside a value, at octet 6 of 6"},
      {"[1]//x", "found '/', at octet 3 of 6"},
      {"[\"a\nb\"]", "found '\\n', at octet 3 of 7"},
      {"[\"\\x41\"]", "found 'x', at octet 3 of 8"},
      {"[\"\\ud800\"]", ", at octet 8 of 10"},
      {"[\"\\ude00\"]", ", at octet 7 of 10"},
      {"[\"\xff\"]", "found '\\xff', at octet 2 of 5"},
      {"[\"\xed\xa0\x80\"]", "found '\\xa0', at octet 3 of 7"},
      {"[\"\xc0\x80\"]", "found '\\xc0', at octet 2 of 6"},
      {"[\"\\inf\"]", "found 'i', at octet 3 of 8"},
      {"[tru]", "found ']', at octet 4 of 5"},
      {"(x)[1]", "found '(', at octet 0 of 6"},
  };
  for (const Case& c : cases) {
    const std::string error = Decoded(c.json);
    EXPECT_TRUE(absl::StartsWith(error, "DATA_LOSS: json: ")) << error;
    EXPECT_TRUE(absl::EndsWith(error, c.notation)) << c.json << ": " << error;
  }
}

TEST(JsonTest, Encodes) {
  const std::pair<Value, absl::string_view> cases[] = {
      {Value::Null(), "null"},
      {Value::Undefined(), "null"},
      {Value::Boolean(true), "true"},
      {Value::Boolean(false), "false"},
      {Value::Integer(INT64_MIN), "-9223372036854775808"},
      {Value::Unsigned(UINT64_MAX), "18446744073709551615"},
      {Value::Double(5), "5.0"},
      {Value::Double(-0.0), "-0.0"},
      {Value::Double(0.1), "0.1"},
      {Value::Double(18446744073709551616.0), "18446744073709551616.0"},
      {Value::Double(1e300), "1e+300"},
      {Value::Octets("\x80\xff/\x7f"), "\"\xc2\x80\xc3\xbf/\x7f\""},
      {Value::Text("\xc3\xa9\"\\\n\r\t\b"),
       "\"\xc3\xa9\\\"\\\\\\n\\r\\t\\u0008\""},
      {Value::Octets({"a\0b", 3}), "\"a\\u0000b\""},
      {Value::List({}), "[]"},
      {Value::Map({}), "{}"},
      {Value::List({Value::List({}), Value::Map({}), Value::Null()}),
       "[[],{},null]"},
      {Value::Map({{Value::Octets("\xe9"), Value::Integer(1)},
                   {Value::Integer(-5), Value::List({Value::Null()})},
                   {Value::Double(1.5), Value::Map({})},
                   {Value::Boolean(true), Value::Text("")}}),
       "{\"\xc3\xa9\":1,\"-5\":[null],\"1.5\":{},\"1\":\"\"}"},
  };
  for (const auto& c : cases) EXPECT_EQ(Encoded(c.first), c.second);
}

TEST(JsonTest, WhatIsSharedIsWrittenEachTime) {
  const Value one = Value::Shared(Value::List({Value::Integer(1)}));
  EXPECT_EQ(Encoded(Value::List({one, one})), "[[1],[1]]");
  EXPECT_EQ(Encoded(Value::Map({{Value::Shared(Value::Text("k")), one}})),
            "{\"k\":[1]}");
  // 2^60 values, or 2^30 of 2^30 octets.
  Value many = Value::Shared(Value::Text("x"));
  for (int i = 0; i < 60; ++i) many = Value::Shared(Value::List({many, many}));
  EXPECT_TRUE(absl::StrContains(Encoded(many),
                                "RESOURCE_EXHAUSTED: json: more values than "
                                "the limit of 1000000"));
  const Value large = Value::Shared(Value::Text(std::string(1 << 20, 'x')));
  JsonOptions options;
  options.limits.max_octets = 10 << 20;
  EXPECT_TRUE(absl::StrContains(
      Encoded(Value::List(std::vector<Value>(100000, large)), options),
      "more than the limit of 10485760 octets"));
}

TEST(JsonTest, WhatJsonCannotHave) {
  const std::pair<Value, absl::string_view> cases[] = {
      {Value::Double(std::nan("")), "the number NaN, which JSON has not"},
      {Value::Double(std::numeric_limits<double>::infinity()),
       "the number Inf, which JSON has not"},
      {Value::Tagged(22098, Value::Null()),
       "a value with tag 22098, which JSON cannot have"},
      {Value::Text("\xff"), "text that is not UTF-8"},
      {Value::Map({{Value::List({}), Value::Null()}}), "a key that is a list"},
      {Value::Map({{Value::Null(), Value::Null()}}), "a key that is null"},
  };
  for (const auto& c : cases) {
    EXPECT_TRUE(absl::StrContains(
        Encoded(Value::List({c.first})),
        absl::StrCat("INVALID_ARGUMENT: json: ", c.second, ", at octet ")))
        << c.first;
  }
}

TEST(JsonTest, LimitsHoldInBothDirections) {
  JsonOptions options;
  options.limits.max_depth = 2;
  options.limits.max_values = 4;
  options.limits.max_octets = 12;
  EXPECT_EQ(Decoded("[[1]]", options), "[[1]]");
  EXPECT_EQ(Decoded("[[[1]]]", options),
            "RESOURCE_EXHAUSTED: json: more lists and maps in one another than "
            "the limit of 2, at octet 2 of 7");
  EXPECT_EQ(Decoded("[[{}]]", options).substr(0, 18), "RESOURCE_EXHAUSTED");
  EXPECT_EQ(Decoded("[1,2,3,\"4\"]", options),
            "RESOURCE_EXHAUSTED: json: more values than the limit of 4, at "
            "octet 9 of 11");
  EXPECT_EQ(Decoded("[          ] ", options),
            "RESOURCE_EXHAUSTED: json: the limit is 12 octets, at octet 0 of "
            "13");
  const Value one = Value::List({Value::Integer(1)});
  EXPECT_EQ(Encoded(Value::List({one}), options), "[[1]]");
  EXPECT_TRUE(absl::StrContains(
      Encoded(Value::List({Value::List({one})}), options),
      "more lists and maps in one another than the limit of 2"));
  EXPECT_TRUE(absl::StrContains(Encoded(Value::List({one, one}), options),
                                "more values than the limit of 4"));
  EXPECT_EQ(Encoded(Value::Text("1234567890"), options), "\"1234567890\"");
  EXPECT_TRUE(absl::StrContains(Encoded(Value::Text("12345678901"), options),
                                "more than the limit of 12 octets"));
}

TEST(JsonTest, DepthIsPerls) {
  for (const size_t depth : {511u, 512u, 513u}) {
    const std::string json = std::string(depth, '[') + std::string(depth, ']');
    EXPECT_EQ(Decoded(json) == json, depth <= 512);
    Value value = Value::List({});
    for (size_t i = 1; i < depth; ++i) value = Value::List({value});
    EXPECT_EQ(Encoded(value) == json, depth <= 512);
  }
}

TEST(JsonTest, OctetsComeBackAsText) {
  std::string octets;
  for (int i = 0; i < 256; ++i) octets.push_back(static_cast<char>(i));
  const JsonSerialiser serialiser;
  std::string payload;
  ASSERT_TRUE(serialiser.Encode({octets, "b"}, &payload).ok());
  std::vector<Value> items;
  ASSERT_TRUE(serialiser.Decode(payload, &items).ok());
  EXPECT_EQ(ToOctets(items[0]).value(), octets);
}

TEST(JsonTest, ListsOfStrings) {
  const JsonSerialiser serialiser;
  std::string payload;
  const std::vector<std::string> sent = {"ab", ""};
  ASSERT_TRUE(serialiser.Encode(sent, &payload).ok());
  EXPECT_EQ(payload, "[\"ab\",\"\"]");
  std::vector<std::string> strings = {"what was there"};
  ASSERT_TRUE(serialiser.Decode("[\"ab\",5,1.5,true]", &strings).ok());
  EXPECT_EQ(strings, (std::vector<std::string>{"ab", "5", "1.5", "1"}));
  EXPECT_EQ(serialiser.Decode("[[]]", &strings),
            absl::InvalidArgumentError("json: item 0 of the list: the value is "
                                       "a list: it is no string"));
  EXPECT_TRUE(strings.empty());
}

TEST(JsonTest, APayloadThatIsNoList) {
  const JsonSerialiser serialiser;
  std::vector<Value> items = {Value::Null()};
  for (const char* json : {"5", "{}", "null", "\"a\"", ""}) {
    EXPECT_TRUE(absl::IsDataLoss(serialiser.Decode(json, &items))) << json;
    EXPECT_TRUE(items.empty());
  }
}

TEST(JsonPropertyTest, DecodingIsTheInverseOfEncoding) {
  RandomValue random(RandomValue::Kinds::kJson, 14);
  for (int i = 0; i < 3000; ++i) {
    const Value value = random.Make(static_cast<int>(random.Below(6)));
    std::string payload;
    ASSERT_TRUE(EncodeJson(value, &payload).ok()) << value;
    const absl::StatusOr<Value> again = DecodeJson(payload);
    ASSERT_TRUE(again.ok()) << again.status() << " of " << payload;
    ASSERT_EQ(*again, value) << payload;
  }
}

TEST(JsonPropertyTest, DamageIsAnErrorOrAnotherValue) {
  RandomValue random(RandomValue::Kinds::kJson, 15);
  for (int i = 0; i < 60; ++i) {
    std::string payload;
    ASSERT_TRUE(EncodeJson(Value::List({random.Make(3)}), &payload).ok());
    for (size_t at = 0; at < payload.size(); ++at) {
      ASSERT_TRUE(absl::IsDataLoss(
          DecodeJson(absl::string_view(payload).substr(0, at)).status()));
      std::string damaged = payload;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << random.Below(8)));
      const absl::StatusOr<Value> value = DecodeJson(damaged);
      if (value.ok()) continue;
      ASSERT_TRUE(absl::IsDataLoss(value.status())) << value.status();
      ASSERT_TRUE(absl::StrContains(value.status().message(), " at octet "));
    }
  }
}

// The place of an item that the builder refuses, behind one of each kind.
TEST(JsonTest, TheOffsetIsFoundBehindEachKind) {
  JsonOptions options;
  options.limits.max_values = 12;
  const std::string before = R"([null,true,-1,1,1.5,"a",[],{"k":2},3)";
  std::vector<Value> items;
  const absl::Status status =
      JsonSerialiser(options).Decode(before + ",4,5,6]", &items);
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), " at octet ")) << status;
  EXPECT_EQ(JsonSerialiser::name(), "json");
}

}  // namespace
}  // namespace forkrpc
