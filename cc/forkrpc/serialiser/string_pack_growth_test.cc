// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The time that a payload takes grows as the payload does, whatever is in it.
//
// Eight times the octets take eight times as long; quadratic work would take
// 64 times. What is allowed is the middle, of this thread's time and the best
// of several runs, so that a busy machine fails nothing.

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/string_pack.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr size_t kSmall = size_t{64} << 10;
constexpr size_t kTimes = 8;
constexpr double kAllowed = 24;

double ThreadSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         1e-9 * static_cast<double>(now.tv_nsec);
}

// Of both modes, the best of several.
double DecodeSeconds(absl::string_view payload) {
  double best = 1e9;
  for (int i = 0; i < 4; ++i) {
    const double before = ThreadSeconds();
    for (const auto mode : {StringPackMode::kStrict, StringPackMode::kPerl}) {
      StringPackOptions options;
      options.mode = mode;
      std::vector<absl::string_view> items;
      DecodeStringPack(payload, &items, options).IgnoreError();
    }
    best = std::min(best, ThreadSeconds() - before);
  }
  return best;
}

std::string Repeated(absl::string_view octets, size_t size) {
  std::string payload;
  while (payload.size() < size) {
    payload.append(octets.data(), octets.size());
  }
  return payload;
}

TEST(StringPackGrowthTest, TimeIsLinear) {
  const std::vector<std::string> worst = {
      std::string(1, '\0'),          // empty items only
      "\x01x",                       // short ones
      "\x80",                        // one length without end
      "\xff",                        // the same, and too large
      std::string("\x80\x80\0", 3),  // overlong lengths
      "\x81",
  };
  for (const std::string& octets : worst) {
    SCOPED_TRACE(testing::PrintToString(octets));
    const double small = DecodeSeconds(Repeated(octets, kSmall));
    const double large = DecodeSeconds(Repeated(octets, kSmall * kTimes));
    // Below a few microseconds the clock is all that is measured.
    EXPECT_LT(large, kAllowed * std::max(small, 5e-6));
  }
}

}  // namespace
}  // namespace forkrpc
