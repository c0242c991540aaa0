// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CallTable: the calls in flight, by id.
//
// One thread at a time. Ids are given out one after the other, so id modulo
// size is a perfect hash for all but a few calls that outlive a whole round of
// ids: insert, find and erase touch one slot each, without hashing. A general
// hash map alone takes five times as long here (call_table_benchmark.cc),
// which a client with a thousand calls in flight notices.
//
//   CallTable calls;
//   if (!calls.Insert(7)) return AlreadyInFlight(7);
//   if (!calls.Take(7)) return NotInFlight(7);

#ifndef FORKRPC_CONNECTION_CALL_TABLE_H_
#define FORKRPC_CONNECTION_CALL_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/base/optimization.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"

namespace forkrpc {

// Invariants:
//  1. There are mask_ + 1 slots, a power of two and at least 2 * size_.
//  2. A call is in its slot, id & mask, or in overflow_ if that slot was taken
//     when it was inserted; never in both.
class CallTable {
 public:
  struct Call {
    uint32_t id = 0;            // 0 marks a free slot
    bool abandoned = false;     // nobody waits for it, but its id is taken
    bool has_deadline = false;  // see deadlines.h
  };

  CallTable() { Allocate(kInitialSlots); }

  // Inserts `id`, which is not 0; false, and nothing done, if it is there
  // already. Ends the life of pointers.
  bool Insert(uint32_t id) {
    Call& slot = slots_[id & mask_];
    if (ABSL_PREDICT_FALSE(slot.id != 0 || 2 * size_ > mask_ ||
                           !overflow_.empty())) {
      return InsertSlow(id);
    }
    slot = Call{id};
    ++size_;
    return true;
  }

  // nullptr if `id` is not there; 0 never is. Valid until the next change.
  Call* Find(uint32_t id) {
    Call& slot = slots_[id & mask_];
    if (ABSL_PREDICT_TRUE(slot.id == id && id != 0)) return &slot;
    return overflow_.empty() ? nullptr : FindInOverflow(id);
  }
  const Call* Find(uint32_t id) const {
    return const_cast<CallTable*>(this)->Find(id);
  }

  // Removes `id`; false if it is not there.
  bool Take(uint32_t id) {
    Call& slot = slots_[id & mask_];
    if (ABSL_PREDICT_FALSE(slot.id != id || id == 0)) {
      return TakeFromOverflow(id);
    }
    slot.id = 0;
    --size_;
    return true;
  }

  // Removes `id` if it is there and is neither abandoned nor has a deadline;
  // false if not.
  bool TakePlain(uint32_t id) {
    Call& slot = slots_[id & mask_];
    if (ABSL_PREDICT_FALSE(slot.id != id || id == 0 || slot.abandoned ||
                           slot.has_deadline)) {
      return false;
    }
    slot.id = 0;
    --size_;
    return true;
  }

  size_t size() const { return size_; }

  // Visits all calls, in no order. `visit` must not change the table.
  void ForEach(absl::FunctionRef<void(const Call&)> visit) const;

  // Removes all and gives memory back.
  void Clear();

 private:
  static constexpr size_t kInitialSlots = 16;

  void Allocate(size_t slots) {
    slots_ = std::make_unique<Call[]>(slots);
    mask_ = slots - 1;
  }
  bool InsertSlow(uint32_t id);
  void Place(const Call& call);
  bool TakeFromOverflow(uint32_t id);
  Call* FindInOverflow(uint32_t id);
  void Grow();

  std::unique_ptr<Call[]> slots_;
  size_t mask_;
  absl::flat_hash_map<uint32_t, Call> overflow_;
  size_t size_ = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_CALL_TABLE_H_
