// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/call_callbacks.h"

#include <memory>
#include <utility>

namespace forkrpc {

CallCallback CallCallbacks::TakeFromOverflow(CallId call) {
  const auto found = overflow_.find(call);
  if (found == overflow_.end()) return nullptr;
  CallCallback callback = std::move(found->second);
  overflow_.erase(found);
  --size_;
  return callback;
}

void CallCallbacks::Grow() {
  const size_t slots = mask_ + 1;
  const std::unique_ptr<Slot[]> before =
      std::exchange(slots_, std::make_unique<Slot[]>(2 * slots));
  absl::flat_hash_map<CallId, CallCallback> collided;
  collided.swap(overflow_);
  mask_ = 2 * slots - 1;
  for (size_t i = 0; i < slots; ++i) {
    if (before[i].call == 0) continue;
    Place(before[i].call, std::move(before[i].callback));
  }
  for (auto& [call, callback] : collided) Place(call, std::move(callback));
}

}  // namespace forkrpc
