// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PoolCalls: the calls of a pool that have not ended, in which order they wait,
// and when they must end.
//
// Knows no worker, clock or loop. One thread. Memory follows the calls; not for
// users.
//
//   const PoolCallId id = calls.Add(std::move(call));
//   calls.Enqueue(id);
//   ...
//   while ((id = calls.Expired(now)) != 0) calls.Take(id)(status);

#ifndef FORKRPC_POOL_POOL_CALLS_H_
#define FORKRPC_POOL_POOL_CALLS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/call_callback.h"
#include "forkrpc/pool/pool_options.h"

namespace forkrpc {

// Names one attempt to have a call executed by one worker.
using Assignment = uint64_t;

struct PoolCall {
  CallCallback callback;
  MonotonicTime deadline = MonotonicTime::InfiniteFuture();
  // The request, while it may still have to be sent.
  std::string payload;
  bool idempotent = false;
  int attempts = 0;
  // The attempt that is under way; 0 if it waits for a worker.
  Assignment assignment = 0;
};

// Invariants: (1) queue_ has ids of calls_ only, and queued_octets_ is the sum
// of their payloads; (2) a call is in deadlines_ iff it has a deadline.
class PoolCalls {
 public:
  // The call is not in the queue yet.
  PoolCallId Add(PoolCall call);

  // Null if it has ended.
  PoolCall* Find(PoolCallId id);

  // Lets a call wait for a worker, at the place that it had first: one that is
  // tried again is older than those that wait.
  void Enqueue(PoolCallId id);
  // The call that has waited longest; 0 if none.
  PoolCallId Oldest() const { return queue_.empty() ? 0 : *queue_.begin(); }
  // It no longer waits.
  void Dequeue(PoolCallId id);

  // Ends a call. It must be there.
  CallCallback Take(PoolCallId id);

  // A call whose deadline has come, the earliest first; 0 if none.
  PoolCallId Expired(MonotonicTime now) const {
    return NextDeadline() <= now ? deadlines_.begin()->second : 0;
  }
  MonotonicTime NextDeadline() const {
    return deadlines_.empty() ? MonotonicTime::InfiniteFuture()
                              : deadlines_.begin()->first;
  }

  size_t size() const { return calls_.size(); }
  size_t queued() const { return queue_.size(); }
  size_t queued_octets() const { return queued_octets_; }

 private:
  absl::flat_hash_map<PoolCallId, PoolCall> calls_;
  absl::btree_set<PoolCallId> queue_;
  absl::btree_set<std::pair<MonotonicTime, PoolCallId>> deadlines_;
  size_t queued_octets_ = 0;
  PoolCallId last_id_ = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_POOL_POOL_CALLS_H_
