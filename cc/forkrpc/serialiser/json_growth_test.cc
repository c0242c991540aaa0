// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a hostile payload of JSON costs: memory in proportion to its octets, and
// time too.

#include <string>
#include <vector>

#include "forkrpc/serialiser/growth_check.h"
#include "forkrpc/serialiser/json.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

const std::vector<GrowingPayload>& Payloads() {
  static const auto* const payloads = new std::vector<GrowingPayload>{
      {"numbers", "[0", ",1", "]"},
      {"numbers without end", "[0", ",1", ""},
      {"empty lists", "[0", ",[]", "]"},
      {"empty strings", "[0", ",\"\"", "]"},
      {"strings of one", "[0", ",\"a\"", "]"},
      {"lists of one", "[0", ",[1]", "]"},
      {"maps of one", "[0", ",{\"\":1}", "]"},
      {"one map", "{\"\":0", ",\"\":1", "}"},
      {"one string", "[\"", "x", "\"]"},
      {"one string without end", "[\"", "x", ""},
      {"escapes", "[\"", "\\u00e9", "\"]"},
      {"one number", "[", "1", "]"},
      {"one fraction", "[1.", "1", "]"},
      {"blanks", "[", " ", "]"},
      {"lists in one another", "", "[", "]"},
      {"maps in one another", "", "{\"\":", "}"},
      {"commas", "[", ",", "]"},
      {"letters", "", "n", ""},
      {"a bad string at the end", "[\"", "x", "\xff\"]"},
  };
  return *payloads;
}

void Decode(const std::string& payload) {
  std::vector<Value> items;
  JsonSerialiser().Decode(payload, &items).IgnoreError();
}

TEST(JsonGrowthTest, MemoryIsInProportion) { CheckMemory(Payloads(), Decode); }

TEST(JsonGrowthTest, TimeIsLinear) { CheckTime(Payloads(), Decode); }

// The end of a payload that breaks the last limit is looked for again.
TEST(JsonGrowthTest, AnErrorAtTheEndTakesLinearTimeToo) {
  const DecodePayload decode = [](const std::string& payload) {
    JsonOptions options;
    options.limits.max_values = payload.size() / 2;
    EXPECT_FALSE(DecodeJson(payload, options).ok());
  };
  CheckTime({{"numbers", "[0", ",1", "]"}}, decode);
  CheckMemory({{"numbers", "[0", ",1", "]"}}, decode);
}

}  // namespace
}  // namespace forkrpc
