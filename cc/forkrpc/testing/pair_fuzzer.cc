// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets as a scenario and a fault plan: both connections against each
// other keep all rules, and after benign faults have the same results.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "forkrpc/testing/scenario.h"
#include "forkrpc/testing/simulation.h"
#include "forkrpc/testing/simulation_judge.h"

namespace {

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "broken: %s\n", status.ToString().c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  forkrpc::Scenario scenario;
  forkrpc::FaultPlan plan;
  forkrpc::ScenarioFromOctets(
      absl::string_view(reinterpret_cast<const char*>(data), size), &scenario,
      &plan);
  const forkrpc::SimulationResult good = forkrpc::Simulate(scenario, {});
  Require(good.violation);
  if (!plan.empty()) Require(forkrpc::CheckPlan(scenario, good, plan));
  return 0;
}
