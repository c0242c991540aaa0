// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Walk: which transitions of the oracle's machine a correct testee would take.
//
// It is told the events in one order in which they may happen. The machine must
// outlive it. One thread.
//
//   Walk walk(machine);
//   walk.Take(spec::RECEIVE_REQUEST, id);
//   walk.Take(spec::SEND_RESPONSE, id);
//   coverage.Add(walk.trace());

#ifndef CONFORMANCE_FUZZ_WALK_H_
#define CONFORMANCE_FUZZ_WALK_H_

#include <cstdint>
#include <map>
#include <vector>

#include "conformance/oracle/machine.h"

namespace forkrpc::conformance {

// Invariant: trace_ holds the numbers of legal transitions, each of which
// leaves the state that the one before led to.
class Walk {
 public:
  explicit Walk(const Machine& machine)
      : machine_(machine), state_(machine.initial()) {}

  // Nothing happens if the machine does not know the event in its state; a
  // breach or an unknown event makes legal() false.
  void Take(spec::Event event, uint32_t id = 0);

  const std::vector<int>& trace() const { return trace_; }
  bool legal() const { return legal_; }
  // "DRAINING".
  const std::string& state() const { return machine_.state(state_).name; }

 private:
  const Machine& machine_;
  int state_;
  std::map<uint32_t, int> by_id_;  // async form: calls in flight
  int count_ = 0;
  std::vector<int> trace_;
  bool legal_ = true;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_WALK_H_
