// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/ber_length.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

struct Known {
  uint64_t value;
  const char* hex;
};

// From Perl's pack "w".
constexpr Known kKnown[] = {
    {0, "00"},
    {1, "01"},
    {127, "7f"},
    {128, "8100"},
    {300, "822c"},
    {16383, "ff7f"},
    {16384, "818000"},
    {2097151, "ffff7f"},
    {2097152, "81808000"},
    {4294967295, "8fffffff7f"},
    {(uint64_t{1} << 56) - 1, "ffffffffffffff7f"},
    {uint64_t{1} << 56, "818080808080808000"},
    {(uint64_t{1} << 63) - 1, "ffffffffffffffff7f"},
    {uint64_t{1} << 63, "81808080808080808000"},
    {UINT64_MAX, "81ffffffffffffffff7f"},
};

std::string Written(uint64_t value) {
  char octets[kMaxBerLengthSize + 1] = {};
  octets[BerLengthSize(value)] = '!';  // must survive
  char* const end = WriteBerLength(value, octets);
  EXPECT_EQ(static_cast<size_t>(end - octets), BerLengthSize(value));
  EXPECT_EQ(*end, '!') << value;
  return std::string(octets, end);
}

TEST(BerLengthTest, WritesTheShortestForm) {
  for (const Known& known : kKnown) {
    EXPECT_EQ(absl::BytesToHexString(Written(known.value)), known.hex);
  }
}

TEST(BerLengthTest, ReadsWhatItWrites) {
  for (const Known& known : kKnown) {
    const BerLength found = ReadBerLength(Written(known.value) + "\x05more");
    EXPECT_TRUE(found.terminated) << known.value;
    EXPECT_FALSE(found.overlong) << known.value;
    EXPECT_EQ(found.size, BerLengthSize(known.value)) << known.value;
    EXPECT_EQ(found.too_large, known.value >> 63 != 0) << known.value;
    if (!found.too_large) {
      EXPECT_EQ(found.value, known.value);
    }
  }
}

TEST(BerLengthTest, EveryBitAloneAndAllBelowIt) {
  for (int bit = 0; bit < 63; ++bit) {
    for (const uint64_t value :
         {uint64_t{1} << bit, (uint64_t{1} << bit) - 1}) {
      const BerLength found = ReadBerLength(Written(value));
      EXPECT_EQ(found.value, value);
      EXPECT_FALSE(found.too_large) << value;
      EXPECT_FALSE(found.overlong) << value;
    }
  }
}

TEST(BerLengthTest, LeadingZeroGroupsAddNothing) {
  for (const size_t zeros : {1, 2, 9, 20, 1000}) {
    const BerLength found = ReadBerLength(std::string(zeros, '\x80') + "\x05");
    EXPECT_TRUE(found.overlong);
    EXPECT_TRUE(found.terminated);
    EXPECT_FALSE(found.too_large);
    EXPECT_EQ(found.value, 5u);
    EXPECT_EQ(found.size, zeros + 1);
  }
}

TEST(BerLengthTest, EveryLargeValueStaysTooLarge) {
  // 2^70, 2^77, ...: the low 64 bits are all zero.
  for (size_t groups = 10; groups < 40; ++groups) {
    const std::string octets =
        "\x81" + std::string(groups - 1, '\x80') + std::string(1, '\0');
    EXPECT_TRUE(ReadBerLength(octets).too_large) << groups;
  }
}

TEST(BerLengthTest, EndsInsideTheLength) {
  for (const absl::string_view octets : {"", "\x80", "\x81", "\xff\xff"}) {
    const BerLength found = ReadBerLength(octets);
    EXPECT_FALSE(found.terminated);
    EXPECT_EQ(found.size, octets.size());
  }
}

}  // namespace
}  // namespace forkrpc
