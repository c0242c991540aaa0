// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Deadlines: when which call is due, for the calls that have a deadline.
//
// One thread at a time. Add and Remove take logarithmic time; a call without a
// deadline costs nothing, since it is not here.
//
//   Deadlines deadlines;
//   deadlines.Add(7, now + absl::Seconds(1));
//   while (std::optional<uint32_t> call = deadlines.PopDue(now)) Expire(*call);

#ifndef FORKRPC_CONNECTION_DEADLINES_H_
#define FORKRPC_CONNECTION_DEADLINES_H_

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

namespace forkrpc {

// Invariant: by_time_ and by_call_ hold the same pairs.
class Deadlines {
 public:
  // `call` is not here.
  void Add(uint32_t call, absl::Time deadline) {
    by_time_.emplace(deadline, call);
    by_call_.emplace(call, deadline);
  }

  // `call` is here.
  void Remove(uint32_t call) {
    const auto it = by_call_.find(call);
    by_time_.erase({it->second, call});
    by_call_.erase(it);
  }

  // The earliest; InfiniteFuture if there is none.
  absl::Time Next() const {
    return by_time_.empty() ? absl::InfiniteFuture() : by_time_.begin()->first;
  }

  // Removes and returns the call with the earliest deadline if that is not
  // after `now`.
  std::optional<uint32_t> PopDue(absl::Time now) {
    if (Next() > now || by_time_.empty()) return std::nullopt;
    const uint32_t call = by_time_.begin()->second;
    Remove(call);
    return call;
  }

  void Clear() {
    by_time_.clear();
    by_call_.clear();
  }

 private:
  absl::btree_set<std::pair<absl::Time, uint32_t>> by_time_;
  absl::flat_hash_map<uint32_t, absl::Time> by_call_;
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_DEADLINES_H_
