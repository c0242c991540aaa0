// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a hostile payload of CBOR costs: memory in proportion to its octets, and
// time too.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "forkrpc/serialiser/cbor.h"
#include "forkrpc/serialiser/growth_check.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

std::string Hex(const char* hex) { return absl::HexStringToBytes(hex); }

// What stands before, what is repeated, what stands behind.
const std::vector<GrowingPayload>& Payloads() {
  static const auto* const payloads = new std::vector<GrowingPayload>{
      {"numbers", Hex("9f"), Hex("00"), Hex("ff")},
      {"numbers without end", Hex("9f"), Hex("00"), ""},
      {"empty lists", Hex("9f"), Hex("80"), Hex("ff")},
      {"lists of one", Hex("9f"), Hex("8100"), Hex("ff")},
      {"maps of one", Hex("9f"), Hex("a10000"), Hex("ff")},
      {"one map", Hex("bf"), Hex("4000"), Hex("ff")},
      {"strings of one", Hex("9f"), Hex("4161"), Hex("ff")},
      {"text", Hex("9f"), Hex("6161"), Hex("ff")},
      {"text that is not UTF-8", Hex("9f"), Hex("62c3a9"), Hex("61ffff")},
      {"tags", Hex("9f"), Hex("c100"), Hex("ff")},
      {"shared", Hex("9f"), Hex("d81c00"), Hex("ff")},
      {"shared and referred to", Hex("9fd81c00"), Hex("d81d00"), Hex("ff")},
      {"numbered strings", Hex("d901009f"), Hex("4b3132333435363738393031"),
       Hex("ff")},
      {"references to a string", Hex("d901009f43616263"), Hex("d81900"),
       Hex("ff")},
      {"spaces for strings", Hex("9f"), Hex("d90100436162639f"), ""},
      {"spaces beside each other", Hex("9f"), Hex("d9010043616263"), Hex("ff")},
      {"parts of a string", Hex("815f"), Hex("4161"), Hex("ff")},
      {"empty parts of a string", Hex("815f"), Hex("40"), Hex("ff")},
      {"strings in one part", Hex("9f"), Hex("5f4161ff"), Hex("ff")},
      {"lists in one another", "", Hex("81"), Hex("00")},
      {"open lists in one another", "", Hex("9f"), ""},
      {"tags in one another", "", Hex("c1"), Hex("00")},
      {"shared in one another", "", Hex("d81c"), Hex("00")},
      {"this is CBOR", "", Hex("d9d9f7"), Hex("00")},
      {"a list that is not there", Hex("9a7fffffff"), Hex("00"), ""},
      {"a string that is not there", Hex("5a7fffffff"), Hex("00"), ""},
  };
  return *payloads;
}

void Decode(const std::string& payload) {
  std::vector<Value> items;
  CborSerialiser().Decode(payload, &items).IgnoreError();
}

TEST(CborGrowthTest, MemoryIsInProportion) { CheckMemory(Payloads(), Decode); }

TEST(CborGrowthTest, TimeIsLinear) { CheckTime(Payloads(), Decode); }

// Without 1000 of tag 28 the value would be 2^1000 lists.
TEST(CborGrowthTest, WhatIsSharedManyTimesIsSmall) {
  std::string payload = "\x9f";
  payload += Hex("d81c8100");
  for (int i = 0; i < 200; ++i) {
    payload += Hex("d81c82d81d18");
    payload += static_cast<char>(i < 24 ? 24 : i);
    payload += Hex("d81d18");
    payload += static_cast<char>(i < 24 ? 24 : i);
  }
  CheckMemory({{"shared", payload, "", "\xff"}}, Decode);
  const Value a = Value::Shared(Value::Null());
  Value value = a;
  for (int i = 0; i < 200; ++i)
    value = Value::Shared(Value::List({value, value}));
  std::string encoded;
  ASSERT_TRUE(EncodeCbor(value, &encoded).ok());
  EXPECT_LT(encoded.size(), 3000u);
  const absl::StatusOr<Value> again = DecodeCbor(encoded);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(*again == value);
}

}  // namespace
}  // namespace forkrpc
