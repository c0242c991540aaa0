// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/stderr_lines.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/base/config.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Lines = std::vector<std::string>;

class StderrLinesTest : public testing::Test {
 protected:
  Lines Given() { return std::exchange(given_, {}); }

  Lines given_;
  StderrLines lines_{
      [this](absl::string_view line) { given_.emplace_back(line); }};
};

TEST_F(StderrLinesTest, GivesCompleteLinesAndTheRestAtTheEnd) {
  EXPECT_FALSE(lines_.due());
  lines_.Put("on");
  EXPECT_FALSE(lines_.due());
  lines_.Deliver();
  EXPECT_EQ(Given(), Lines());
  lines_.Put("e\n\ntwo\r\nthr");
  EXPECT_TRUE(lines_.due());
  lines_.Deliver();
  EXPECT_EQ(Given(), (Lines{"one", "", "two\r"}));
  EXPECT_FALSE(lines_.due());
  EXPECT_EQ(lines_.kept(), 3u);
  lines_.Put("ee");
  lines_.End();
  EXPECT_TRUE(lines_.due());
  lines_.Deliver();
  EXPECT_EQ(Given(), Lines{"three"});
  lines_.Deliver();
  EXPECT_EQ(Given(), Lines());
  EXPECT_FALSE(lines_.due());
}

TEST_F(StderrLinesTest, NothingIsLeftBehindALineFeed) {
  lines_.Put("one\n");
  lines_.End();
  lines_.Deliver();
  EXPECT_EQ(Given(), Lines{"one"});
}

// However the octets are cut in pieces, the lines are the same.
TEST_F(StderrLinesTest, ALineOfTheLimitIsWholeAndALongerOneIsInPieces) {
  const size_t limit = StderrLines::kMaxLine;
  std::string all;
  Lines expected;
  for (const size_t size : {limit - 1, limit, limit + 1, 2 * limit,
                            2 * limit + 1, size_t{0}, size_t{5}}) {
    std::string line;
    while (line.size() < size) absl::StrAppend(&line, line.size(), ",");
    line.resize(size);
    absl::StrAppend(&all, line, "\n");
    do {
      expected.push_back(line.substr(0, limit));
      line.erase(0, limit);
    } while (!line.empty());
  }
  for (const size_t piece : {size_t{1000}, limit, 3 * limit, all.size()}) {
    for (size_t at = 0; at < all.size(); at += piece) {
      lines_.Put(absl::string_view(all).substr(at, piece));
      lines_.Deliver();
      ASSERT_LE(lines_.kept(), limit);
    }
    EXPECT_TRUE(Given() == expected) << "pieces of " << piece;
  }
}

// Time that grows with the square of the octets would show here.
TEST_F(StderrLinesTest, AMillionLinesAreGivenOneByOne) {
  const std::string many(1000 * 1000, '\n');
  lines_.Put(many);
  lines_.Deliver();
  EXPECT_EQ(Given().size(), many.size());
}

TEST(StderrLinesReentrancyTest, InTheCallbackMoreMayBePut) {
  Lines given;
  StderrLines* self = nullptr;
  StderrLines lines([&](absl::string_view line) {
    given.emplace_back(line);
    if (given.size() > 3) return;
    self->Put(std::string(100000, 'x'));  // moves the buffer
    self->Put("\n");
    self->Deliver();  // not now
    EXPECT_EQ(line, given.back());
  });
  self = &lines;
  lines.Put("first\n");
  lines.Deliver();
  ASSERT_EQ(given.size(), 7u);
  EXPECT_EQ(given[0], "first");
  EXPECT_EQ(given[1] + given[2], std::string(100000, 'x'));
}

#ifdef ABSL_HAVE_EXCEPTIONS
TEST(StderrLinesExceptionTest, AnExceptionLosesNoLine) {
  Lines given;
  StderrLines lines([&](absl::string_view line) {
    given.emplace_back(line);
    if (given.size() % 2 == 1) throw std::runtime_error(given.back());
  });
  lines.Put("one\ntwo\nthree\n");
  EXPECT_THROW(lines.Deliver(), std::runtime_error);
  EXPECT_EQ(given, Lines{"one"});
  EXPECT_TRUE(lines.due());
  EXPECT_THROW(lines.Deliver(), std::runtime_error);
  EXPECT_EQ(given, (Lines{"one", "two", "three"}));
  lines.Deliver();
  EXPECT_EQ(given.size(), 3u);
  EXPECT_FALSE(lines.due());
}
#endif

}  // namespace
}  // namespace forkrpc
