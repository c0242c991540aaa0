// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Random: numbers that are the same on every machine and with every compiler.
//
// SplitMix64, as in runner/cases/splits.h; no std::*_distribution, whose
// results are the library's own. One thread.
//
//   Random random(seed, plan_number);
//   const uint32_t size = random.Below(100);

#ifndef CONFORMANCE_FUZZ_RANDOM_H_
#define CONFORMANCE_FUZZ_RANDOM_H_

#include <cstddef>
#include <cstdint>

namespace forkrpc::conformance {

// Invariant: what is drawn depends on the seed, the stream and the number of
// draws alone.
class Random {
 public:
  // Each stream of a seed is a sequence of its own.
  Random(uint64_t seed, uint64_t stream)
      : state_(Mix(seed + 0x9e3779b97f4a7c15) ^ Mix(stream * 2 + 1)) {}

  uint64_t Draw() {
    state_ += 0x9e3779b97f4a7c15;
    return Mix(state_);
  }
  // From 0 to `limit` - 1; 0 if `limit` is 0.
  uint32_t Below(uint32_t limit) {
    return limit == 0 ? 0 : static_cast<uint32_t>(Draw() % limit);
  }
  // True once in `n` times on average.
  bool OneIn(uint32_t n) { return Below(n) == 0; }
  template <typename T, size_t n>
  T Among(const T (&all)[n]) {
    return all[Below(static_cast<uint32_t>(n))];
  }

 private:
  static uint64_t Mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  uint64_t state_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_RANDOM_H_
