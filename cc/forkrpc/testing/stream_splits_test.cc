// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/stream_splits.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

std::vector<std::string> Splits(const std::string& stream, int random) {
  std::vector<std::string> all;
  ForEachSplit(
      stream,
      [&](absl::Span<const absl::string_view> pieces) {
        EXPECT_EQ(absl::StrJoin(pieces, ""), stream);
        for (absl::string_view piece : pieces) EXPECT_FALSE(piece.empty());
        all.push_back(absl::StrJoin(pieces, "|"));
      },
      random);
  return all;
}

TEST(StreamSplitsTest, SmallStreamIsCutInEveryWay) {
  const std::vector<std::string> all = Splits("abcd", 0);
  const std::set<std::string> expected = {"abcd",   "a|b|c|d", "a|bcd",
                                          "ab|cd",  "abc|d",   "a|b|cd",
                                          "a|bc|d", "ab|c|d"};
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()), expected);
}

TEST(StreamSplitsTest, EmptyStreamIsVisitedOnce) {
  EXPECT_EQ(Splits("", 10), std::vector<std::string>{""});
}

TEST(StreamSplitsTest, LongStreamIsSampledAndRepeatable) {
  const std::string stream(100000, 'x');
  const std::vector<std::string> once = Splits(stream, 4);
  EXPECT_EQ(once, Splits(stream, 4));
  EXPECT_GT(once.size(), 200);
  EXPECT_LT(once.size(), 1000);
}

}  // namespace
}  // namespace forkrpc
