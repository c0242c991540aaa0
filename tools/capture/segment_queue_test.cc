// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/segment_queue.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace forkrpc::capture {
namespace {

// Octets as they are, a gap as "[3 at 5]", or "[3 cut at 5]", the end as ".".
class Log : public DirectionListener {
 public:
  absl::Status OnOctets(absl::string_view octets) override {
    EXPECT_FALSE(octets.empty());
    absl::StrAppend(&text_, octets);
    return error_;
  }
  absl::Status OnGap(uint64_t offset, uint64_t length, Missing why) override {
    absl::StrAppend(&text_, "[", length, why == Missing::kCut ? " cut" : "",
                    " at ", offset, "]");
    return error_;
  }
  absl::Status OnHalfClose() override {
    text_ += '.';
    return error_;
  }

  std::string text_;
  absl::Status error_;
};

class SegmentQueueTest : public ::testing::Test {
 protected:
  // `length` 0 is that of the octets.
  void Add(int64_t offset, absl::string_view octets, uint64_t length = 0) {
    EXPECT_TRUE(
        queue_.Add(offset, octets, length == 0 ? octets.size() : length, &log_)
            .ok());
  }
  void AddEnd(int64_t offset) {
    EXPECT_TRUE(queue_.AddEnd(offset, &log_).ok());
  }
  std::string Finish() {
    EXPECT_TRUE(queue_.Finish(&log_).ok());
    return log_.text_;
  }

  Log log_;
  SegmentQueue queue_;
};

TEST_F(SegmentQueueTest, InOrder) {
  Add(0, "abc");
  EXPECT_EQ(log_.text_, "abc");
  Add(3, "d");
  AddEnd(4);
  EXPECT_EQ(log_.text_, "abcd.");
  EXPECT_EQ(Finish(), "abcd.");
}

TEST_F(SegmentQueueTest, OutOfOrderAndAgain) {
  Add(3, "de");
  Add(3, "d");
  AddEnd(6);
  Add(5, "f");
  EXPECT_EQ(log_.text_, "");
  Add(1, "bc");
  Add(0, "a");
  EXPECT_EQ(log_.text_, "abcdef.");
  Add(0, "abcdef");
  AddEnd(6);
  AddEnd(7);
  EXPECT_EQ(Finish(), "abcdef.");
}

TEST_F(SegmentQueueTest, OverlappingAndBeforeTheBeginning) {
  Add(-2, "xx");
  Add(-1, "xa");
  Add(-1, "x", 1);
  Add(4, "ef");
  Add(2, "cdefg");
  Add(0, "abc");
  EXPECT_EQ(Finish(), "abcdefg");
}

TEST_F(SegmentQueueTest, ALongerOneInThePlaceOfOneThatWaits) {
  Add(1, "b");
  Add(1, "bcd");
  Add(1, "bc");
  Add(0, "a");
  EXPECT_EQ(Finish(), "abcd");
}

TEST_F(SegmentQueueTest, GapsAreNamedAtTheEnd) {
  Add(2, "c");
  Add(5, "fg");
  AddEnd(9);
  EXPECT_EQ(log_.text_, "");
  EXPECT_EQ(Finish(), "[2 at 0]c[2 at 3]fg[2 at 7].");
  EXPECT_EQ(queue_.next(), 9u);
}

TEST_F(SegmentQueueTest, SegmentsThatWereCut) {
  Add(0, "ab", 4);
  Add(6, "g", 3);
  Add(4, "ef");
  EXPECT_EQ(Finish(), "ab[2 cut at 2]efg[2 cut at 7]");
}

TEST_F(SegmentQueueTest, WhatOverlapsACutSegment) {
  Add(1, "b", 4);
  Add(0, "abc");
  EXPECT_EQ(log_.text_, "abc[2 cut at 3]");
  Add(5, "", 3);
  EXPECT_EQ(Finish(), "abc[2 cut at 3][3 cut at 5]");
}

TEST_F(SegmentQueueTest, WhatWaitsHasALimit) {
  const std::string octets(size_t{1} << 20, 'x');
  int64_t offset = 1;
  for (int i = 0; i < 15; ++i) {
    Add(offset, octets);
    offset += static_cast<int64_t>(octets.size());
  }
  EXPECT_EQ(log_.text_, "");
  Add(offset, octets);
  EXPECT_EQ(log_.text_.substr(0, 9), "[1 at 0]x");
  EXPECT_EQ(log_.text_.size(), 8 + 16 * octets.size());
  // Segments without octets count, too.
  log_.text_.clear();
  offset = 1000 + static_cast<int64_t>(queue_.next());
  for (size_t i = 0; i < SegmentQueue::kMostWaiting / 128 + 1; ++i) {
    Add(offset, "", 1);
    offset += 2;
  }
  EXPECT_EQ(log_.text_, "[1000 at 16777217][1 cut at 16778217]");
}

TEST_F(SegmentQueueTest, AnErrorOfTheListenerIsReturned) {
  log_.error_ = absl::CancelledError("enough");
  EXPECT_EQ(queue_.Add(0, "a", 1, &log_), log_.error_);
  EXPECT_EQ(queue_.Add(3, "d", 1, &log_), absl::OkStatus());
  EXPECT_EQ(queue_.Add(1, "b", 2, &log_), log_.error_);
  EXPECT_EQ(queue_.Finish(&log_), log_.error_);
  EXPECT_EQ(log_.text_, "ab[1 at 2]");
}

// Every order of five segments, two of which overlap others.
TEST_F(SegmentQueueTest, EveryOrder) {
  const std::string octets = "abcdefgh";
  std::vector<std::pair<size_t, size_t>> segments = {
      {0, 2}, {1, 4}, {2, 5}, {5, 6}, {6, 8}};
  do {
    SegmentQueue queue;
    Log log;
    for (const auto& [from, to] : segments) {
      ASSERT_TRUE(queue
                      .Add(static_cast<int64_t>(from),
                           octets.substr(from, to - from), to - from, &log)
                      .ok());
    }
    ASSERT_EQ(log.text_, octets);
  } while (std::next_permutation(segments.begin(), segments.end()));
}

}  // namespace
}  // namespace forkrpc::capture
