// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/send_queue.h"

#include <time.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "forkrpc/testing/allocation_counter.h"
#include "forkrpc/wire/frame_encoder.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using std::string_literals::operator""s;

std::string Drain(SendQueue* queue) {
  std::string all;
  while (!queue->empty()) {
    const std::string offered = absl::StrJoin(queue->Buffers(), "");
    EXPECT_FALSE(offered.empty());
    all += offered;
    queue->Consume(offered.size());
  }
  return all;
}

TEST(SendQueueTest, FramesComeOutInOrder) {
  SendQueue queue(FrameLayout::kIdAndLength);
  queue.Add(7, "hi", PayloadLifetime::kCopy);
  queue.Add(8, "", PayloadLifetime::kCopy);
  EXPECT_EQ(queue.size(), 18);
  EXPECT_EQ(Drain(&queue), "\0\0\0\7\0\0\0\2hi\0\0\0\10\0\0\0\0"s);
  EXPECT_TRUE(queue.Buffers().empty());
  SendQueue lengths(FrameLayout::kLength);
  lengths.Add(7, "hi", PayloadLifetime::kCopy);
  EXPECT_EQ(Drain(&lengths), "\0\0\0\2hi"s);
}

TEST(SendQueueTest, LargePayloadIsBorrowedNotCopied) {
  const std::string large(SendQueue::kMinBorrow, 'x');
  SendQueue queue(FrameLayout::kLength);
  queue.Add(0, large, PayloadLifetime::kBorrow);
  ASSERT_EQ(queue.Buffers().size(), 2);
  EXPECT_EQ(queue.Buffers()[1].data(), large.data());
}

TEST(SendQueueTest, SmallPayloadIsCopiedEvenIfItMayBeBorrowed) {
  std::string small(SendQueue::kMinBorrow - 1, 'x');
  SendQueue queue(FrameLayout::kLength);
  queue.Add(0, small, PayloadLifetime::kBorrow);
  small.assign(small.size(), 'y');
  EXPECT_EQ(Drain(&queue).substr(4), std::string(small.size(), 'x'));
}

// Any mixture of frames, partial writes and OwnBorrowed() gives the same stream
// as appending frames to a string.
TEST(SendQueueTest, AgreesWithAPlainString) {
  std::mt19937 bits(7);
  for (int round = 0; round < 200; ++round) {
    SendQueue queue(FrameLayout::kIdAndLength);
    std::deque<std::string> borrowed;  // stable addresses
    std::string expected, written;
    for (int step = 0; step < 60; ++step) {
      if (bits() % 2 == 0) {
        std::string payload(bits() % 10 == 0 ? 20000 + bits() % 9 : bits() % 50,
                            static_cast<char>('a' + step % 26));
        ASSERT_TRUE(
            AppendFrame(FrameLayout::kIdAndLength, step, payload, &expected)
                .ok());
        borrowed.push_back(std::move(payload));
        queue.Add(step, borrowed.back(),
                  bits() % 2 == 0 ? PayloadLifetime::kBorrow
                                  : PayloadLifetime::kCopy);
      } else if (bits() % 10 == 0) {
        queue.OwnBorrowed();
        for (std::string& payload : borrowed) payload.assign(9, '!');
      } else {
        const std::string offered = absl::StrJoin(queue.Buffers(), "");
        const size_t n = offered.empty() ? 0 : bits() % (offered.size() + 1);
        written += offered.substr(0, n);
        queue.Consume(n);
      }
      ASSERT_EQ(written.size() + queue.size(), expected.size());
    }
    ASSERT_EQ(written + Drain(&queue), expected) << "round " << round;
  }
}

TEST(SendQueueTest, ClearForgetsEverything) {
  const std::string large(100000, 'x');
  SendQueue queue(FrameLayout::kLength);
  queue.Add(0, large, PayloadLifetime::kBorrow);
  queue.Clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(queue.Buffers().empty());
}

TEST(SendQueueTest, SteadyStateAllocatesNothing) {
  SendQueue queue(FrameLayout::kIdAndLength);
  const auto fill_and_drain = [&queue] {
    for (uint32_t id = 1; id <= 1000; ++id) {
      queue.Add(id, "sixteen octets..", PayloadLifetime::kCopy);
    }
    while (!queue.empty()) queue.Consume(queue.Buffers()[0].size());
  };
  fill_and_drain();
  AllocationCounter counter;
  fill_and_drain();
  EXPECT_EQ(counter.allocations(), 0);
}

// A large payload of which the stream takes only the beginning, each time.
TEST(SendQueueTest, OwningTheRestOfAPayloadAllocatesOnce) {
  const std::string large(200 << 10, 'x');
  SendQueue queue(FrameLayout::kIdAndLength);
  const auto send_one = [&] {
    queue.Add(1, large, PayloadLifetime::kBorrow);
    queue.Consume(100 << 10);
    queue.OwnBorrowed();
    EXPECT_EQ(queue.Buffers().size(), 1);
    while (!queue.empty()) queue.Consume(queue.Buffers()[0].size());
  };
  send_one();
  AllocationCounter counter;
  for (int i = 0; i < 100; ++i) send_one();
  EXPECT_EQ(counter.allocations(), 0);
}

// Among others that stay: what is copied is one payload each time, not all.
TEST(SendQueueTest, OwningAPayloadDoesNotCopyTheOthers) {
  constexpr size_t kPayloads = 2000;
  const std::string large(SendQueue::kMinBorrow, 'x');
  SendQueue queue(FrameLayout::kLength);
  const clock_t before = clock();
  for (size_t i = 0; i < kPayloads; ++i) {
    queue.Add(0, large, PayloadLifetime::kBorrow);
    queue.Add(0, "small", PayloadLifetime::kCopy);
    queue.OwnBorrowed();
  }
  EXPECT_LT(clock() - before, CLOCKS_PER_SEC);
  EXPECT_EQ(queue.size(), kPayloads * (4 + large.size() + 4 + 5));
  queue.Consume(4);
  EXPECT_EQ(queue.Buffers()[0], large);
  EXPECT_EQ(Drain(&queue).size(), kPayloads * (4 + large.size() + 4 + 5) - 4);
}

TEST(SendQueueTest, GivesALargeBlockBack) {
  AllocationCounter counter;
  SendQueue queue(FrameLayout::kLength);
  queue.Add(0, std::string(8 << 20, 'x'), PayloadLifetime::kCopy);
  Drain(&queue);
  EXPECT_LT(counter.live_octets(), SendQueue::kRetainedCapacity);
}

// More pieces than are offered at once, with owned octets before and behind.
TEST(SendQueueTest, ManyBorrowedPayloadsComeOutInOrder) {
  const std::string large(SendQueue::kMinBorrow, 'x');
  for (const size_t in_front : {0, 1}) {
    SendQueue queue(FrameLayout::kLength);
    std::string want;
    const auto add = [&](const std::string& payload) {
      queue.Add(0, payload, PayloadLifetime::kBorrow);
      ASSERT_TRUE(AppendFrame(FrameLayout::kLength, 0, payload, &want).ok());
    };
    for (size_t i = 0; i < SendQueue::kMaxBuffers; ++i) add(large);
    add("small");
    if (in_front == 1) {
      // The first header is written: what is offered begins with a payload, so
      // that the last buffer is a header.
      queue.Consume(4);
      want.erase(0, 4);
    }
    EXPECT_EQ(queue.Buffers().size(), SendQueue::kMaxBuffers);
    EXPECT_EQ(Drain(&queue), want);
  }
}

}  // namespace
}  // namespace forkrpc
