// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cases/payload.h"

#include <gtest/gtest.h>

#include <string>

#include "google/protobuf/text_format.h"

namespace forkrpc::conformance {
namespace {

Event Parse(const std::string& text) {
  Event event;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &event));
  return event;
}

TEST(PayloadTest, JoinsParts) {
  const Event event = Parse(
      R"(payload { octets: "a\000" } payload { hex: "ff 01" }
         payload { repeat { octets: "xy" count: 3 } }
         payload { pattern { count: 3 modulo: 2 } } payload { index: true })");
  const std::string want("a\0\xff\x01xyxyxy\0\1\0\0\0\1\2", 17);
  EXPECT_EQ(MakePayload(event.payload(), 258), want);
  EXPECT_EQ(PayloadSize(event.payload()), want.size());
  EXPECT_TRUE(CheckParts(event.payload()).ok());
}

TEST(PayloadTest, PatternIsTheContracts) {
  const std::string octets =
      MakePayload(Parse("payload { pattern { count: 252 } }").payload(), 0);
  EXPECT_EQ(octets[250], '\xfa');
  EXPECT_EQ(octets[251], '\0');
}

TEST(PayloadTest, RefusesWhatItCannotMake) {
  for (const char* wrong :
       {"payload {}", "payload { hex: \"0\" }",
        "payload { pattern { count: 1 modulo: 257 } }",
        "payload { pattern { count: 67108865 } }",
        "payload { repeat { octets: \"xx\" count: 9223372036854775808 } }"}) {
    EXPECT_FALSE(CheckParts(Parse(wrong).payload()).ok()) << wrong;
  }
}

TEST(PayloadTest, TagsOfCopies) {
  EXPECT_EQ(TagOf("a", 0, 0), "a");
  EXPECT_EQ(TagOf("a", 1, 0), "a0");
  EXPECT_EQ(Copies(0), 1u);
  EXPECT_EQ(Copies(7), 7u);
}

}  // namespace
}  // namespace forkrpc::conformance
