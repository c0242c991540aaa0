// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/growth_check.h"

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "forkrpc/testing/allocation_counter.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

std::string Grown(const GrowingPayload& payload, size_t size) {
  std::string grown = payload.before;
  while (!payload.repeated.empty() && grown.size() < size) {
    grown += payload.repeated;
  }
  return grown + payload.behind;
}

double ThreadSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         1e-9 * static_cast<double>(now.tv_nsec);
}

double BestSeconds(const std::string& payload, const DecodePayload& decode) {
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const double before = ThreadSeconds();
    decode(payload);
    best = std::min(best, ThreadSeconds() - before);
  }
  return best;
}

}  // namespace

void CheckMemory(const std::vector<GrowingPayload>& payloads,
                 const DecodePayload& decode) {
  for (const GrowingPayload& payload : payloads) {
    // Just behind powers of two a vector that doubles wastes most.
    for (const size_t size : {10u, 1000u, 1030u, 66000u, 270000u}) {
      const std::string grown = Grown(payload, size);
      const AllocationCounter counter;
      decode(grown);
      EXPECT_LE(counter.peak_octets(),
                static_cast<int64_t>(64 * grown.size() + (64 << 10)))
          << payload.name << " of " << grown.size();
    }
  }
}

void CheckTime(const std::vector<GrowingPayload>& payloads,
               const DecodePayload& decode) {
  constexpr size_t kSmall = 8000;
  for (const GrowingPayload& payload : payloads) {
    const double small = BestSeconds(Grown(payload, kSmall), decode);
    const double large = BestSeconds(Grown(payload, 8 * kSmall), decode);
    // Below some microseconds the clock is all that is measured.
    EXPECT_LT(large, 24 * std::max(small, 5e-5)) << payload.name;
  }
}

}  // namespace forkrpc
