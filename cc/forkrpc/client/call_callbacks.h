// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CallCallbacks: what to call when a call ends, by the call's id.
//
// Ids are mostly given out in ascending order, so a callback has its place in
// an array; those that would collide, because an old call is still in flight,
// are in a hash table. One thread at a time. In the steady state nothing is
// allocated.
//
//   callbacks.Insert(call, std::move(callback));
//   callbacks.Take(call)(response);

#ifndef FORKRPC_CLIENT_CALL_CALLBACKS_H_
#define FORKRPC_CLIENT_CALL_CALLBACKS_H_

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/connection/connection.h"

namespace forkrpc {

// How a call ended: its response, which is valid until the callback returns, or
// why there is none.
using CallCallback =
    absl::AnyInvocable<void(absl::StatusOr<absl::string_view>)>;

// Invariants: (1) there are mask_ + 1 slots, a power of two; (2) a callback is
// in the slot id & mask_, or in overflow_ if that one was taken when it came.
class CallCallbacks {
 public:
  CallCallbacks() : slots_(std::make_unique<Slot[]>(kInitialSlots)) {}

  // `call`, which is not 0, must not be there.
  void Insert(CallId call, CallCallback&& callback) {
    if (ABSL_PREDICT_FALSE(size_ > mask_ / 2)) Grow();
    Place(call, std::move(callback));
    ++size_;
  }

  // Removes the callback of `call` and returns it; an empty one if there is
  // none.
  CallCallback Take(CallId call) {
    Slot& slot = slots_[call & mask_];
    if (ABSL_PREDICT_FALSE(slot.call != call || call == 0)) {
      return TakeFromOverflow(call);
    }
    slot.call = 0;
    --size_;
    return std::move(slot.callback);
  }

  size_t size() const { return size_; }

 private:
  struct Slot {
    CallId call = 0;  // 0: free
    CallCallback callback;
  };

  static constexpr size_t kInitialSlots = 16;

  void Place(CallId call, CallCallback&& callback) {
    Slot& slot = slots_[call & mask_];
    if (ABSL_PREDICT_FALSE(slot.call != 0)) {
      overflow_.emplace(call, std::move(callback));
      return;
    }
    slot.call = call;
    slot.callback = std::move(callback);
  }
  CallCallback TakeFromOverflow(CallId call);
  void Grow();

  std::unique_ptr<Slot[]> slots_;
  size_t mask_ = kInitialSlots - 1;
  absl::flat_hash_map<CallId, CallCallback> overflow_;
  size_t size_ = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_CALL_CALLBACKS_H_
