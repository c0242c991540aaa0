// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CheckPlan: whether a simulation with faults ended as one without them, as far
// as it should.
//
//   const SimulationResult good = Simulate(scenario, {});
//   absl::Status status = CheckAndShrink(scenario, good, plan);

#ifndef FORKRPC_TESTING_SIMULATION_JUDGE_H_
#define FORKRPC_TESTING_SIMULATION_JUDGE_H_

#include "absl/status/status.h"
#include "forkrpc/testing/fault_plan.h"
#include "forkrpc/testing/scenario.h"
#include "forkrpc/testing/simulation.h"

namespace forkrpc {

// Simulates with `plan` and compares with `good`, the result without a fault.
// After benign faults the outcome is the same; delays may change which calls
// end in time. After others every call still ends once, and what arrives is
// what would have arrived, in that order, with gaps. The error has the plan.
absl::Status CheckPlan(const Scenario& scenario, const SimulationResult& good,
                       const FaultPlan& plan);

// The same with the smallest part of the plan that still fails.
absl::Status CheckAndShrink(const Scenario& scenario,
                            const SimulationResult& good,
                            const FaultPlan& plan);

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_SIMULATION_JUDGE_H_
