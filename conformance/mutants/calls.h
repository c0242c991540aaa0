// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Calls: what a parent's mutation must know of the calls in flight.
//
//   return Knowing(cls, [](Frame frame, Calls& calls, Relay& relay) { ... });

#ifndef CONFORMANCE_MUTANTS_CALLS_H_
#define CONFORMANCE_MUTANTS_CALLS_H_

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <utility>

#include "conformance/mutants/mutation.h"
#include "conformance/mutants/relay.h"

namespace forkrpc::mutants {

// The calls in flight: ids that the testee gave, in the order of the calls. In
// the sync form they are numbered here.
struct Calls {
  std::deque<uint32_t> in_flight;
  std::set<uint32_t> answered;
  uint32_t made = 0;

  bool Has(uint32_t id) const {
    return std::count(in_flight.begin(), in_flight.end(), id) > 0;
  }
  void Leave(uint32_t id) {
    const auto it = std::find(in_flight.begin(), in_flight.end(), id);
    if (it != in_flight.end()) in_flight.erase(it);
    answered.insert(id);
  }
};

// A mutation that knows the calls in flight; `incoming` gets each frame.
using Incoming = std::function<void(Frame, Calls&, Relay&)>;

inline Mutation Knowing(const Class& cls, const Incoming& incoming) {
  Mutation mutation;
  auto calls = std::make_shared<Calls>();
  mutation.out.frame = [cls, calls](const Frame& frame, Relay& relay) {
    ++calls->made;
    calls->in_flight.push_back(cls.async ? frame.id() : calls->made);
    relay.ToWire(frame.octets());
  };
  mutation.in.frame = [calls, incoming](Frame frame, Relay& relay) {
    incoming(std::move(frame), *calls, relay);
  };
  return mutation;
}

inline void Deliver(const Class& cls, const Frame& frame, Calls& calls,
                    Relay& relay) {
  if (frame.id() != 0 && !calls.in_flight.empty()) {
    calls.Leave(cls.async ? frame.id() : calls.in_flight.front());
  }
  relay.ToInner(frame.octets());
}

}  // namespace forkrpc::mutants

#endif  // CONFORMANCE_MUTANTS_CALLS_H_
