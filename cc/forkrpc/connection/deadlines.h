// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Deadlines: when which call is due, for the calls that have a deadline.
//
// One thread at a time. Add and Remove take logarithmic time; a call without a
// deadline costs nothing, since it is not here. Allocates only to grow.
//
//   const forkrpc::MonotonicTime now = forkrpc::MonotonicNow();
//   forkrpc::Deadlines deadlines;
//   deadlines.Add(7, now + absl::Seconds(1));
//   while (auto call = deadlines.PopDue(now + absl::Seconds(2))) {
//     std::cout << *call << "\n";  // 7
//   }

#ifndef FORKRPC_CONNECTION_DEADLINES_H_
#define FORKRPC_CONNECTION_DEADLINES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"

namespace forkrpc {

// Invariants:
//  1. heap_ is a binary heap, the earliest first: no entry is before its
//     parent, which for the one at i is at (i - 1) / 2.
//  2. place_ has for each call in heap_ where it is there, and nothing else.
class Deadlines {
 public:
  // `call` is not here.
  void Add(uint32_t call, MonotonicTime deadline) {
    heap_.emplace_back();
    MoveUp(heap_.size() - 1, {deadline, call});
  }

  // `call` is here.
  void Remove(uint32_t call) {
    const auto it = place_.find(call);
    const size_t hole = it->second;
    place_.erase(it);
    const Entry last = heap_.back();
    heap_.pop_back();
    if (hole == heap_.size()) return;
    if (hole > 0 && last < heap_[(hole - 1) / 2]) {
      MoveUp(hole, last);
    } else {
      MoveDown(hole, last);
    }
  }

  // The earliest; InfiniteFuture if there is none.
  MonotonicTime Next() const {
    return heap_.empty() ? MonotonicTime::InfiniteFuture()
                         : heap_.front().first;
  }

  // Removes and returns the call with the earliest deadline if that is not
  // after `now`.
  std::optional<uint32_t> PopDue(MonotonicTime now) {
    if (heap_.empty() || Next() > now) return std::nullopt;
    const uint32_t call = heap_.front().second;
    Remove(call);
    return call;
  }

  void Clear() {
    heap_.clear();
    place_.clear();
  }

 private:
  using Entry = std::pair<MonotonicTime, uint32_t>;

  void Put(size_t at, const Entry& entry) {
    heap_[at] = entry;
    place_[entry.second] = at;
  }
  // These put `entry` at `at`, which is free, or where it belongs above it or
  // below it.
  void MoveUp(size_t at, Entry entry) {
    for (size_t parent; at > 0 && entry < heap_[parent = (at - 1) / 2];
         at = parent) {
      Put(at, heap_[parent]);
    }
    Put(at, entry);
  }
  void MoveDown(size_t at, Entry entry) {
    for (size_t child; (child = 2 * at + 1) < heap_.size(); at = child) {
      if (child + 1 < heap_.size() && heap_[child + 1] < heap_[child]) ++child;
      if (entry < heap_[child]) break;
      Put(at, heap_[child]);
    }
    Put(at, entry);
  }

  std::vector<Entry> heap_;
  absl::flat_hash_map<uint32_t, size_t> place_;
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_DEADLINES_H_
