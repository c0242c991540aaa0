// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/value_codec.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "forkrpc/serialiser/diagnostic_notation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

using ::testing::HasSubstr;

std::string Argument(const std::string& word) {
  const absl::StatusOr<Value> value = ParseArgument(word);
  return value.ok() ? NotationText(*value)
                    : "error: " + std::string(value.status().message());
}

TEST(ValueCodecTest, AWordOfTheNotationIsThatValue) {
  for (const char* word :
       {"5", "-5", "5.0", "null", "true", "NaN", "[1, {\"a\": h'ff'}]", "\"5\"",
        "25(1)", "[28([1]), 29(0)]", "undefined"}) {
    EXPECT_EQ(Argument(word), word);
  }
  EXPECT_EQ(Argument("'a'"), "h'61'");
}

TEST(ValueCodecTest, AnotherWordIsAPlainString) {
  EXPECT_EQ(Argument("add"), "\"add\"");
  EXPECT_EQ(Argument(""), "\"\"");
  EXPECT_EQ(Argument("/tmp/a b"), "\"/tmp/a b\"");
  EXPECT_EQ(Argument("nulls"), "\"nulls\"");
  EXPECT_EQ(Argument("hello"), "\"hello\"");
  EXPECT_EQ(Argument("a\xff"), "h'61ff'");
}

TEST(ValueCodecTest, WhatBeginsAsNotationMustBeSome) {
  EXPECT_THAT(Argument("[1"), HasSubstr("error: '[1' is no value: notation"));
  EXPECT_THAT(Argument("[1"), HasSubstr("octet 2"));
  EXPECT_THAT(Argument("[1"), HasSubstr("; as a string it is written \"[1\""));
  for (const char* word : {"3rd", "-", "{", "\"", "'", "h'0", "1e400",
                           "18446744073709551616", "5 6", "28(1"}) {
    EXPECT_THAT(Argument(word), HasSubstr("error: ")) << word;
  }
  EXPECT_EQ(Argument("\"[1\""), "\"[1\"");
}

TEST(ValueCodecTest, ALineIsAList) {
  const auto list = ParseArgumentList("[28([1]), 29(0)]");
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ((*list)[0].identity(), (*list)[1].identity());
  EXPECT_TRUE(absl::IsInvalidArgument(ParseArgumentList("5").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ParseArgumentList("add").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ParseArgumentList("[5").status()));
}

TEST(ValueCodecTest, EachSerialiserThereAndBack) {
  const std::vector<Value> values = {
      Value::Octets("add"), Value::Integer(3),
      Value::Map({{Value::Text("k"), Value::Null()}})};
  for (const Serialiser serialiser :
       {Serialiser::kCbor, Serialiser::kJson, Serialiser::kStorable,
        Serialiser::kNetworkStorable}) {
    SCOPED_TRACE(std::string(NameOf(serialiser)));
    if (!CheckLinked(serialiser).ok()) continue;  // a build without
    std::string payload;
    ASSERT_TRUE(EncodeValues(serialiser, values, &payload).ok());
    std::vector<Value> again = {Value::Null()};
    ASSERT_TRUE(DecodeValues(serialiser, payload, &again).ok());
    EXPECT_EQ(NotationText(Value::List(again)),
              serialiser == Serialiser::kJson
                  ? "[\"add\", 3, {\"k\": null}]"
                  : "[h'616464', 3, {\"k\": null}]");
    EXPECT_FALSE(DecodeValues(serialiser, "\x01\x02", &again).ok());
  }
}

TEST(ValueCodecTest, StringsAreNoValues) {
  std::string payload;
  std::vector<Value> values;
  EXPECT_TRUE(
      absl::IsInternal(EncodeValues(Serialiser::kRaw, values, &payload)));
  EXPECT_TRUE(absl::IsInternal(DecodeValues(Serialiser::kRaw, "", &values)));
}

TEST(ValueCodecTest, NotationMovesNoCursor) {
  EXPECT_EQ(NotationText(Value::Text("\xc2\x9b\x1b[2J\xe2\x80\xae\xc3\xa9")),
            "\"\\u009b\\u001b[2J\\u202e\xc3\xa9\"");
}

}  // namespace
}  // namespace forkrpc::cli
