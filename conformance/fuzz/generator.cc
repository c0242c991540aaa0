// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/generator.h"

#include <utility>

#include "conformance/fuzz/compile.h"
#include "conformance/fuzz/draw_plan.h"

namespace forkrpc::conformance {
namespace {

constexpr uint64_t kCandidates = 3;

}  // namespace

absl::StatusOr<Generator> Generator::Create(Role role, Form form, uint64_t seed,
                                            const SpecText& spec) {
  absl::StatusOr<Machine> machine = MachineOf(role, form);
  if (!machine.ok()) return machine.status();
  return Generator(role, form, seed, spec,
                   std::make_unique<Machine>(*std::move(machine)));
}

Plan Generator::Next() {
  ++count_;
  Plan best;
  std::vector<int> best_trace;
  uint64_t best_novelty = 0;
  for (uint64_t i = 0; i < kCandidates; ++i) {
    Random random(seed_, count_ * kCandidates + i);
    Plan plan = DrawPlan(role_, form_, &random);
    std::vector<int> trace = Compile(plan, *machine_, spec_, {}).trace;
    const uint64_t novelty = coverage_.Novelty(trace);
    if (i > 0 && novelty <= best_novelty) continue;
    best = std::move(plan);
    best_trace = std::move(trace);
    best_novelty = novelty;
  }
  coverage_.Add(best_trace);
  best.set_seed(seed_);
  best.set_number(count_);
  return best;
}

}  // namespace forkrpc::conformance
