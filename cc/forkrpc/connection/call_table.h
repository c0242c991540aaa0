// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CallTable: the calls in flight, by id.
//
// One thread at a time. Ids are given out one after the other, so id modulo
// size is a perfect hash for all but a few calls that outlive a whole round of
// ids: insert, find and erase touch one slot each, without hashing. A general
// hash map alone takes three times as long here (call_table_benchmark.cc),
// which a client with a thousand calls in flight notices.
//
//   CallTable calls;
//   calls.Insert(7);
//   if (calls.Find(7) != nullptr) calls.Erase(7);

#ifndef FORKRPC_CONNECTION_CALL_TABLE_H_
#define FORKRPC_CONNECTION_CALL_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/base/optimization.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"

namespace forkrpc {

// Invariants:
//  1. slots_.size() is a power of two and at least 2 * size_.
//  2. A call is in its slot, id & mask, or in overflow_ if that slot was taken
//     when it was inserted; never in both.
class CallTable {
 public:
  struct Call {
    uint32_t id = 0;            // 0 marks a free slot
    bool abandoned = false;     // nobody waits for it, but its id is taken
    bool has_deadline = false;  // see deadlines.h
  };

  CallTable() : slots_(kInitialSlots) {}

  // `id` is neither 0 nor in the table. Ends the life of pointers.
  void Insert(uint32_t id, bool has_deadline = false) {
    if (2 * (size_ + 1) > slots_.size()) Grow();
    Place(Call{id, false, has_deadline});
    ++size_;
  }

  // nullptr if `id` is not there; 0 never is. Valid until Insert() or Erase().
  Call* Find(uint32_t id) {
    Call& slot = slots_[id & mask()];
    if (ABSL_PREDICT_TRUE(slot.id == id && id != 0)) return &slot;
    return overflow_.empty() ? nullptr : FindInOverflow(id);
  }
  const Call* Find(uint32_t id) const {
    return const_cast<CallTable*>(this)->Find(id);
  }

  // Inserts `id`, which is not 0; false if it is there already.
  bool InsertNew(uint32_t id) {
    if (ABSL_PREDICT_FALSE(Find(id) != nullptr)) return false;
    Insert(id);
    return true;
  }

  // Removes `id`; false if it is not there.
  bool Take(uint32_t id) {
    if (ABSL_PREDICT_FALSE(Find(id) == nullptr)) return false;
    Erase(id);
    return true;
  }

  // Removes `id`, which is in the table. Ends the life of pointers.
  void Erase(uint32_t id) {
    Call& slot = slots_[id & mask()];
    if (ABSL_PREDICT_TRUE(slot.id == id)) {
      slot.id = 0;
    } else {
      overflow_.erase(id);
    }
    --size_;
  }

  size_t size() const { return size_; }

  // Visits all calls, in no order. `visit` must not change the table.
  void ForEach(absl::FunctionRef<void(const Call&)> visit) const;

  // Removes all and gives memory back.
  void Clear();

 private:
  static constexpr size_t kInitialSlots = 16;

  size_t mask() const { return slots_.size() - 1; }
  void Place(const Call& call) {
    Call& slot = slots_[call.id & mask()];
    if (ABSL_PREDICT_TRUE(slot.id == 0)) {
      slot = call;
    } else {
      overflow_.emplace(call.id, call);
    }
  }
  Call* FindInOverflow(uint32_t id);
  void Grow();

  std::vector<Call> slots_;
  absl::flat_hash_map<uint32_t, Call> overflow_;
  size_t size_ = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_CALL_TABLE_H_
