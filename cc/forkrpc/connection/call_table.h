// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CallTable: the calls in flight by their ids, each with a value.
//
// One thread at a time. Ids are given out one after the other, so id modulo
// size is a perfect hash for all but a few calls that outlive a whole round of
// ids: insert, find and erase touch one slot each, without hashing. A general
// hash map alone takes five times as long here (call_table_benchmark.cc),
// which a client with a thousand calls in flight notices. In the steady state
// nothing is allocated.
//
//   forkrpc::CallTable<std::string> calls;
//   calls.Insert(7, "a value of the call's");
//   if (std::string* value = calls.Find(7)) value->append(", changed");
//   const std::string value = calls.Take(7);

#ifndef FORKRPC_CONNECTION_CALL_TABLE_H_
#define FORKRPC_CONNECTION_CALL_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/container/flat_hash_map.h"

namespace forkrpc {

// Value is movable; Value(), and one that was moved from, hold nothing.
//
// Invariants:
//  1. There are mask_ + 1 slots, a power of two and at least 2 * size_.
//  2. A call is in its slot, id & mask, or in overflow_ if that slot was taken
//     when it was inserted; never in both.
//  3. A free slot has the id 0, and a value that holds nothing.
//  4. quick_size_ is half the number of slots, or 0 while overflow_ has a call:
//     below it a new call may go into its slot without another look.
template <typename Value>
class CallTable {
 public:
  CallTable() { Allocate(kInitialSlots); }

  // Inserts `id`, which is not 0; false, and nothing done, if it is there
  // already. Ends the life of pointers.
  bool Insert(uint32_t id, Value&& value = Value()) {
    Slot& slot = slots_[id & mask_];
    if (ABSL_PREDICT_FALSE(slot.id != 0 || size_ >= quick_size_)) {
      return InsertSlow(id, std::move(value));
    }
    slot.id = id;
    slot.value = std::move(value);
    ++size_;
    return true;
  }

  // nullptr if `id` is not there; 0 never is. Valid until the next change.
  Value* Find(uint32_t id) {
    Slot& slot = slots_[id & mask_];
    if (ABSL_PREDICT_TRUE(slot.id == id && id != 0)) return &slot.value;
    return overflow_.empty() ? nullptr : FindInOverflow(id);
  }
  const Value* Find(uint32_t id) const {
    return const_cast<CallTable*>(this)->Find(id);
  }

  // Removes `id`; false if it is not there.
  bool Erase(uint32_t id) {
    Slot& slot = slots_[id & mask_];
    if (ABSL_PREDICT_FALSE(slot.id != id || id == 0)) {
      return EraseFromOverflow(id);
    }
    Free(&slot);
    return true;
  }

  // The same, and returns its value; Value() if it is not there.
  Value Take(uint32_t id) {
    Slot& slot = slots_[id & mask_];
    if (ABSL_PREDICT_FALSE(slot.id != id || id == 0)) {
      return TakeFromOverflow(id);
    }
    slot.id = 0;
    --size_;
    return std::move(slot.value);
  }

  // Removes `id` if it is in its slot with a value that is equal to `value`. If
  // not, which is rare, the general way is to be tried.
  bool EraseQuickly(uint32_t id, const Value& value) {
    Slot& slot = slots_[id & mask_];
    if (ABSL_PREDICT_FALSE(slot.id != id || id == 0 || slot.value != value)) {
      return false;
    }
    Free(&slot);
    return true;
  }

  size_t size() const { return size_; }

  // Calls visit(id, value) for all calls, in no order. It must not change the
  // table.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (size_t i = 0; i <= mask_; ++i) {
      if (slots_[i].id != 0) visit(slots_[i].id, slots_[i].value);
    }
    for (const auto& [id, value] : overflow_) visit(id, value);
  }

  // Removes all and gives memory back.
  void Clear() {
    overflow_.clear();
    Allocate(kInitialSlots);
    size_ = 0;
  }

 private:
  struct Slot {
    uint32_t id = 0;
    Value value = Value();
  };

  static constexpr size_t kInitialSlots = 16;

  void Allocate(size_t slots) {
    slots_ = std::make_unique<Slot[]>(slots);
    mask_ = slots - 1;
    SetQuickSize();
  }
  void SetQuickSize() { quick_size_ = overflow_.empty() ? (mask_ + 1) / 2 : 0; }
  void Free(Slot* slot) {
    slot->id = 0;
    if constexpr (!std::is_trivially_destructible_v<Value>) {
      slot->value = Value();
    }
    --size_;
  }

  ABSL_ATTRIBUTE_NOINLINE bool InsertSlow(uint32_t id, Value&& value) {
    if (Find(id) != nullptr) return false;
    if (size_ >= (mask_ + 1) / 2) Grow();
    Place(id, std::move(value));
    ++size_;
    return true;
  }
  void Place(uint32_t id, Value&& value) {
    Slot& slot = slots_[id & mask_];
    if (slot.id != 0) {
      overflow_.emplace(id, std::move(value));
      quick_size_ = 0;
      return;
    }
    slot.id = id;
    slot.value = std::move(value);
  }
  Value* FindInOverflow(uint32_t id) {
    const auto it = overflow_.find(id);
    return it == overflow_.end() ? nullptr : &it->second;
  }
  bool EraseFromOverflow(uint32_t id) {
    const size_t erased = overflow_.erase(id);
    SetQuickSize();
    size_ -= erased;
    return erased == 1;
  }
  ABSL_ATTRIBUTE_NOINLINE Value TakeFromOverflow(uint32_t id) {
    const auto it = overflow_.find(id);
    if (it == overflow_.end()) return Value();
    Value value = std::move(it->second);
    overflow_.erase(it);
    SetQuickSize();
    --size_;
    return value;
  }
  void Grow() {
    const size_t old_slots = mask_ + 1;
    const std::unique_ptr<Slot[]> old = std::move(slots_);
    auto old_overflow = std::exchange(overflow_, {});
    Allocate(2 * old_slots);
    for (size_t i = 0; i < old_slots; ++i) {
      if (old[i].id != 0) Place(old[i].id, std::move(old[i].value));
    }
    for (auto& [id, value] : old_overflow) Place(id, std::move(value));
  }

  std::unique_ptr<Slot[]> slots_;
  size_t mask_;
  size_t quick_size_;
  absl::flat_hash_map<uint32_t, Value> overflow_;
  size_t size_ = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_CALL_TABLE_H_
