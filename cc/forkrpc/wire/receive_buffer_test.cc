// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/wire/receive_buffer.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <string>

#include "forkrpc/testing/allocation_counter.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Octets whose values tell where they stand in the stream.
char OctetAt(size_t offset) {
  return static_cast<char>(offset * 2654435761u >> 13);
}

// Feeds a buffer with the stream above, at most `piece` octets at a time.
class Feeder {
 public:
  explicit Feeder(ReceiveBuffer* buffer) : buffer_(buffer) {}

  size_t Feed(size_t wanted, size_t piece) {
    const absl::Span<char> space = buffer_->Prepare(wanted);
    EXPECT_FALSE(space.empty());
    const size_t n = std::min(space.size(), piece);
    for (size_t i = 0; i < n; ++i) space[i] = OctetAt(fed_ + i);
    buffer_->Commit(n);
    fed_ += n;
    return n;
  }

  // Whether the buffer holds the right octets from stream offset `from` on.
  bool Holds(size_t from) {
    buffer_->Gather();
    const absl::string_view got = buffer_->readable();
    if (got.size() != fed_ - from) return false;
    for (size_t i = 0; i < got.size(); ++i) {
      if (got[i] != OctetAt(from + i)) return false;
    }
    return true;
  }

  size_t fed() const { return fed_; }

 private:
  ReceiveBuffer* const buffer_;
  size_t fed_ = 0;
};

TEST(ReceiveBufferTest, KeepsOctetsInOrderWhateverIsFedAndConsumed) {
  std::mt19937 bits(1);
  ReceiveBuffer buffer;
  Feeder feeder(&buffer);
  size_t consumed = 0;
  for (int round = 0; round < 2000; ++round) {
    const size_t wanted = bits() % (round % 100 == 0 ? 2000000 : 3000);
    feeder.Feed(wanted, 1 + bits() % 50000);
    ASSERT_TRUE(feeder.Holds(consumed)) << "round " << round;
    if (bits() % 2 == 0) {
      const size_t n = bits() % (buffer.readable().size() + 1);
      buffer.Consume(n);
      consumed += n;
    }
  }
}

TEST(ReceiveBufferTest, MemoryFollowsOctetsReceivedWhateverIsWanted) {
  for (const size_t wanted :
       {size_t{8}, size_t{40000}, size_t{1} << 20, size_t{16} << 20,
        size_t{0xFFFFFFFF}, size_t{1} << 40}) {
    for (const size_t piece : {size_t{1000}, size_t{65536}, size_t{1} << 20}) {
      AllocationCounter counter;
      ReceiveBuffer buffer;
      Feeder feeder(&buffer);
      while (feeder.fed() < std::min(wanted, size_t{4} << 20)) {
        feeder.Feed(wanted, piece);
        ASSERT_LE(counter.peak_octets(), 2 * feeder.fed() + (64 << 10))
            << "wanted " << wanted << ", fed " << feeder.fed();
      }
      ASSERT_TRUE(feeder.Holds(0));  // gathers
      EXPECT_LE(counter.peak_octets(), 2 * feeder.fed() + (64 << 10));
    }
  }
}

// Feeds `buffer` until it has no more than what the bound allows for.
void ExpectBounded(size_t first, size_t wanted, size_t piece) {
  AllocationCounter counter;
  ReceiveBuffer buffer(first);
  Feeder feeder(&buffer);
  const size_t allowance = ReceiveBuffer::kSlack +
                           std::max(first, ReceiveBuffer::kInitialCapacity) -
                           ReceiveBuffer::kInitialCapacity;
  while (feeder.fed() < std::min(wanted, size_t{4} << 20)) {
    feeder.Feed(wanted, piece);
    ASSERT_LE(counter.peak_octets(), 2 * feeder.fed() + allowance)
        << "first " << first << ", wanted " << wanted << ", fed "
        << feeder.fed();
  }
  // Only a frame that is whole is gathered.
  if (feeder.fed() < wanted) return;
  ASSERT_TRUE(feeder.Holds(0));
  EXPECT_LE(counter.peak_octets(), 2 * feeder.fed() + allowance);
}

TEST(ReceiveBufferTest, AFirstBlockOfAnySizeKeepsTheBound) {
  for (const size_t first :
       {size_t{512}, size_t{4096}, size_t{100000}, size_t{1} << 20}) {
    for (const size_t wanted : {size_t{8}, size_t{40000}, size_t{1} << 20,
                                size_t{16} << 20, size_t{1} << 40}) {
      for (const size_t piece : {size_t{100}, size_t{65536}, size_t{1} << 20}) {
        ExpectBounded(first, wanted, piece);
      }
    }
  }
}

TEST(ReceiveBufferTest, TheFirstBlockIsOfTheSizeAskedFor) {
  const auto first = [](size_t capacity) {
    return ReceiveBuffer(capacity).Prepare(8).size();
  };
  EXPECT_EQ(ReceiveBuffer().Prepare(8).size(), ReceiveBuffer::kInitialCapacity);
  EXPECT_EQ(first(512), 512u);
  EXPECT_EQ(first(5000), 5000u);
  EXPECT_EQ(first(size_t{1} << 20), size_t{1} << 20);
  // What makes no sense is harmless.
  EXPECT_EQ(first(0), ReceiveBuffer::kLeastCapacity);
  EXPECT_EQ(first(SIZE_MAX), ReceiveBuffer::kMostCapacity);
}

// Also where a part of a frame is always left at the end of a reading.
TEST(ReceiveBufferTest, ASmallFirstBlockGrowsIfReadsFillIt) {
  for (const size_t left : {size_t{0}, size_t{1}, size_t{99}}) {
    ReceiveBuffer buffer(512);
    Feeder feeder(&buffer);
    size_t consumed = 0;
    size_t largest = 0;
    for (int i = 0; i < 20; ++i) {
      largest = std::max(largest, feeder.Feed(100, size_t{1} << 20));
      ASSERT_TRUE(feeder.Holds(consumed));
      consumed += buffer.buffered() - left;
      buffer.Consume(buffer.buffered() - left);
    }
    EXPECT_GE(largest, ReceiveBuffer::kInitialCapacity - left) << left;
  }
}

// It is what the user wanted, so that it stays however little arrives.
TEST(ReceiveBufferTest, ALargeFirstBlockStays) {
  ReceiveBuffer buffer(size_t{1} << 20);
  Feeder feeder(&buffer);
  feeder.Feed(8, 100);
  AllocationCounter counter;
  for (int i = 0; i < 2 * ReceiveBuffer::kShrinkAfter; ++i) {
    buffer.Consume(buffer.buffered());
    feeder.Feed(8, 100);
  }
  EXPECT_EQ(counter.allocations(), 0);
  buffer.Consume(buffer.buffered());
  EXPECT_EQ(buffer.Prepare(8).size(), size_t{1} << 20);
}

TEST(ReceiveBufferTest, SecondFrameOfASizeIsReceivedInPlace) {
  constexpr size_t kFrame = 1 << 20;
  ReceiveBuffer buffer;
  Feeder feeder(&buffer);
  const auto receive_one = [&] {
    while (buffer.buffered() < kFrame) {
      feeder.Feed(kFrame, kFrame - buffer.buffered());
    }
    buffer.Gather();
    buffer.Consume(kFrame);
  };
  receive_one();
  AllocationCounter counter;
  for (int i = 0; i < 10; ++i) receive_one();
  EXPECT_EQ(counter.allocations(), 0);
}

TEST(ReceiveBufferTest, GathersOnceNotPerRead) {
  ReceiveBuffer buffer;
  Feeder feeder(&buffer);
  AllocationCounter counter;
  while (buffer.buffered() < size_t{16} << 20) {
    feeder.Feed(size_t{16} << 20, 65536);
  }
  EXPECT_LT(counter.allocations(), 40);
}

TEST(ReceiveBufferTest, ViewsOutliveGather) {
  ReceiveBuffer buffer;
  Feeder feeder(&buffer);
  while (buffer.buffered() < 100000) feeder.Feed(100000, 100000);
  const absl::string_view before = buffer.readable();
  const std::string copy(before);
  buffer.Gather();
  EXPECT_EQ(before, copy);
}

TEST(ReceiveBufferTest, GrowsForAStreamAndShrinksAfterABurst) {
  ReceiveBuffer buffer;
  Feeder feeder(&buffer);
  size_t largest = 0;
  for (int i = 0; i < 20; ++i) {
    largest = std::max(largest, feeder.Feed(8, size_t{1} << 20));
    buffer.Consume(buffer.readable().size());
  }
  EXPECT_EQ(largest, ReceiveBuffer::kStreamCapacity);

  while (buffer.buffered() < size_t{4} << 20) {
    feeder.Feed(size_t{4} << 20, size_t{4} << 20);
  }
  buffer.Gather();
  buffer.Consume(buffer.readable().size());
  for (int i = 0; i < 2 * ReceiveBuffer::kShrinkAfter; ++i) {
    feeder.Feed(8, 100);
    buffer.Consume(buffer.readable().size());
  }
  EXPECT_LE(buffer.Prepare(8).size(), ReceiveBuffer::kStreamCapacity);
}

TEST(ReceiveBufferTest, PeekCrossesBlocks) {
  ReceiveBuffer buffer;
  Feeder feeder(&buffer);
  while (buffer.buffered() < 70000) feeder.Feed(1 << 20, 70000);
  std::string peeked(200000, '\0');
  ASSERT_EQ(buffer.Peek(&peeked[0], peeked.size()), buffer.buffered());
  for (size_t i = 0; i < buffer.buffered(); ++i) {
    ASSERT_EQ(peeked[i], OctetAt(i));
  }
}

}  // namespace
}  // namespace forkrpc
