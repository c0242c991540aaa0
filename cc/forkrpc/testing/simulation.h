// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Simulate: a client and a server connection against each other, with faults,
// under a virtual clock.
//
// Deterministic: a scenario and a plan give one trace, on every machine. Time
// stands still while anything can happen. After each step ReferenceModel judges
// what happened and what can be seen of both connections. No descriptor, no
// thread.
//
//   const Scenario scenario = RandomScenario(seed);
//   const SimulationResult result = Simulate(RandomScenario(seed), plan);
//   if (!result.violation.ok()) ...
//
// simulation_judge.h compares with what happens without faults.

#ifndef FORKRPC_TESTING_SIMULATION_H_
#define FORKRPC_TESTING_SIMULATION_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/testing/fault_plan.h"
#include "forkrpc/testing/scenario.h"

namespace forkrpc {

// What the client was told, in order.
struct SimulationEntry {
  enum Kind { kResponse, kEvent, kFailed, kRefused, kClosed };
  Kind kind;
  int call;    // -1 for kClosed
  int detail;  // the event's number, or the status' code

  friend bool operator==(const SimulationEntry& a, const SimulationEntry& b) {
    return a.kind == b.kind && a.call == b.call && a.detail == b.detail;
  }
};

std::string ToString(const SimulationEntry& entry);

struct SimulationResult {
  // What was wrong first: a rule that ReferenceModel knows, or a hang.
  absl::Status violation;
  std::vector<SimulationEntry> log;
  OpCounts ops;        // what each end asked of its stream
  uint64_t trace = 0;  // of log and its times
  int64_t calls = 0;   // started
  int64_t responses = 0;
  int64_t failures = 0;
  int64_t events = 0;
};

// `tell` gets a line for each thing that happens, if it is set.
SimulationResult Simulate(
    const Scenario& scenario, const FaultPlan& plan,
    const std::function<void(absl::string_view)>& tell = nullptr);

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_SIMULATION_H_
