// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/coverage.h"

#include <algorithm>

namespace forkrpc::conformance {
namespace {

constexpr uint64_t kNew = uint64_t{1} << 20;

}  // namespace

Coverage::Coverage(const Machine& machine)
    : transitions_(static_cast<int>(machine.transitions().size())),
      counts_(machine.transitions().size() * machine.transitions().size()) {
  for (const Machine::Transition* first : machine.transitions()) {
    for (const Machine::Transition* second : machine.transitions()) {
      if (!first->breach && !second->breach && first->to == second->from) {
        ++possible_;
      }
    }
  }
}

std::vector<int> Coverage::PairsOf(const std::vector<int>& trace) const {
  std::vector<int> pairs;
  for (size_t i = 0; i + 1 < trace.size(); ++i) {
    pairs.push_back(trace[i] * transitions_ + trace[i + 1]);
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

void Coverage::Add(const std::vector<int>& trace) {
  for (const int pair : PairsOf(trace)) {
    if (counts_[pair]++ == 0) ++seen_;
  }
}

uint64_t Coverage::Novelty(const std::vector<int>& trace) const {
  uint64_t novelty = 0;
  for (const int pair : PairsOf(trace)) {
    const uint64_t count = counts_[pair];
    novelty += kNew / ((count + 1) * (count + 1));
  }
  return novelty;
}

}  // namespace forkrpc::conformance
