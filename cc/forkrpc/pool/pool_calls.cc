// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/pool_calls.h"

#include "forkrpc/base/monotonic_time.h"

namespace forkrpc {

PoolCallId PoolCalls::Add(PoolCall call) {
  const PoolCallId id = ++last_id_;
  if (call.deadline != MonotonicTime::InfiniteFuture()) {
    deadlines_.emplace(call.deadline, id);
  }
  calls_.emplace(id, std::move(call));
  return id;
}

PoolCall* PoolCalls::Find(PoolCallId id) {
  const auto found = calls_.find(id);
  return found == calls_.end() ? nullptr : &found->second;
}

void PoolCalls::Enqueue(PoolCallId id) {
  PoolCall& call = calls_.at(id);
  call.assignment = 0;
  if (queue_.insert(id).second) queued_octets_ += call.payload.size();
}

void PoolCalls::Dequeue(PoolCallId id) {
  if (queue_.erase(id) > 0) queued_octets_ -= calls_.at(id).payload.size();
}

CallCallback PoolCalls::Take(PoolCallId id) {
  Dequeue(id);
  const auto found = calls_.find(id);
  CallCallback callback = std::move(found->second.callback);
  deadlines_.erase({found->second.deadline, id});
  calls_.erase(found);
  return callback;
}

}  // namespace forkrpc
