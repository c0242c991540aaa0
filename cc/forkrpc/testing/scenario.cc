// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/scenario.h"

#include <algorithm>
#include <random>

namespace forkrpc {
namespace {

constexpr size_t kMaxCallsFromOctets = 64;

// Held calls fill the server's limit, and what follows would never be read.
void MakeLegal(Scenario* scenario) {
  if (scenario->holds()) scenario->server_in_flight = 4096;
}

class Octets {
 public:
  explicit Octets(absl::string_view octets) : rest_(octets) {}
  bool empty() const { return rest_.empty(); }
  // 0 behind the end.
  int Next() {
    if (rest_.empty()) return 0;
    const int octet = static_cast<uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return octet;
  }

 private:
  absl::string_view rest_;
};

FaultKind KindFrom(int octet) {
  std::vector<FaultKind> kinds = BenignFaults();
  // Three times as many benign ones as others.
  if (octet >= 192) kinds = DeadlyFaults();
  return kinds[static_cast<size_t>(octet) % kinds.size()];
}

}  // namespace

bool Scenario::holds() const {
  return std::any_of(calls.begin(), calls.end(), [](const ScriptedCall& call) {
    return call.answer_after == kNotAtAll;
  });
}

bool Scenario::abandons() const {
  return std::any_of(calls.begin(), calls.end(), [](const ScriptedCall& call) {
    return call.deadline_after != kNotAtAll || call.cancel_after != kNotAtAll;
  });
}

Scenario TimelessScenario(Form form) {
  Scenario scenario;
  scenario.form = form;
  scenario.up_capacity = 300;
  scenario.down_capacity = 400;
  scenario.half_close = 2;
  scenario.calls.resize(7);
  scenario.calls[1].events = 2;
  scenario.calls[2].response = 0;
  scenario.calls[3].request = 700;  // more than the pipe holds
  scenario.calls[4].response = 900;
  scenario.calls[5].start = 1;
  scenario.calls[6].start = 1;
  scenario.calls[6].events = 1;
  return scenario;
}

Scenario ReferenceScenario(Form form) {
  Scenario scenario = TimelessScenario(form);
  scenario.half_close = 20;
  scenario.calls[0].answer_after = 3;  // overtaken
  scenario.calls[1].answer_after = 2;
  ScriptedCall late;  // its response comes after its deadline
  late.start = 4;
  late.answer_after = 8;
  late.deadline_after = 5;
  scenario.calls.push_back(late);
  ScriptedCall in_time = late;
  in_time.deadline_after = 9;
  scenario.calls.push_back(in_time);
  ScriptedCall cancelled;
  cancelled.start = 5;
  cancelled.answer_after = 4;
  cancelled.cancel_after = 2;
  scenario.calls.push_back(cancelled);
  ScriptedCall held;
  held.start = 6;
  held.answer_after = kNotAtAll;
  scenario.calls.push_back(held);
  scenario.calls.push_back(held);
  return scenario;
}

Scenario RandomScenario(uint32_t seed, int calls) {
  std::mt19937 bits(seed);
  // Not a distribution of the standard library: those differ.
  auto below = [&bits](int n) {
    return static_cast<int>(bits() % static_cast<uint32_t>(n));
  };
  Scenario scenario;
  scenario.form = below(4) == 0 ? Form::kSync : Form::kAsync;
  scenario.first_id = below(2) == 0 ? 1 : 0xFFFFFFF0;
  scenario.up_capacity = 1 + static_cast<size_t>(below(1 << (5 + below(12))));
  scenario.down_capacity = 1 + static_cast<size_t>(below(1 << (5 + below(12))));
  scenario.client_in_flight = 1 + static_cast<size_t>(below(300));
  scenario.server_in_flight = 1 + static_cast<size_t>(below(100));
  scenario.high_water = 1 + static_cast<size_t>(below(100000));
  const bool timed = below(2) == 0;
  const bool holds = below(4) == 0;
  const bool large = below(8) == 0;
  const int pace = 1 + below(40);  // calls for a millisecond
  scenario.calls.resize(static_cast<size_t>(calls));
  int at = 0;
  for (ScriptedCall& call : scenario.calls) {
    if (below(pace) == 0) ++at;
    call.start = at;
    call.request = static_cast<uint32_t>(below(64));
    call.response = static_cast<uint32_t>(below(64));
    if (large && below(16) == 0) {
      call.request = static_cast<uint32_t>(below(40000));
      call.response = static_cast<uint32_t>(below(40000));
    }
    if (below(8) == 0) call.events = below(4);
    if (timed && below(3) == 0) call.answer_after = below(12);
    if (holds && below(20) == 0) call.answer_after = kNotAtAll;
    if (timed && below(6) == 0) call.deadline_after = below(12);
    if (timed && below(8) == 0) call.cancel_after = below(12);
  }
  scenario.half_close = at + below(20);
  MakeLegal(&scenario);
  return scenario;
}

FaultPlan RandomPlanFor(uint32_t seed) {
  std::mt19937 bits(~seed);
  const int faults = static_cast<int>(bits() % 7);
  const bool deadly = bits() % 4 == 0;
  return RandomFaultPlan(&bits, faults, 60, deadly);
}

void ScenarioFromOctets(absl::string_view octets, Scenario* scenario,
                        FaultPlan* plan) {
  Octets numbers(octets);
  *scenario = Scenario();
  plan->clear();
  const int flags = numbers.Next();
  scenario->form = (flags & 1) != 0 ? Form::kSync : Form::kAsync;
  scenario->first_id = (flags & 2) != 0 ? 0xFFFFFFFE : 1;
  scenario->up_capacity = 1 + 4 * static_cast<size_t>(numbers.Next());
  scenario->down_capacity = 1 + 4 * static_cast<size_t>(numbers.Next());
  scenario->client_in_flight = 1 + static_cast<size_t>(numbers.Next());
  scenario->server_in_flight = 1 + static_cast<size_t>(numbers.Next());
  scenario->high_water = 1 + 8 * static_cast<size_t>(numbers.Next());
  const int after = numbers.Next() % 32;
  for (int faults = numbers.Next() % 5; faults > 0; --faults) {
    Fault fault;
    const int where = numbers.Next();
    fault.end = (where & 1) != 0 ? StreamEnd::kServer : StreamEnd::kClient;
    const FaultKind kind = KindFrom(numbers.Next());
    fault.op = (where & 2) != 0 || kind.action == FaultAction::kEof
                   ? FaultOp::kRead
                   : FaultOp::kWrite;
    fault.index = where >> 2;
    fault.action = kind.action;
    fault.amount = kind.amount;
    plan->push_back(fault);
  }
  int at = 0;
  while (!numbers.empty() && scenario->calls.size() < kMaxCallsFromOctets) {
    ScriptedCall call;
    const int kind = numbers.Next();
    at += kind & 3;
    call.start = at;
    call.request =
        static_cast<uint32_t>(numbers.Next()) * ((kind & 4) != 0 ? 9 : 1);
    call.response = static_cast<uint32_t>(numbers.Next());
    call.events = (kind >> 3) & 3;
    if ((kind & 32) != 0) call.answer_after = numbers.Next() % 32 - 1;
    if ((kind & 64) != 0) call.deadline_after = numbers.Next() % 32;
    if ((kind & 128) != 0) call.cancel_after = numbers.Next() % 32;
    scenario->calls.push_back(call);
  }
  scenario->half_close = at + after;
  MakeLegal(scenario);
}

}  // namespace forkrpc
