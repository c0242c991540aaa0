// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/walk.h"

namespace forkrpc::conformance {

void Walk::Take(spec::Event event, uint32_t id) {
  Machine::Conditions holding = 0;
  if (id == 0) holding |= Machine::Bit(spec::ID_ZERO);
  if (by_id_.count(id) != 0) holding |= Machine::Bit(spec::ID_IN_FLIGHT);
  if (count_ > 0) holding |= Machine::Bit(spec::ANY_IN_FLIGHT);
  const Machine::Transition* const taken =
      machine_.Find(state_, event, holding);
  if (taken == nullptr || taken->breach) {
    legal_ = false;
    return;
  }
  for (const spec::Action action : taken->actions) {
    if (action == spec::BEGIN_CALL) {
      ++count_;
      ++by_id_[id];
    } else if (action == spec::END_OLDEST_CALL && count_ > 0) {
      --count_;
    } else if (action == spec::END_CALL && by_id_.count(id) != 0) {
      --count_;
      if (--by_id_[id] == 0) by_id_.erase(id);
    } else if (action == spec::END_ALL_CALLS) {
      count_ = 0;
      by_id_.clear();
    }
  }
  state_ = taken->to;
  trace_.push_back(taken->number);
}

}  // namespace forkrpc::conformance
