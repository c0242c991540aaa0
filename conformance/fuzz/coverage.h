// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Coverage: how often each transition of a machine was followed by each other.
//
// One thread. Memory: four octets for each pair of transitions, 30 KiB for the
// largest machine.
//
//   Coverage coverage(machine);
//   if (coverage.Novelty(trace) > best) coverage.Add(trace);

#ifndef CONFORMANCE_FUZZ_COVERAGE_H_
#define CONFORMANCE_FUZZ_COVERAGE_H_

#include <cstdint>
#include <vector>

#include "conformance/oracle/machine.h"

namespace forkrpc::conformance {

// Invariant: possible_ is the number of pairs of legal transitions of which the
// second leaves the state that the first leads to. Conditions on ids may make
// some of them impossible.
class Coverage {
 public:
  explicit Coverage(const Machine& machine);

  void Add(const std::vector<int>& trace);
  // More for pairs that were seen seldom: 2^20 for each that is new, less by
  // the square of how often it was seen. Each pair of the trace counts once.
  uint64_t Novelty(const std::vector<int>& trace) const;

  int seen() const { return seen_; }
  int possible() const { return possible_; }

 private:
  std::vector<int> PairsOf(const std::vector<int>& trace) const;

  int transitions_;
  std::vector<uint32_t> counts_;  // by pair
  int seen_ = 0;
  int possible_ = 0;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_COVERAGE_H_
