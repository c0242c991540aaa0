// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/load/latency_histogram.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

constexpr double kPercents[] = {0, 1, 25, 50, 75, 90, 99, 99.9, 99.99, 100};

// What ValueAt() stands for: the value at the nearest rank.
int64_t TrueValueAt(const std::vector<int64_t>& sorted, double percent) {
  const double rank = std::ceil(percent / 100 * sorted.size() - 1e-6);
  return sorted[std::max<size_t>(rank, 1) - 1];
}

void ExpectTruePercentiles(std::vector<int64_t> values) {
  LatencyHistogram histogram;
  for (const int64_t value : values) histogram.Record(value);
  std::sort(values.begin(), values.end());
  for (const double percent : kPercents) {
    const int64_t truth = TrueValueAt(values, percent);
    EXPECT_GE(histogram.ValueAt(percent), truth) << percent;
    EXPECT_LE(histogram.ValueAt(percent), truth + truth / 128) << percent;
  }
  EXPECT_EQ(histogram.min(), values.front());
  EXPECT_EQ(histogram.max(), values.back());
  EXPECT_EQ(histogram.count(), values.size());
}

TEST(LatencyHistogramTest, NothingRecorded) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_EQ(histogram.mean(), 0);
  EXPECT_EQ(histogram.ValueAt(99), 0);
}

TEST(LatencyHistogramTest, EachPowerOfTwoAndItsNeighbours) {
  for (int bits = 0; bits < 63; ++bits) {
    for (int64_t offset = -1; offset <= 1; ++offset) {
      const int64_t value = (int64_t{1} << bits) + offset;
      LatencyHistogram histogram;
      histogram.Record(value);
      // With a longer one beside it the bucket must show by itself.
      histogram.Record(std::numeric_limits<int64_t>::max());
      EXPECT_GE(histogram.ValueAt(50), value);
      EXPECT_LE(histogram.ValueAt(50), value + value / 128);
      EXPECT_EQ(histogram.max(), std::numeric_limits<int64_t>::max());
    }
  }
}

TEST(LatencyHistogramTest, SmallValuesAreExact) {
  std::vector<int64_t> values;
  for (int64_t value = 0; value < 256; ++value) values.push_back(value);
  LatencyHistogram histogram;
  for (const int64_t value : values) histogram.Record(value);
  for (const double percent : kPercents) {
    EXPECT_EQ(histogram.ValueAt(percent), TrueValueAt(values, percent));
  }
}

TEST(LatencyHistogramTest, PercentilesOfKnownDistributions) {
  std::mt19937_64 random(7);
  std::exponential_distribution<double> exponential(1e-6);
  std::lognormal_distribution<double> lognormal(12, 3);
  std::vector<int64_t> one, two, three;
  for (int i = 0; i < 100000; ++i) {
    one.push_back(static_cast<int64_t>(exponential(random)));
    two.push_back(static_cast<int64_t>(lognormal(random)));
    three.push_back(i % 1000 == 0 ? 200000000 : 30000 + i % 77);
  }
  ExpectTruePercentiles(one);
  ExpectTruePercentiles(two);
  ExpectTruePercentiles(three);
  ExpectTruePercentiles({42});
}

TEST(LatencyHistogramTest, AShareOfThePercentIsNotTheNextRank) {
  LatencyHistogram histogram;
  histogram.RecordTimes(1, 999);
  histogram.Record(100);
  EXPECT_EQ(histogram.ValueAt(99.9), 1);
  EXPECT_EQ(histogram.ValueAt(99.91), 100);
}

TEST(LatencyHistogramTest, BelowZeroIsZero) {
  LatencyHistogram histogram;
  histogram.Record(-5);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_EQ(histogram.ValueAt(100), 0);
}

TEST(LatencyHistogramTest, AddIsAsIfAllWereRecordedInOne) {
  LatencyHistogram all, part, other;
  std::mt19937_64 random(8);
  for (int i = 0; i < 10000; ++i) {
    const auto value = static_cast<int64_t>(random() >> (random() % 64) >> 1);
    all.Record(value);
    (i % 3 == 0 ? part : other).Record(value);
  }
  part.Add(other);
  EXPECT_EQ(part.count(), all.count());
  EXPECT_EQ(part.min(), all.min());
  EXPECT_EQ(part.max(), all.max());
  EXPECT_NEAR(part.mean(), all.mean(), all.mean() / 1e9);
  for (const double percent : kPercents) {
    EXPECT_EQ(part.ValueAt(percent), all.ValueAt(percent));
  }
  part.Add(LatencyHistogram());
  EXPECT_EQ(part.min(), all.min());
}

// One call at a time, meant to be made each millisecond, and one took 100 ms:
// 99 others would have been made meanwhile, and have taken 99, 98, ... 1 ms.
TEST(LatencyHistogramTest, CorrectedForWhatAPauseHasHeldBack) {
  constexpr int64_t kMillisecond = 1000000;
  LatencyHistogram histogram;
  histogram.RecordTimes(kMillisecond / 2, 900);
  histogram.Record(100 * kMillisecond);
  EXPECT_LE(histogram.ValueAt(99.8), kMillisecond);
  const LatencyHistogram corrected = histogram.CorrectedFor(kMillisecond);
  EXPECT_EQ(corrected.count(), 1000u);
  EXPECT_EQ(corrected.max(), 100 * kMillisecond);
  std::vector<int64_t> truth(900, kMillisecond / 2);
  for (int64_t i = 1; i <= 100; ++i) truth.push_back(i * kMillisecond);
  for (const double percent : kPercents) {
    const auto value = static_cast<double>(TrueValueAt(truth, percent));
    EXPECT_NEAR(static_cast<double>(corrected.ValueAt(percent)), value,
                value / 100);
  }
  EXPECT_EQ(histogram.CorrectedFor(0).count(), 901u);
}

TEST(LatencyHistogramTest, CorrectedForANanosecondDoesNotTakeForEver) {
  constexpr int64_t kMinute = 60000000000;
  LatencyHistogram histogram;
  histogram.Record(kMinute);
  const LatencyHistogram corrected = histogram.CorrectedFor(1);
  EXPECT_EQ(corrected.count(), static_cast<uint64_t>(kMinute));
  EXPECT_NEAR(static_cast<double>(corrected.ValueAt(50)), kMinute / 2.0,
              kMinute / 200.0);
}

}  // namespace
}  // namespace forkrpc::cli
