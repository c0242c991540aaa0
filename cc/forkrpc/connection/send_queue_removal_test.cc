// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What SendQueue::Remove() leaves.

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "forkrpc/connection/send_queue.h"
#include "forkrpc/testing/allocation_counter.h"
#include "forkrpc/wire/frame_encoder.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr PayloadLifetime kCopy = PayloadLifetime::kCopy;
constexpr PayloadLifetime kBorrow = PayloadLifetime::kBorrow;

std::string Frame(FrameLayout layout, uint32_t id, absl::string_view payload) {
  std::string out;
  EXPECT_TRUE(AppendFrame(layout, id, payload, &out).ok());
  return out;
}
std::string Frame(uint32_t id, absl::string_view payload) {
  return Frame(FrameLayout::kIdAndLength, id, payload);
}

std::string Drain(SendQueue* queue) {
  std::string all;
  while (!queue->empty()) {
    const std::string offered = absl::StrJoin(queue->Buffers(), "");
    if (offered.empty()) return "nothing is offered";
    all += offered;
    queue->Consume(offered.size());
  }
  return all;
}

const std::string& Large() {
  static const auto* const large = new std::string(SendQueue::kMinBorrow, 'L');
  return *large;
}

// Five frames with the ids 1 to 5, of which the third has no payload.
class SendQueueRemovalTest : public testing::Test {
 protected:
  SendQueueRemovalTest() {
    for (uint32_t id = 1; id <= 5; ++id) {
      queue_.Add(id, PayloadOf(id), kBorrow);
    }
  }

  static std::string PayloadOf(uint32_t id) {
    return id == 3 ? "" : absl::StrCat("payload ", id);
  }

  bool Remove(uint32_t id) { return queue_.Remove(id, 5); }
  static std::string Frames(std::initializer_list<uint32_t> ids) {
    std::string all;
    for (const uint32_t id : ids) all += Frame(id, PayloadOf(id));
    return all;
  }

  SendQueue queue_{FrameLayout::kIdAndLength};
};

TEST_F(SendQueueRemovalTest, FirstMiddleAndLast) {
  EXPECT_TRUE(Remove(1));
  EXPECT_EQ(queue_.size(), Frames({2, 3, 4, 5}).size());
  EXPECT_TRUE(Remove(3));
  EXPECT_TRUE(Remove(5));
  EXPECT_EQ(queue_.size(), Frames({2, 4}).size());
  EXPECT_EQ(Drain(&queue_), Frames({2, 4}));
}

TEST_F(SendQueueRemovalTest, OnlyWhatIsThere) {
  EXPECT_FALSE(Remove(6));
  EXPECT_FALSE(Remove(0));
  EXPECT_TRUE(Remove(2));
  EXPECT_FALSE(Remove(2)) << "a second time";
  EXPECT_EQ(Drain(&queue_), Frames({1, 3, 4, 5}));
  EXPECT_FALSE(Remove(4)) << "of an empty queue";
}

TEST_F(SendQueueRemovalTest, AllOfThemLeaveItEmpty) {
  for (const uint32_t id : {2, 1, 5, 4}) EXPECT_TRUE(Remove(id));
  EXPECT_EQ(queue_.size(), 8u);
  EXPECT_TRUE(Remove(3));
  EXPECT_TRUE(queue_.empty());
  EXPECT_TRUE(queue_.Buffers().empty());
  queue_.Add(6, "next", kCopy);
  EXPECT_EQ(Drain(&queue_), Frame(6, "next"));
}

TEST_F(SendQueueRemovalTest, AFrameThatHasBegunStays) {
  queue_.Consume(Frames({1}).size() + 1);
  EXPECT_FALSE(Remove(1)) << "consumed";
  EXPECT_FALSE(Remove(2)) << "its first octet is";
  EXPECT_TRUE(Remove(3));
  EXPECT_EQ(Drain(&queue_), Frames({2, 4, 5}).substr(1));
}

TEST_F(SendQueueRemovalTest, AFrameBehindAWholeOneHasNotBegun) {
  queue_.Consume(Frames({1, 2}).size());
  EXPECT_FALSE(Remove(2));
  EXPECT_TRUE(Remove(3));
  EXPECT_EQ(Drain(&queue_), Frames({4, 5}));
}

// The rest of a frame, a hole, and frames that were added later.
TEST_F(SendQueueRemovalTest, ConsumingGoesOverHoles) {
  queue_.Consume(3);
  EXPECT_TRUE(Remove(2));
  EXPECT_TRUE(Remove(4));
  queue_.Add(6, Large(), kBorrow);
  queue_.Add(7, "seven", kCopy);
  EXPECT_TRUE(queue_.Remove(6, 7));
  const std::string want = Frames({1, 3, 5}).substr(3) + Frame(7, "seven");
  std::string got;
  while (!queue_.empty()) {
    got += absl::StrJoin(queue_.Buffers(), "").substr(0, 1);
    queue_.Consume(1);
    ASSERT_EQ(queue_.size(), want.size() - got.size());
  }
  EXPECT_EQ(got, want);
}

TEST(SendQueueRemoval, ABorrowedPayloadIsNotTouchedAnyMore) {
  SendQueue queue(FrameLayout::kIdAndLength);
  auto mine = std::make_unique<std::string>(Large());
  queue.Add(1, "first", kCopy);
  queue.Consume(1);
  queue.Add(2, *mine, kBorrow);
  queue.Add(3, Large(), kBorrow);
  EXPECT_TRUE(queue.Remove(2, 3));
  mine = nullptr;  // a sanitizer sees who reads it
  queue.OwnBorrowed();
  EXPECT_EQ(Drain(&queue), Frame(1, "first").substr(1) + Frame(3, Large()));
}

TEST(SendQueueRemoval, ALargePayloadThatHasBegunStays) {
  for (const bool own : {false, true}) {
    for (const size_t written : {size_t{1}, size_t{8}, size_t{100}}) {
      SendQueue queue(FrameLayout::kIdAndLength);
      queue.Add(1, Large(), kBorrow);
      queue.Consume(written);
      if (own) queue.OwnBorrowed();
      queue.Add(2, "second", kCopy);
      queue.Add(3, "third", kCopy);
      EXPECT_FALSE(queue.Remove(1, 3));
      EXPECT_TRUE(queue.Remove(2, 3));
      EXPECT_EQ(Drain(&queue),
                Frame(1, Large()).substr(written) + Frame(3, "third"));
    }
  }
}

TEST(SendQueueRemoval, FramesWithoutIdsAreCounted) {
  SendQueue queue(FrameLayout::kLength);
  const auto add = [&](uint32_t id) { queue.Add(id, absl::StrCat(id), kCopy); };
  for (const uint32_t id : {0xFFFFFFFEu, 0xFFFFFFFFu, 1u, 2u}) add(id);
  queue.Consume(1);
  EXPECT_FALSE(queue.Remove(0xFFFFFFFE, 2));
  EXPECT_TRUE(queue.Remove(1, 2));
  add(3);
  add(4);
  EXPECT_TRUE(queue.Remove(3, 4));
  EXPECT_EQ(Drain(&queue), (Frame(FrameLayout::kLength, 0, "4294967294") +
                            Frame(FrameLayout::kLength, 0, "4294967295") +
                            Frame(FrameLayout::kLength, 0, "2") +
                            Frame(FrameLayout::kLength, 0, "4"))
                               .substr(1));
}

// Any mixture of frames, partial writes, removals and OwnBorrowed() gives the
// same stream as a list of strings.
TEST(SendQueueRemoval, AgreesWithAList) {
  struct Waiting {
    uint32_t id;
    std::string octets;
    bool begun;
  };
  std::mt19937 bits(7);
  int removed = 0, refused = 0;
  for (int round = 0; round < 400; ++round) {
    const FrameLayout layout =
        round % 2 == 0 ? FrameLayout::kLength : FrameLayout::kIdAndLength;
    SendQueue queue(layout);
    std::deque<Waiting> waiting;
    std::deque<std::string> borrowed;  // stable addresses
    uint32_t newest = 0xFFFFFFFF - static_cast<uint32_t>(round) % 40;
    const auto check = [&] {
      std::string want;
      for (const Waiting& frame : waiting) want += frame.octets;
      ASSERT_EQ(queue.size(), want.size());
      const std::string offered = absl::StrJoin(queue.Buffers(), "");
      ASSERT_EQ(offered.empty(), want.empty());
      ASSERT_EQ(want.substr(0, offered.size()), offered);
    };
    for (int step = 0; step < 150; ++step) {
      const unsigned what = bits() % 16;
      if (what < 7) {
        newest = newest == 0xFFFFFFFF ? 1 : newest + 1;
        borrowed.emplace_back(
            bits() % 8 == 0 ? 17000 + bits() % 9 : bits() % 90,
            static_cast<char>('a' + step % 26));
        queue.Add(newest, borrowed.back(), bits() % 4 == 0 ? kCopy : kBorrow);
        waiting.push_back(
            {newest, Frame(layout, newest, borrowed.back()), false});
      } else if (what < 12) {
        const size_t index = waiting.empty() ? 0 : bits() % waiting.size();
        const uint32_t id = waiting.empty() ? newest : waiting[index].id;
        const bool may = !waiting.empty() && !waiting[index].begun;
        ASSERT_EQ(queue.Remove(id, newest), may) << step;
        (may ? removed : refused) += 1;
        if (may) waiting.erase(waiting.begin() + static_cast<ptrdiff_t>(index));
      } else if (what == 12) {
        queue.OwnBorrowed();
        for (std::string& payload : borrowed) payload.assign(9, '!');
      } else {
        const size_t offered = absl::StrJoin(queue.Buffers(), "").size();
        size_t n = bits() % (what == 13 ? offered + 1
                                        : std::min<size_t>(offered, 60) + 1);
        queue.Consume(n);
        while (n > 0) {
          Waiting& front = waiting.front();
          const size_t taken = std::min(n, front.octets.size());
          front.octets.erase(0, taken);
          front.begun = true;
          n -= taken;
          if (front.octets.empty()) waiting.pop_front();
        }
      }
      check();
      if (HasFatalFailure()) FAIL() << "round " << round << " step " << step;
    }
  }
  EXPECT_GT(removed, 10000);
  EXPECT_GT(refused, 100);
}

// In the queue of a stream that is stuck: nothing is searched or moved for each
// removal, in whichever order, and looking at what to write stays cheap.
TEST(SendQueueRemoval, ManyRemovalsAreQuick) {
  constexpr uint32_t kFrames = 100000;
  const std::string payload(100, 'x');
  for (const uint32_t stride : {1u, kFrames - 1, 54321u}) {
    SendQueue queue(FrameLayout::kIdAndLength);
    const clock_t before = clock();
    for (uint32_t id = 1; id <= kFrames; ++id) queue.Add(id, payload, kCopy);
    queue.Consume(1);
    for (uint32_t i = 0, at = 0; i < kFrames; ++i) {
      EXPECT_EQ(queue.Remove(at + 1, kFrames), at != 0);
      EXPECT_FALSE(queue.Buffers().empty());
      at = (at + stride) % kFrames;
    }
    EXPECT_LT(clock() - before, 5 * CLOCKS_PER_SEC) << stride;
    EXPECT_EQ(queue.size(), 7 + payload.size()) << stride;
  }
}

// Large payloads among those that stay.
TEST(SendQueueRemoval, ManyRemovalsOfBorrowedPayloadsAreQuick) {
  constexpr uint32_t kFrames = 50000;
  SendQueue queue(FrameLayout::kIdAndLength);
  const clock_t before = clock();
  for (uint32_t id = 1; id <= kFrames; ++id) queue.Add(id, Large(), kBorrow);
  queue.Consume(1);
  for (uint32_t id = 2; id < kFrames; ++id) {
    EXPECT_TRUE(queue.Remove(id, kFrames));
    EXPECT_FALSE(queue.Buffers().empty());
  }
  EXPECT_LT(clock() - before, 5 * CLOCKS_PER_SEC);
  EXPECT_EQ(Drain(&queue),
            Frame(1, Large()).substr(1) + Frame(kFrames, Large()));
}

// A call that is made and cancelled behind a stream that is stuck, for ever.
TEST(SendQueueRemoval, RemovedFramesNeedNoMemory) {
  const std::string payload(100, 'x');
  SendQueue queue(FrameLayout::kIdAndLength);
  for (uint32_t id = 1; id <= 100; ++id) queue.Add(id, payload, kCopy);
  queue.Consume(1);
  AllocationCounter counter;
  const clock_t before = clock();
  uint32_t id = 100;
  for (int i = 0; i < 300000; ++i) {
    queue.Add(++id, i % 100 == 0 ? absl::string_view(Large()) : payload,
              kBorrow);
    ASSERT_TRUE(queue.Remove(id, id));
  }
  EXPECT_LT(clock() - before, 5 * CLOCKS_PER_SEC);
  EXPECT_LT(counter.live_octets(), 100 << 10);
  EXPECT_EQ(queue.size(), 100 * (8 + payload.size()) - 1);
}

}  // namespace
}  // namespace forkrpc
