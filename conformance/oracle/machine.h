// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Machine: one state machine of the specification, ready to be run.
//
// Made from spec/machines.textproto, which is built in; it knows states and
// transitions by number and judges nothing. Immutable; any thread.
//
//   absl::StatusOr<Machine> machine = Machine::Named("parent-async");
//   const Machine::Transition* taken = machine->Find(
//       machine->initial(), spec::RECEIVE_END, Machine::Bit(spec::ID_ZERO));

#ifndef CONFORMANCE_ORACLE_MACHINE_H_
#define CONFORMANCE_ORACLE_MACHINE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/machine.pb.h"

namespace forkrpc::conformance {

class Machine {
 public:
  // A set of conditions that hold, as bits.
  using Conditions = uint32_t;
  static constexpr Conditions Bit(spec::Condition condition) {
    return Conditions{1} << condition;
  }

  struct Transition {
    int number = 0;  // its place in transitions()
    int from = -1;   // a state
    int to = -1;     // a state; -1 for a breach
    bool breach = false;
    std::vector<spec::Action> actions;
    std::vector<std::string> reqs;
    Conditions when = 0;
    Conditions unless = 0;
  };

  struct State {
    std::string name;
    std::string owes;
    std::vector<std::string> owes_reqs;
  };

  // The machine with that name in the specification that is built in. NotFound
  // if there is none, Internal if the data cannot be used.
  static absl::StatusOr<Machine> Named(absl::string_view name);
  static absl::StatusOr<Machine> Create(const spec::Machine& data);

  int initial() const { return initial_; }
  const State& state(int number) const { return states_[number]; }
  const std::string& name() const { return name_; }
  // All of them, in the order of the specification; valid until this is
  // changed or destroyed.
  std::vector<const Transition*> transitions() const;

  // What the event does in that state while `holding` holds; null if it cannot
  // occur there.
  const Transition* Find(int state, spec::Event event,
                         Conditions holding) const;

 private:
  // Where the transitions from that state at that event stand in leaving_.
  static size_t Place(int state, spec::Event event) {
    return static_cast<size_t>(state) * spec::Event_ARRAYSIZE + event;
  }

  std::string name_;
  int initial_ = 0;
  std::vector<State> states_;
  int count_ = 0;  // of transitions
  // By Place(): who watches a wire at work looks here for every octet of a
  // header.
  std::vector<std::vector<Transition>> leaving_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_ORACLE_MACHINE_H_
