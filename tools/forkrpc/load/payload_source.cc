// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/load/payload_source.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace forkrpc::cli {
namespace {

// The wire's largest is 2^32 - 1; nobody measures with that.
constexpr uint32_t kLargest = uint32_t{1} << 30;
constexpr uint32_t kMostWeight = 1000000;
constexpr uint64_t kMostWeights = uint64_t{1} << 32;

absl::Status NoSizes(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(
      "'", text,
      "' is no payload size: use octets such as 16, a range such as 100-200, "
      "or several with their weights such as 16:9,4096:1; at most ",
      kLargest, " octets"));
}

// Good enough for sizes and octets, and the same everywhere (splitmix64).
uint64_t NextRandom(uint64_t* state) {
  *state += 0x9E3779B97F4A7C15;
  uint64_t z = *state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

// The upper half of `random` as one of `count` parts that are equally likely;
// `count` is 2^32 at most.
uint64_t PartOf(uint64_t random, uint64_t count) {
  return ((random >> 32) * count) >> 32;
}

}  // namespace

absl::StatusOr<PayloadSizes> PayloadSizes::Parse(absl::string_view text) {
  PayloadSizes sizes;
  sizes.text_ = std::string(text);
  uint64_t weights = 0;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const std::vector<absl::string_view> words = absl::StrSplit(part, ':');
    const std::vector<absl::string_view> ends = absl::StrSplit(words[0], '-');
    Range range;
    uint32_t weight = 1;
    if (words.size() > 2 || ends.size() > 2 ||
        !absl::SimpleAtoi(ends[0], &range.least) ||
        !absl::SimpleAtoi(ends.back(), &range.most) ||
        range.least > range.most || range.most > kLargest ||
        (words.size() == 2 && !absl::SimpleAtoi(words[1], &weight)) ||
        weight == 0 || weight > kMostWeight) {
      return NoSizes(text);
    }
    weights += weight;
    if (weights > kMostWeights) return NoSizes(text);
    range.below = weights;
    sizes.ranges_.push_back(range);
  }
  return sizes;
}

uint32_t PayloadSizes::largest() const {
  uint32_t largest = 0;
  for (const Range& range : ranges_) largest = std::max(largest, range.most);
  return largest;
}

uint32_t PayloadSizes::At(uint64_t random) const {
  // The high half chooses the range, the low half the size within.
  const uint64_t weight = PartOf(random, ranges_.back().below);
  const auto range = std::upper_bound(
      ranges_.begin(), ranges_.end(), weight,
      [](uint64_t value, const Range& one) { return value < one.below; });
  const uint64_t width = uint64_t{range->most} - range->least + 1;
  return range->least + static_cast<uint32_t>(PartOf(random << 32, width));
}

PayloadSource::PayloadSource(const PayloadSizes& sizes, uint64_t seed)
    : sizes_(sizes), random_(seed) {
  if (sizes.fixed()) size_ = sizes.largest();
  pool_.resize(size_t{sizes.largest()} + kPlaces);
  for (char& octet : pool_) octet = static_cast<char>(NextRandom(&random_));
  place_ = static_cast<uint32_t>(NextRandom(&random_));
}

PayloadSource::PayloadSource(std::string payload)
    : pool_(std::move(payload)),
      places_(1),
      size_(static_cast<uint32_t>(pool_.size())) {}

uint32_t PayloadSource::Draw() { return sizes_.At(NextRandom(&random_)); }

}  // namespace forkrpc::cli
