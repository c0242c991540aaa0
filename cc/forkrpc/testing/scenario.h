// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Scenario: what the two ends of a simulated connection do, and when.
//
// Plain values, times in milliseconds of the virtual clock. Made by hand, from
// a seed (the same on every machine) or from any octets (for fuzzing).
//
//   Scenario scenario = RandomScenario(seed);
//   Scenario reference = ReferenceScenario(Form::kAsync);

#ifndef FORKRPC_TESTING_SCENARIO_H_
#define FORKRPC_TESTING_SCENARIO_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "forkrpc/connection/connection.h"
#include "forkrpc/testing/fault_plan.h"
#include "forkrpc/wire/frame.h"

namespace forkrpc {

inline constexpr int kNotAtAll = -1;

struct ScriptedCall {
  int start = 0;  // not before that of the call in front
  // Octets; less than kSmallestPayload counts as that.
  uint32_t request = 16;
  uint32_t response = 16;
  int events = 0;        // raised before the response
  int answer_after = 0;  // kNotAtAll: held until the client half-closes
  int deadline_after = kNotAtAll;
  int cancel_after = kNotAtAll;
};

struct Scenario {
  Form form = Form::kAsync;
  CallId first_id = 1;
  size_t up_capacity = 65536;  // of the pipes
  size_t down_capacity = 65536;
  size_t client_in_flight = 4096;
  size_t server_in_flight = 4096;
  size_t high_water = size_t{1} << 20;
  int half_close = 0;  // when; calls that start later are refused
  std::vector<ScriptedCall> calls;

  // Whether a call is held until the half-close.
  bool holds() const;
  // Whether a call may be ended by time or by its caller.
  bool abandons() const;
};

// A payload names its call and what it is.
inline constexpr size_t kSmallestPayload = 8;

// Answers at once, later and out of order, events, a deadline, a cancel, a
// large payload, then the half-close: few calls of each function of the stream.
Scenario ReferenceScenario(Form form);
// The same without what depends on time.
Scenario TimelessScenario(Form form);

Scenario RandomScenario(uint32_t seed, int calls = 200);
// One that has faults too, up to six.
FaultPlan RandomPlanFor(uint32_t seed);

// Any octets make sense: a scenario of at most 64 calls, and a plan.
void ScenarioFromOctets(absl::string_view octets, Scenario* scenario,
                        FaultPlan* plan);

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_SCENARIO_H_
