// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/wire/text_hint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace forkrpc::conformance {
namespace {

using ::testing::HasSubstr;

TEST(TextHintTest, TextIsShownAsFarAsItGoes) {
  EXPECT_EQ(TextHint("debug: 1\n"),
            "; these octets are the text \"debug: 1\\n\": does the program "
            "print to the wire?");
  EXPECT_THAT(TextHint(std::string("hello\n\0\0", 8)),
              HasSubstr("the text \"hello\\n\":"));
  EXPECT_THAT(TextHint(std::string(500, 'x')),
              HasSubstr(std::string(60, 'x') + "...\""));
}

TEST(TextHintTest, AHeaderIsNone) {
  EXPECT_EQ(TextHint(""), "");
  EXPECT_EQ(TextHint("bye"), "");
  EXPECT_EQ(TextHint(std::string("\0\0\0\1\0\0\0\2hi", 10)), "");
  EXPECT_EQ(TextHint("\x80\x81\x82\x83"), "");
}

TEST(TextHintTest, TheRestOfAPayloadThatCountsIsNone) {
  EXPECT_EQ(TextHint(" !\"#$%&'()*+"), "");
  EXPECT_EQ(TextHint("2345"), "");
  EXPECT_NE(TextHint("2346"), "");
}

}  // namespace
}  // namespace forkrpc::conformance
