// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/load/latency_histogram.h"

#include <cmath>

namespace forkrpc::cli {

uint64_t LatencyHistogram::TopOf(size_t bucket) {
  if (bucket < 2 * kSteps) return bucket;
  const uint64_t shift = bucket / kSteps - 1;
  const uint64_t step = bucket - shift * kSteps;
  return ((step + 1) << shift) - 1;
}

uint64_t LatencyHistogram::BottomOf(size_t bucket) {
  return bucket == 0 ? 0 : TopOf(bucket - 1) + 1;
}

void LatencyHistogram::Add(const LatencyHistogram& other) {
  for (size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

LatencyHistogram LatencyHistogram::CorrectedFor(int64_t interval) const {
  LatencyHistogram corrected = *this;
  if (interval <= 0) return corrected;
  for (size_t i = 0; i < kBuckets; ++i) {
    if (buckets_[i] == 0) continue;
    int64_t rest = static_cast<int64_t>(std::min(TopOf(i), max_)) - interval;
    // Those that fall into one bucket are counted at once: the interval may be
    // a nanosecond, and the pause a minute.
    while (rest >= interval) {
      const auto bottom =
          static_cast<int64_t>(BottomOf(BucketOf(static_cast<uint64_t>(rest))));
      const int64_t in_one = (rest - std::max(bottom, interval)) / interval + 1;
      corrected.RecordTimes(rest - (in_one - 1) / 2 * interval,
                            buckets_[i] * static_cast<uint64_t>(in_one));
      rest -= in_one * interval;
    }
  }
  return corrected;
}

int64_t LatencyHistogram::ValueAt(double percent) const {
  if (count_ == 0) return 0;
  const double share = std::min(std::max(percent, 0.0), 100.0) / 100;
  // A share such as 0.999 is a little more or less than it says: without the
  // margin 0.999 of 1000 would be the last value.
  const double rank = std::ceil(share * static_cast<double>(count_) - 1e-6);
  const auto wanted = std::max(uint64_t{1}, static_cast<uint64_t>(rank));
  uint64_t seen = 0;
  for (size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= wanted) {
      return static_cast<int64_t>(std::min(TopOf(i), max_));
    }
  }
  return max();
}

}  // namespace forkrpc::cli
