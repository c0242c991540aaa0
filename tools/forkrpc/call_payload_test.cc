// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/call_payload.h"

#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

constexpr Serialiser kJson = Serialiser::kJson;

std::string Words(Serialiser serialiser, absl::Span<const std::string> words) {
  std::string payload;
  const absl::Status status = EncodeWords(serialiser, words, &payload);
  return status.ok() ? payload : "error: " + std::string(status.message());
}

std::string Line(Serialiser serialiser, InputFormat format,
                 const std::string& line) {
  std::string payload;
  const absl::Status status = EncodeLine(serialiser, format, line, &payload);
  return status.ok() ? payload : "error: " + std::string(status.message());
}

std::string Format(Serialiser serialiser, OutputFormat format,
                   absl::string_view payload, char separator) {
  const absl::StatusOr<std::string> text =
      FormatPayload(serialiser, format, payload, separator);
  return text.ok() ? *text : "error: " + std::string(text.status().message());
}

TEST(CallPayloadTest, WordsAreStringsOrValues) {
  EXPECT_EQ(Words(Serialiser::kStringPack, {"5", "[1]"}),
            "\x01"
            "5\x03[1]");
  EXPECT_EQ(Words(Serialiser::kRaw, {"[1"}), "[1");
  EXPECT_EQ(Words(kJson, {"add", "5", "\"5\"", "[1, null]"}),
            "[\"add\",5,\"5\",[1,null]]");
  EXPECT_EQ(Words(kJson, {}), "[]");
  EXPECT_EQ(Words(kJson, {"[1"}).substr(0, 6), "error:");
  EXPECT_EQ(Words(kJson, {"NaN"}).substr(0, 6), "error:");
}

TEST(CallPayloadTest, ALineIsWordsOrAList) {
  EXPECT_EQ(Line(kJson, InputFormat::kWords, "add 3\tx "), "[\"add\",3,\"x\"]");
  EXPECT_EQ(Line(kJson, InputFormat::kJson, "[\"a b\", 3, {}]"),
            "[\"a b\",3,{}]");
  EXPECT_EQ(Line(kJson, InputFormat::kJson, "3").substr(0, 6), "error:");
  EXPECT_EQ(Line(Serialiser::kRaw, InputFormat::kWords, "a  b"), "a  b");
  EXPECT_EQ(Line(Serialiser::kRaw, InputFormat::kJson, "[\"a\"]"), "a");
  EXPECT_EQ(Line(Serialiser::kProtobuf, InputFormat::kWords, "a b"),
            "\x0a\x01"
            "a\x0a\x01"
            "b");
  EXPECT_EQ(
      Line(Serialiser::kStringPack, InputFormat::kJson, "[3]").substr(0, 6),
      "error:");
}

TEST(CallPayloadTest, ValuesAreLinesOrAListInNotation) {
  const std::string payload = "[\"a\\n\",5,[true]]";
  EXPECT_EQ(Format(kJson, OutputFormat::kText, payload, '\n'),
            "\"a\\n\"\n5\n[true]\n");
  EXPECT_EQ(Format(kJson, OutputFormat::kText, payload, '\t'),
            "\"a\\n\"\t5\t[true]\n");
  EXPECT_EQ(Format(kJson, OutputFormat::kJson, payload, '\n'),
            "[\"a\\n\", 5, [true]]\n");
  EXPECT_EQ(Format(kJson, OutputFormat::kRaw, payload, '\n'), payload);
  EXPECT_EQ(Format(kJson, OutputFormat::kHex, "[5]", '\n'), "5b355d\n");
  EXPECT_EQ(Format(kJson, OutputFormat::kText, "[]", '\n'), "");
  EXPECT_EQ(Format(kJson, OutputFormat::kText, "[]", '\t'), "\n");
  EXPECT_EQ(Format(kJson, OutputFormat::kRaw, "[5", '\n').substr(0, 6),
            "error:");
}

TEST(CallPayloadTest, StringsStayAsTheyAre) {
  EXPECT_EQ(Format(Serialiser::kStringPack, OutputFormat::kText,
                   "\x01"
                   "5",
                   '\n'),
            "5\n");
  EXPECT_EQ(Format(Serialiser::kProtobuf, OutputFormat::kJson,
                   "\x0a\x01"
                   "5",
                   '\n'),
            "[\"5\"]\n");
}

}  // namespace
}  // namespace forkrpc::cli
