// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/call_table.h"

#include <utility>

namespace forkrpc {

CallTable::Call* CallTable::FindInOverflow(uint32_t id) {
  const auto it = overflow_.find(id);
  return it == overflow_.end() ? nullptr : &it->second;
}

void CallTable::ForEach(absl::FunctionRef<void(const Call&)> visit) const {
  for (const Call& call : slots_) {
    if (call.id != 0) visit(call);
  }
  for (const auto& [id, call] : overflow_) visit(call);
}

void CallTable::Clear() { *this = CallTable(); }

void CallTable::Grow() {
  const size_t new_size = 2 * slots_.size();
  const std::vector<Call> old =
      std::exchange(slots_, std::vector<Call>(new_size));
  const auto old_overflow = std::exchange(overflow_, {});
  for (const Call& call : old) {
    if (call.id != 0) Place(call);
  }
  for (const auto& [id, call] : old_overflow) Place(call);
}

}  // namespace forkrpc
