// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/base/legible.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace forkrpc::conformance {
namespace {

using ::testing::HasSubstr;

TEST(LegibleTest, TextStaysAsItIs) {
  EXPECT_EQ(Legible("a\tb\n\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9b"),
            "a\tb\n\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9b");
}

TEST(LegibleTest, ControlOctetsAreShown) {
  EXPECT_EQ(Legible(absl::string_view("\0\x1b[1m\r\x7f\xc2\x85", 9)),
            "\\x00\\x1b[1m\\x0d\\x7f\\xc2\\x85");
  EXPECT_EQ(Legible("\xef\xbf\xbf\xef\xbf\xbd"), "\\xef\\xbf\\xbf\xef\xbf\xbd");
}

TEST(LegibleTest, WhatIsNotUtf8IsShown) {
  EXPECT_EQ(Legible("\xff"), "\\xff");
  EXPECT_EQ(Legible("\xc3"), "\\xc3");                    // cut
  EXPECT_EQ(Legible("\xc0\xaf"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(Legible("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");  // overlong
  EXPECT_EQ(Legible("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(Legible("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(Legible("\xe2\x82z"), "\\xe2\\x82z");
}

TEST(LegibleTest, ALineHasNoLineFeed) {
  EXPECT_EQ(LegibleLine("a\nb\tc\r"), "a b c\\x0d");
}

TEST(LegibleTest, AShortLineIsCutBetweenCharacters) {
  EXPECT_EQ(ShortLine("one\ntwo", 7), "one two");
  EXPECT_EQ(ShortLine("one\ntwo!", 7), "one ...");
  EXPECT_EQ(ShortLine("on\xc3\xa9\xc3\xa9\xc3\xa9", 7), "on\xc3\xa9...");
  EXPECT_EQ(ShortLine("one\xc3\xa9\xc3\xa9!", 7), "one...");
}

TEST(LegibleTest, AnExcerptKeepsWholeLinesOfBothEnds) {
  EXPECT_EQ(Excerpt("one\ntwo\n", 8), "one\ntwo\n");
  EXPECT_EQ(Excerpt("one\ntwo\nthree\nfour\nfive\n", 16),
            "one\ntwo\n... 11 octets left out ...\nfive\n");
}

TEST(LegibleTest, ALineTooLongIsCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "\xe2\x82\xac";
  const std::string excerpt = Excerpt(text, 100);
  EXPECT_LT(excerpt.size(), 150u);
  EXPECT_THAT(excerpt, HasSubstr("octets left out"));
  EXPECT_EQ(Legible(excerpt), excerpt);
}

TEST(LegibleTest, JsonCannotCloseAScript) {
  EXPECT_EQ(JsonString("</script>&\"\\\n\x01"),
            "\"\\u003c/script\\u003e\\u0026\\\"\\\\\\n\\\\x01\"");
}

TEST(LegibleTest, XmlHasNoMarkupLeft) {
  EXPECT_EQ(XmlText("<a b='\"'>&]]>\n\x01"),
            "&lt;a b=&apos;&quot;&apos;&gt;&amp;]]&gt;&#10;\\x01");
}

}  // namespace
}  // namespace forkrpc::conformance
