// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cases/splits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace forkrpc::conformance {
namespace {

using ::testing::ElementsAre;

std::vector<size_t> Lengths(Splits splits, size_t octets) {
  const std::string all(octets, 'x');
  std::vector<size_t> lengths;
  for (const absl::string_view piece : splits.Cut(all)) {
    lengths.push_back(piece.size());
  }
  return lengths;
}

// Worked out once by another program (Python) from the header's words: a seed
// in an old report must mean the same for ever.
TEST(SplitsTest, AreTheSameOnEveryMachine) {
  EXPECT_THAT(Lengths(Splits(1, "child/echo:sync:random-splits-1"), 40),
              ElementsAre(40));
  EXPECT_THAT(Lengths(Splits(Splits::kDefaultSeed, ""), 3000),
              ElementsAre(3, 7, 1980, 40, 2, 1, 1, 2, 1, 42, 1, 1, 1, 1, 7, 7,
                          2, 1, 1, 34, 2, 341, 402, 2, 2, 3, 6, 1, 2, 104));
}

TEST(SplitsTest, PiecesMakeUpTheOctets) {
  std::string octets;
  for (int i = 0; i < 100000; ++i) octets += static_cast<char>(i % 251);
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Splits splits(seed, "x");
    for (const size_t size : {0, 1, 9, 4096, 100000}) {
      const std::string sent = octets.substr(0, size);
      const std::vector<absl::string_view> pieces = splits.Cut(sent);
      EXPECT_EQ(absl::StrJoin(pieces, ""), sent);
      EXPECT_LE(pieces.size(), 64u);
      for (const absl::string_view piece : pieces) EXPECT_FALSE(piece.empty());
    }
  }
}

// Otherwise every run of a case would try the same cuts.
TEST(SplitsTest, DependOnSeedAndRunAndStep) {
  const std::vector<size_t> one = Lengths(Splits(1, "a"), 3000);
  EXPECT_NE(one, Lengths(Splits(2, "a"), 3000));
  EXPECT_NE(one, Lengths(Splits(1, "b"), 3000));
  Splits splits(1, "a");
  splits.Cut("something");
  EXPECT_NE(one, Lengths(splits, 3000));
}

// A header of 4 or 8 octets is cut at each of its places within a few runs.
TEST(SplitsTest, EveryPlaceOfAHeaderIsCut) {
  for (size_t place = 1; place < 8; ++place) {
    int cut = 0;
    for (int run = 0; run < 100; ++run) {
      const std::vector<size_t> lengths =
          Lengths(Splits(Splits::kDefaultSeed, absl::StrCat(run)), 20);
      size_t at = 0;
      for (const size_t length : lengths) cut += (at += length) == place;
    }
    EXPECT_GE(cut, 6) << place;
  }
}

}  // namespace
}  // namespace forkrpc::conformance
