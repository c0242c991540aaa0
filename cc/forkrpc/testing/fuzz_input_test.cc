// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/fuzz_input.h"

#include <string>

#include "gtest/gtest.h"

namespace forkrpc {
namespace {

FuzzInput Input(const std::string& octets) {
  return {reinterpret_cast<const uint8_t*>(octets.data()), octets.size()};
}

TEST(FuzzInputTest, TakesFromTheFront) {
  const std::string octets(
      "\xff\x80\x00\x00\x01"
      "abcde",
      10);
  FuzzInput input = Input(octets);
  EXPECT_EQ(input.TakeOctet(), 0xff);
  EXPECT_EQ(input.TakeNumber(), 0x80000001);
  EXPECT_EQ(input.Take(2), "ab");
  EXPECT_FALSE(input.empty());
  EXPECT_EQ(input.TakeRest(), "cde");
  EXPECT_TRUE(input.empty());
}

TEST(FuzzInputTest, ReadsZerosBehindTheEnd) {
  const std::string octets = "\x12\x34";
  FuzzInput input = Input(octets);
  EXPECT_EQ(input.TakeNumber(), 0x12340000);
  EXPECT_EQ(input.TakeOctet(), 0);
  EXPECT_EQ(input.Take(5), "");
  EXPECT_EQ(Input("ab").Take(5), "ab");
  EXPECT_TRUE(FuzzInput(nullptr, 0).empty());
}

TEST(RequireDeathTest, EndsTheProcessAndSaysWhat) {
  Require(true, "never shown");
  EXPECT_DEATH(Require(false, "the sky is up"), "broken: the sky is up");
}

TEST(HasNumberTest, WantsTheWholeNumber) {
  EXPECT_TRUE(HasNumber("at offset 12: bad", "offset ", 12));
  EXPECT_TRUE(HasNumber("at offset 0", "offset ", 0));
  EXPECT_FALSE(HasNumber("at offset 123: bad", "offset ", 12));
  EXPECT_FALSE(HasNumber("at offset 12", "octet ", 12));
  EXPECT_FALSE(HasNumber("at offset x", "offset ", 0));
}

}  // namespace
}  // namespace forkrpc
