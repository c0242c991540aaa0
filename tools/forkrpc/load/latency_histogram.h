// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LatencyHistogram: how many latencies there were of each length.
//
// Whole nanoseconds, from 0 to 2^63 - 1, in buckets that are never wider than a
// 128th of what is in them: a percentile is at most 0.8 % above the value that
// it stands for, and never below it. Its memory (58 KiB) follows neither the
// values nor their number. One thread at a time; recording allocates nothing
// and takes a nanosecond.
//
//   LatencyHistogram latency;
//   latency.Record(1500);
//   latency.Record(200 * 1000 * 1000);
//   latency.ValueAt(99);  // 200 ms

#ifndef TOOLS_FORKRPC_LOAD_LATENCY_HISTOGRAM_H_
#define TOOLS_FORKRPC_LOAD_LATENCY_HISTOGRAM_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/numeric/bits.h"

namespace forkrpc::cli {

// Invariants:
//  1. Values below 2 * kSteps have a bucket each; each further power of two has
//     kSteps of equal width.
//  2. count_ is the sum of buckets_; min_ <= max_ unless it is 0.
class LatencyHistogram {
 public:
  LatencyHistogram() : buckets_(kBuckets) {}

  // A value below 0 is counted as 0: a clock that two processors read may
  // differ by that much.
  void Record(int64_t nanoseconds) { RecordTimes(nanoseconds, 1); }
  void RecordTimes(int64_t nanoseconds, uint64_t times) {
    const auto value = static_cast<uint64_t>(std::max<int64_t>(nanoseconds, 0));
    buckets_[BucketOf(value)] += times;
    count_ += times;
    sum_ += static_cast<double>(value) * static_cast<double>(times);
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
  }

  // Adds what another has recorded.
  void Add(const LatencyHistogram& other);

  // What HdrHistogram calls the correction for coordinated omission: beside
  // each value that is longer than `interval`, the same less one interval, less
  // two, and so on down to it. It is an estimate of what calls that were held
  // back, because one at a time is made, would have met.
  LatencyHistogram CorrectedFor(int64_t interval) const;

  uint64_t count() const { return count_; }
  // The exact ones; 0 if nothing was recorded.
  int64_t min() const { return count_ == 0 ? 0 : static_cast<int64_t>(min_); }
  int64_t max() const { return static_cast<int64_t>(max_); }
  double mean() const {
    return count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
  }

  // The least value that so many per cent (0 to 100) of those recorded do not
  // exceed, with the error above; 0 if nothing was recorded.
  int64_t ValueAt(double percent) const;

 private:
  static constexpr int kStepBits = 7;
  static constexpr uint64_t kSteps = uint64_t{1} << kStepBits;
  static constexpr size_t kBuckets = (64 - kStepBits) * kSteps;

  static size_t BucketOf(uint64_t value) {
    if (value < 2 * kSteps) return static_cast<size_t>(value);
    const int shift = static_cast<int>(absl::bit_width(value)) - 1 - kStepBits;
    return static_cast<size_t>(shift) * kSteps +
           static_cast<size_t>(value >> shift);
  }
  // The greatest value of a bucket, and its least.
  static uint64_t TopOf(size_t bucket);
  static uint64_t BottomOf(size_t bucket);

  std::vector<uint64_t> buckets_;
  uint64_t count_ = 0;
  double sum_ = 0;
  uint64_t min_ = std::numeric_limits<uint64_t>::max();
  uint64_t max_ = 0;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_LOAD_LATENCY_HISTOGRAM_H_
