// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Splits: how RANDOM_SPLITS cuts what a step sends into writes.
//
// The same seed and run give the same cuts on every machine and with every
// compiler: the generator is SplitMix64 (64-bit state, three shifts, two
// products), started at the seed XOR the FNV-1a hash of the run's id. Each
// piece takes three draws, c, e and n, and is 1 + n mod 2^k octets long, where
// k is e mod 12 if c is odd and else e mod 4, so that headers are cut often;
// the 64th piece takes the rest. One thread.
//
//   Splits splits(seed, run.Id());
//   for (absl::string_view piece : splits.Cut(octets)) Write(piece);

#ifndef CONFORMANCE_RUNNER_CASES_SPLITS_H_
#define CONFORMANCE_RUNNER_CASES_SPLITS_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace forkrpc::conformance {

// Invariant: state_ depends on the seed, the id and the number of draws alone.
class Splits {
 public:
  // As --seed has it when nothing is said.
  static constexpr uint64_t kDefaultSeed = 20260101;

  Splits(uint64_t seed, absl::string_view run_id);

  // 1 to 64 pieces, none empty, that make up `octets`, which they point into;
  // no piece of no octets.
  std::vector<absl::string_view> Cut(absl::string_view octets);

 private:
  uint64_t Draw();

  uint64_t state_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CASES_SPLITS_H_
