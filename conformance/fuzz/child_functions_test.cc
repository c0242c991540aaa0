// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/child_functions.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "conformance/fuzz/case_builder.h"
#include "conformance/runner/cases/payload.h"

namespace forkrpc::conformance {
namespace {

Parts Rest(const std::string& octets) {
  Parts parts;
  if (!octets.empty()) *parts.Add() = OctetsPart(octets);
  return parts;
}

// The frames as text: "event 6162" or "c1 9 6162".
std::vector<std::string> Done(const std::string& function, const Parts& rest,
                              uint32_t answer_octets = 0) {
  std::vector<std::string> done;
  for (const Owed& owed : Execute(function, rest, answer_octets, "c1", 9)) {
    const bool event = owed.item.has_event();
    const Parts& payload =
        event ? owed.item.event().payload() : owed.item.response().payload();
    done.push_back(
        absl::StrCat(event ? "event" : owed.item.response().to(), " ", owed.id,
                     " ", absl::BytesToHexString(MakePayload(payload, 0))));
  }
  return done;
}

using Frames = std::vector<std::string>;

// CONTRACT.md's table, line for line.
TEST(ExecuteTest, AnswersAsTheContractSays) {
  const Parts rest = Rest("ab");
  EXPECT_EQ(Done("", Rest("")), Frames{"c1 9 "});
  EXPECT_EQ(Done("E", rest), Frames{"c1 9 6162"});
  EXPECT_EQ(Done("V", rest), (Frames{"event 0 6162", "c1 9 "}));
  EXPECT_EQ(Done("B", rest), (Frames{"event 0 6162", "c1 9 6162"}));
  EXPECT_EQ(Done("A", rest), (Frames{"c1 9 6162", "event 0 6162"}));
  EXPECT_EQ(Done("L", rest), Frames{"c1 9 00000002"});
  EXPECT_EQ(Done("Z", Rest(std::string("\0\0\0\3", 4)), 3),
            Frames{"c1 9 000102"});
  EXPECT_EQ(Done("Z", Rest(std::string(4, '\0')), 0), Frames{"c1 9 "});
}

TEST(ExecuteTest, NoRestIsNoPayload) {
  EXPECT_EQ(Done("E", Rest("")), Frames{"c1 9 "});
  EXPECT_EQ(Done("B", Rest("")), (Frames{"event 0 ", "c1 9 "}));
  EXPECT_EQ(Done("L", Rest("")), Frames{"c1 9 00000000"});
}

TEST(ExecuteTest, ZStartsAgainBehind251) {
  const std::vector<Owed> made = Execute("Z", Rest("...."), 252, "c1", 9);
  ASSERT_EQ(made.size(), 1);
  const std::string octets = MakePayload(made[0].item.response().payload(), 0);
  ASSERT_EQ(octets.size(), 252);
  EXPECT_EQ(octets[250], static_cast<char>(250));
  EXPECT_EQ(octets[251], 0);
}

TEST(FunctionsTest, WhatTheTableDoesNotNameFails) {
  const std::string known = "EVBALZHR";
  EXPECT_FALSE(FunctionFails(""));
  for (int octet = 0; octet < 256; ++octet) {
    const std::string function(1, static_cast<char>(octet));
    EXPECT_EQ(FunctionFails(function),
              known.find(function) == std::string::npos)
        << octet;
  }
}

TEST(FunctionsTest, VAndBAndARaiseEvents) {
  for (const char* function : {"V", "B", "A"}) {
    EXPECT_TRUE(RaisesEvent(function)) << function;
  }
  for (const char* function : {"", "E", "L", "Z", "H", "R", "X"}) {
    EXPECT_FALSE(RaisesEvent(function)) << function;
  }
}

// Never less than what comes.
TEST(FunctionsTest, AnswerSizeIsABound) {
  for (const char* function : {"E", "V", "B", "A", "L", "Z"}) {
    for (const char* octets : {"", "0", "0123"}) {
      const Parts rest = Rest(octets);
      uint64_t answered = 0;
      for (const Owed& owed : Execute(function, rest, 77, "c1", 9)) {
        answered += PayloadSize(owed.item.event().payload()) +
                    PayloadSize(owed.item.response().payload());
      }
      EXPECT_LE(answered, AnswerSize(function, rest, 77)) << function << octets;
    }
  }
  EXPECT_EQ(AnswerSize("Z", {}, 0xffffffff), kMostAnswer);
}

}  // namespace
}  // namespace forkrpc::conformance
