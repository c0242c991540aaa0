// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/json_text.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string ErrorOf(absl::string_view json) {
  return std::string(ParseJsonList(json).status().message());
}

TEST(JsonTextTest, TextIsAString) {
  EXPECT_EQ(JsonString("it's \"q\" \\ caf\xc3\xa9"),
            "\"it's \\\"q\\\" \\\\ caf\xc3\xa9\"");
  EXPECT_EQ(JsonString("a\nb"), "\"a\\nb\"");
  EXPECT_EQ(JsonString(absl::string_view("\0", 1)), "\"\\u0000\"");
}

TEST(JsonTextTest, OctetsThatAreNoTextAreHex) {
  EXPECT_EQ(JsonString("\xff\x41"), "{\"hex\":\"ff41\"}");
}

TEST(JsonTextTest, Lists) {
  EXPECT_EQ(JsonList({}), "[]");
  EXPECT_EQ(JsonList({"", "b"}), "[\"\",\"b\"]");
}

// Every octet, every list: what was printed is what is read.
TEST(JsonTextTest, WhatIsPrintedCanBeRead) {
  std::vector<std::string> strings = {"", "caf\xc3\xa9", "\xc3"};
  for (int i = 0; i < 256; ++i) strings.emplace_back(3, static_cast<char>(i));
  const std::vector<absl::string_view> views(strings.begin(), strings.end());
  const std::string json = JsonList(views);
  EXPECT_FALSE(absl::StrContains(json, '\n'));
  const auto read = ParseJsonList(json);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, strings);
}

TEST(JsonTextTest, Parses) {
  EXPECT_THAT(*ParseJsonList(" [ ] "), IsEmpty());
  EXPECT_THAT(*ParseJsonList("[\"add\", \"\\u00e9\"]"),
              ElementsAre("add", "\xc3\xa9"));
}

TEST(JsonTextTest, EachMistakeHasItsLine) {
  const std::string not_a_list =
      "not a JSON array of strings such as [\"add\", \"3\"]";
  EXPECT_EQ(ErrorOf(""), not_a_list);
  EXPECT_EQ(ErrorOf("add 3"), not_a_list);
  EXPECT_EQ(ErrorOf("\"add\""), not_a_list);
  EXPECT_EQ(ErrorOf("{\"a\":1}"), not_a_list);
  EXPECT_EQ(ErrorOf("[\"a\""), not_a_list);
  EXPECT_EQ(ErrorOf("[\"a\"] [\"b\"]"), not_a_list);
  const std::string element_2 =
      "element 2 of the JSON array is neither a string nor {\"hex\":\"ff00\"}";
  for (const char* bad :
       {"3", "null", "true", "[]", "{}", "{\"hex\":3}", "{\"hex\":\"f\"}",
        "{\"hex\":\"zz\"}", "{\"hex\":\"00\",\"x\":\"\"}"}) {
    EXPECT_EQ(ErrorOf(absl::StrCat("[\"a\",", bad, "]")), element_2) << bad;
  }
  EXPECT_THAT(ErrorOf("[\"\xff\"]"), ::testing::StartsWith("not UTF-8"));
}

// A line from anywhere must not exhaust the stack.
TEST(JsonTextTest, DeepNestingIsAnError) {
  EXPECT_NE(ErrorOf(std::string(20000, '[')), "");
}

}  // namespace
}  // namespace forkrpc::cli
