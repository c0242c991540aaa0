// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/oracle/machine.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "conformance/oracle/machines_text.h"
#include "google/protobuf/text_format.h"

namespace forkrpc::conformance {
namespace {

template <typename Range>
Machine::Conditions Bits(const Range& conditions) {
  Machine::Conditions bits = 0;
  for (const int condition : conditions) {
    bits |= Machine::Bit(static_cast<spec::Condition>(condition));
  }
  return bits;
}

absl::StatusOr<std::vector<Machine>> ParseBuiltIn() {
  spec::Machines all;
  if (!google::protobuf::TextFormat::ParseFromString(
          std::string(MachinesText()), &all)) {
    return absl::InternalError("spec/machines.textproto cannot be parsed");
  }
  std::vector<Machine> machines;
  for (const spec::Machine& each : all.machines()) {
    absl::StatusOr<Machine> machine = Machine::Create(each);
    if (!machine.ok()) return machine.status();
    machines.push_back(*std::move(machine));
  }
  return machines;
}

// A constant that takes a millisecond to work out, and every run wants two.
const absl::StatusOr<std::vector<Machine>>& BuiltIn() {
  static const auto* const machines =
      new absl::StatusOr<std::vector<Machine>>(ParseBuiltIn());
  return *machines;
}

}  // namespace

absl::StatusOr<Machine> Machine::Named(absl::string_view name) {
  const absl::StatusOr<std::vector<Machine>>& all = BuiltIn();
  if (!all.ok()) return all.status();
  for (const Machine& machine : *all) {
    if (machine.name() == name) return machine;
  }
  return absl::NotFoundError(absl::StrCat("there is no machine ", name));
}

absl::StatusOr<Machine> Machine::Create(const spec::Machine& data) {
  Machine machine;
  machine.name_ = data.name();
  absl::flat_hash_map<std::string, int> numbers;
  for (const spec::State& state : data.states()) {
    numbers.emplace(state.name(), static_cast<int>(machine.states_.size()));
    machine.states_.push_back(
        {state.name(),
         state.owes(),
         {state.owes_reqs().begin(), state.owes_reqs().end()}});
  }
  const auto number = [&](const std::string& name) {
    const auto found = numbers.find(name);
    return found == numbers.end() ? -1 : found->second;
  };
  machine.leaving_.resize(machine.states_.size() * spec::Event_ARRAYSIZE);
  machine.initial_ = number(data.initial());
  if (machine.initial_ < 0) {
    return absl::InternalError(
        absl::StrCat(data.name(), ": no initial state ", data.initial()));
  }
  for (const spec::Transition& each : data.transitions()) {
    Transition transition;
    transition.number = machine.count_++;
    transition.breach = each.breach();
    transition.to = each.breach() ? -1 : number(each.to());
    const int from = number(each.from());
    transition.from = from;
    if (from < 0 || (!each.breach() && transition.to < 0)) {
      return absl::InternalError(
          absl::StrCat(data.name(), ": a transition between unknown states, ",
                       "from ", each.from(), " to ", each.to()));
    }
    for (const int action : each.actions()) {
      transition.actions.push_back(static_cast<spec::Action>(action));
    }
    transition.reqs.assign(each.reqs().begin(), each.reqs().end());
    transition.when = Bits(each.when());
    transition.unless = Bits(each.unless());
    machine.leaving_[Place(from, each.event())].push_back(
        std::move(transition));
  }
  return machine;
}

std::vector<const Machine::Transition*> Machine::transitions() const {
  std::vector<const Transition*> all(count_);
  for (const std::vector<Transition>& leaving : leaving_) {
    for (const Transition& each : leaving) all[each.number] = &each;
  }
  return all;
}

const Machine::Transition* Machine::Find(int state, spec::Event event,
                                         Conditions holding) const {
  for (const Transition& each : leaving_[Place(state, event)]) {
    if ((each.when & ~holding) == 0 && (each.unless & holding) == 0) {
      return &each;
    }
  }
  return nullptr;
}

}  // namespace forkrpc::conformance
