// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/call_table.h"

#include <utility>

namespace forkrpc {

bool CallTable::InsertSlow(uint32_t id) {
  if (Find(id) != nullptr) return false;
  if (2 * size_ > mask_) Grow();
  Place(Call{id});
  ++size_;
  return true;
}

bool CallTable::TakeFromOverflow(uint32_t id) {
  const size_t erased = overflow_.erase(id);
  size_ -= erased;
  return erased == 1;
}

void CallTable::Place(const Call& call) {
  Call& slot = slots_[call.id & mask_];
  if (slot.id == 0) {
    slot = call;
  } else {
    overflow_.emplace(call.id, call);
  }
}

CallTable::Call* CallTable::FindInOverflow(uint32_t id) {
  const auto it = overflow_.find(id);
  return it == overflow_.end() ? nullptr : &it->second;
}

void CallTable::ForEach(absl::FunctionRef<void(const Call&)> visit) const {
  for (size_t i = 0; i <= mask_; ++i) {
    if (slots_[i].id != 0) visit(slots_[i]);
  }
  for (const auto& [id, call] : overflow_) visit(call);
}

void CallTable::Clear() {
  Allocate(kInitialSlots);
  overflow_.clear();
  size_ = 0;
}

void CallTable::Grow() {
  const size_t old_slots = mask_ + 1;
  const std::unique_ptr<Call[]> old = std::move(slots_);
  const auto old_overflow = std::exchange(overflow_, {});
  Allocate(2 * old_slots);
  for (size_t i = 0; i < old_slots; ++i) {
    if (old[i].id != 0) Place(old[i]);
  }
  for (const auto& [id, call] : old_overflow) Place(call);
}

}  // namespace forkrpc
