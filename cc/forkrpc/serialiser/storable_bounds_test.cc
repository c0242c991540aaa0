// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What an image can cost, whatever is in it: at most 64 times its octets and
// 64 KiB of memory, and time that grows as the image does.
//
// Eight times the octets take eight times as long; quadratic work would take 64
// times. What is allowed is the middle, of this thread's time and the best of
// several runs, so that a busy machine fails nothing.

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/big_endian.h"
#include "forkrpc/serialiser/storable.h"
#include "forkrpc/serialiser/value.h"
#include "forkrpc/testing/allocation_counter.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr size_t kSmall = size_t{4} << 10;
constexpr size_t kTimes = 8;
constexpr double kAllowed = 24;
constexpr int64_t kMemoryTimes = 64;
constexpr int64_t kMemoryBesides = 64 << 10;

std::string N(size_t number) {
  char octets[4];
  StoreBigEndian32(static_cast<uint32_t>(number), octets);
  return std::string(octets, 4);
}

// A list in network order of as many of `element` as make `size` octets.
std::string Many(const std::string& element, size_t size) {
  const size_t count = size / element.size();
  std::string image = absl::HexStringToBytes("050b02") + N(count);
  for (size_t i = 0; i < count; ++i) image += element;
  return image;
}

using Maker = std::function<std::string(size_t)>;

Maker ManyOf(absl::string_view hex) {
  const std::string element = absl::HexStringToBytes(hex);
  return [element](size_t size) { return Many(element, size); };
}

// A list whose first element is `first`, which takes `numbers` numbers, and
// whose others refer to the object with the number that `which` gives.
Maker ReferringTo(absl::string_view hex, absl::string_view before,
                  const std::function<size_t(size_t)>& which) {
  const std::string first = absl::HexStringToBytes(hex);
  const std::string prefix = absl::HexStringToBytes(before);
  return [=](size_t size) {
    const size_t count = size / (5 + prefix.size());
    std::string image = absl::HexStringToBytes("050b02") + N(count + 1) + first;
    for (size_t i = 0; i < count; ++i) {
      image += prefix + absl::HexStringToBytes("00") + N(which(i));
    }
    return image;
  };
}

std::string Nested(absl::string_view hex, size_t size) {
  const std::string level = absl::HexStringToBytes(hex);
  std::string image = absl::HexStringToBytes("050b") + level.substr(1);
  while (image.size() < size) image += level;
  return image + '\x05';
}

// Half scalars, half references, each to another one of them.
std::string EachSharedOnce(size_t size) {
  const size_t count = size / 6;
  std::string image = absl::HexStringToBytes("050b02") + N(2 * count);
  image += std::string(count, '\x05');
  for (size_t i = 0; i < count; ++i) image += std::string(1, '\0') + N(i + 1);
  return image;
}

// Half lists, half second references to them; four times as large, because each
// takes long enough only where there are many. `again` is what stands before
// the number, and `which` says whose: of a reference 1, of its list 2.
std::string EachListAgain(absl::string_view again, size_t which, size_t size) {
  const size_t count = 4 * size / 12;
  std::string image = absl::HexStringToBytes("050b02") + N(2 * count);
  for (size_t i = 0; i < count; ++i) {
    image += absl::HexStringToBytes("040200000000");
  }
  for (size_t i = 0; i < count; ++i) {
    image += absl::HexStringToBytes(again) + N(2 * i + which);
  }
  return image;
}

// Whole images, those that end in an error, and those that are refused.
std::vector<std::pair<std::string, Maker>> Images() {
  std::string references;
  for (int i = 0; i < 510; ++i) references += "04";
  return {
      {"nulls", ManyOf("05")},
      {"constants", ManyOf("0f")},
      {"empty strings", ManyOf("0a00")},
      {"short strings", ManyOf("0a0161")},
      {"short text", ManyOf("170161")},
      {"empty lists", ManyOf("040200000000")},
      {"lists of one", ManyOf("04020000000105")},
      {"lists of two", ManyOf("0402000000020505")},
      {"maps of one", ManyOf("0403000000010500000000")},
      {"maps of one, with flags", ManyOf("041900000000010500"
                                         "00000000")},
      {"maps of one, in Latin-1", ManyOf("041900000000010502"
                                         "00000001e9")},
      {"references", ManyOf("0405")},
      {"long chains of references", ManyOf(references + "05")},
      {"one that is everywhere",
       ReferringTo("0a0161", "", [](size_t) { return 1; })},
      {"a list that is everywhere",
       ReferringTo("04020000000105", "", [](size_t) { return 1; })},
      {"a list that is referred to",
       ReferringTo("04020000000105", "04", [](size_t) { return 2; })},
      {"each refers to the one before",
       ReferringTo("05", "04", [](size_t i) { return i + 1; })},
      {"each shared once", EachSharedOnce},
      {"each list is referred to again",
       [](size_t size) { return EachListAgain("0400", 2, size); }},
      {"each list is an element again",
       [](size_t size) { return EachListAgain("00", 1, size); }},
      {"deep lists", [](size_t size) { return Nested("040200000001", size); }},
      {"deep references", [](size_t size) { return Nested("0404", size); }},
      {"deep counts that lie",
       [](size_t size) { return Nested("040200000fff", size); }},
      {"one long string",
       [](size_t size) {
         return absl::HexStringToBytes("050b020000000101") + N(size) +
                std::string(size, 'x');
       }},
      {"one long text",
       [](size_t size) {
         return absl::HexStringToBytes("050b020000000118") + N(size) +
                std::string(size, '\x7f');
       }},
      {"a long key in Latin-1",
       [](size_t size) {
         return absl::HexStringToBytes("050b1900000000010502") + N(size) +
                std::string(size, '\xe9');
       }},
      {"one large map",
       [](size_t size) {
         std::string image = absl::HexStringToBytes("050b03") + N(size / 9);
         for (size_t i = 0; i < size / 9; ++i) {
           image += absl::HexStringToBytes("0500000004") + N(i);
         }
         return image;
       }},
      {"an object behind all",
       [](size_t size) {
         return Many(absl::HexStringToBytes("05"), size) + '\x11';
       }},
  };
}

ValueLimits NoLimits() {
  ValueLimits limits;
  limits.max_depth = size_t{1} << 40;
  limits.max_values = size_t{1} << 40;
  return limits;
}

double ThreadSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         1e-9 * static_cast<double>(now.tv_nsec);
}

double BestSeconds(const std::function<void()>& work) {
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const double before = ThreadSeconds();
    work();
    best = std::min(best, ThreadSeconds() - before);
  }
  return best;
}

template <typename Result>
int64_t PeakOctets(const std::string& image, const ValueLimits& limits) {
  AllocationCounter counter;
  Result result;
  StorableSerialiser(limits).Decode(image, &result).IgnoreError();
  return counter.peak_octets();
}

TEST(StorableBoundsTest, MemoryFollowsTheImage) {
  for (const auto& [name, make] : Images()) {
    for (const size_t size :
         {size_t{100}, size_t{5000}, kSmall, kSmall + 20, 2 * kSmall + 40}) {
      SCOPED_TRACE(absl::StrCat(name, ", ", size));
      const std::string image = make(size);
      for (const ValueLimits& limits : {ValueLimits(), NoLimits()}) {
        if (limits.max_depth > 512 && name.substr(0, 4) == "deep") continue;
        const int64_t allowed =
            kMemoryTimes * static_cast<int64_t>(image.size()) + kMemoryBesides;
        EXPECT_LE(PeakOctets<Value>(image, limits), allowed);
        EXPECT_LE(PeakOctets<std::vector<Value>>(image, limits), allowed);
      }
    }
  }
}

// A count allocates nothing before what it counts is there.
TEST(StorableBoundsTest, ACountThatLiesAllocatesOnlyItsMessage) {
  for (const char* hex : {"050b02ffffffff", "050b03ffffffff", "050b027fffffff",
                          "050b01ffffffff", "050b1900ffffffff"}) {
    const std::string image = absl::HexStringToBytes(hex);
    AllocationCounter counter;
    Value value;
    EXPECT_FALSE(StorableSerialiser().Decode(image, &value).ok());
    EXPECT_LT(counter.peak_octets(), 2000);
  }
}

TEST(StorableBoundsTest, DecodingIsLinear) {
  for (const auto& [name, make] : Images()) {
    SCOPED_TRACE(name);
    const auto seconds = [&make = make](size_t size) {
      const std::string image = make(size);
      return BestSeconds([&image] {
        Value value;
        StorableSerialiser(NoLimits()).Decode(image, &value).IgnoreError();
      });
    };
    // Below a few microseconds the clock is all that is measured.
    EXPECT_LT(seconds(kTimes * kSmall),
              kAllowed * std::max(seconds(kSmall), 5e-6));
  }
}

TEST(StorableBoundsTest, EncodingIsLinear) {
  for (const auto& [name, make] : Images()) {
    SCOPED_TRACE(name);
    const auto seconds = [&make = make](size_t size) {
      const std::string image = make(size);
      Value value;
      StorableSerialiser(NoLimits()).Decode(image, &value).IgnoreError();
      return BestSeconds([&value] {
        std::string payload;
        StorableSerialiser(NoLimits()).Encode(value, &payload).IgnoreError();
      });
    };
    EXPECT_LT(seconds(kTimes * kSmall),
              kAllowed * std::max(seconds(kSmall), 5e-6));
  }
}

TEST(StorableBoundsTest, StringsThatAreTooLongAreNotEncoded) {
  ValueLimits limits;
  limits.max_octets = 40;
  std::string payload = "kept";
  const std::vector<std::string> strings(9, std::string(20, 's'));
  EXPECT_EQ(StorableSerialiser(limits).Encode(strings, &payload).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(payload, "kept");
}

}  // namespace
}  // namespace forkrpc
