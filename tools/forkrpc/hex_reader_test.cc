// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/hex_reader.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forkrpc/testing/stream_splits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr Direction kDown = Direction::kDown;
constexpr Direction kUp = Direction::kUp;

// What comes out, without a trace of how it was cut, and the final status.
struct Result {
  std::vector<std::pair<Direction, std::string>> octets;
  std::string error;

  bool operator==(const Result& other) const {
    return octets == other.octets && error == other.error;
  }
};

Result ReadPieces(absl::Span<const absl::string_view> pieces) {
  Result result;
  HexReader reader(kUp, [&](Direction direction, absl::string_view octets) {
    if (result.octets.empty() || result.octets.back().first != direction) {
      result.octets.emplace_back(direction, "");
    }
    absl::StrAppend(&result.octets.back().second, octets);
    return absl::OkStatus();
  });
  absl::Status status;
  for (const absl::string_view piece : pieces) {
    status = reader.Feed(piece);
    if (!status.ok()) break;
  }
  if (status.ok()) status = reader.Finish();
  result.error = std::string(status.message());
  return result;
}

Result Read(absl::string_view text) {
  return ReadPieces(absl::MakeSpan(&text, 1));
}

TEST(HexReaderTest, PairsInManyShapes) {
  const Result result = Read("45 68\t69\n\n4a4B, 0x4c,0X4d4E\r\n");
  EXPECT_EQ(result.error, "");
  EXPECT_THAT(result.octets, ElementsAre(Pair(kUp, "EhiJKLMN")));
}

TEST(HexReaderTest, ArrowsTurnTheDirectionForTheLinesThatFollow) {
  const Result result = Read(
      "41\n"
      "    > 42 43\n"
      "      44\n"
      ">45\n"
      "    < 46\n");
  EXPECT_EQ(result.error, "");
  EXPECT_THAT(result.octets,
              ElementsAre(Pair(kUp, "A"), Pair(kDown, "BCDE"), Pair(kUp, "F")));
}

TEST(HexReaderTest, CommentsEndWithTheirLine) {
  const Result result = Read("# nothing > 41\n41 # a 42\n43#\n");
  EXPECT_EQ(result.error, "");
  EXPECT_THAT(result.octets, ElementsAre(Pair(kUp, "AC")));
}

TEST(HexReaderTest, AnyCutGivesTheSame) {
  const std::string good = "> 00 0x4142,\n< 43 # x\n44\n";
  const std::string bad = "> 00 0x41\n< 43\n4 4\n";
  for (const std::string& text : {good, bad}) {
    const Result whole = Read(text);
    ForEachSplit(text, [&](absl::Span<const absl::string_view> pieces) {
      EXPECT_EQ(ReadPieces(pieces), whole);
    });
  }
}

TEST(HexReaderTest, MistakesAreNamedWithTheirPlace) {
  EXPECT_EQ(Read("00 0g").error, "line 1, column 5: 'g' is no hex digit");
  EXPECT_EQ(Read("00\n4 5").error,
            "line 2, column 2: '4' is half an octet: digits come in pairs");
  EXPECT_EQ(Read("00\n456").error,
            "line 2, column 3: '6' is half an octet: digits come in pairs");
  EXPECT_EQ(Read("0x 41").error, "line 1, column 3: no digits behind 0x");
  EXPECT_EQ(Read("0x0x41").error, "line 1, column 4: 'x' is no hex digit");
  EXPECT_EQ(Read("4x41").error, "line 1, column 2: 'x' is no hex digit");
  EXPECT_EQ(Read("00 > 41").error, "line 1, column 4: '>' is no hex digit");
  EXPECT_EQ(Read("\x1b").error, "line 1, column 1: '\\x1b' is no hex digit");
}

TEST(HexReaderTest, WhatStandsBeforeAMistakeIsHandedOver) {
  EXPECT_THAT(Read("41 42 z 43").octets, ElementsAre(Pair(kUp, "AB")));
}

TEST(HexReaderTest, TheSinkCanEndIt) {
  int calls = 0;
  HexReader reader(kUp, [&](Direction, absl::string_view) {
    ++calls;
    return absl::DataLossError("enough");
  });
  EXPECT_EQ(reader.Feed("41").message(), "enough");
  EXPECT_EQ(reader.Feed("42").message(), "enough");
  EXPECT_EQ(reader.Finish().message(), "enough");
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace forkrpc::cli
