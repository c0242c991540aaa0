// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LoopEnd: who is told that an event loop is about to be destroyed.
//
// A part of EventLoop, whose WatchEnd() says what is promised. One thread, that
// of the loop. Allocates for each watch.
//
//   forkrpc::LoopEnd end;
//   auto watch = end.Watch([] { std::cout << "the loop ends\n"; });
//   end.Tell();

#ifndef FORKRPC_EVENT_LOOP_LOOP_END_H_
#define FORKRPC_EVENT_LOOP_LOOP_END_H_

#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "forkrpc/event_loop/ring.h"

namespace forkrpc {

// What is to be called at a loop's end. Destroying it ends that; it may outlive
// the loop.
class EndWatch final : public RingNode {
 public:
  explicit EndWatch(absl::AnyInvocable<void()> callback)
      : callback_(std::move(callback)) {}

 private:
  friend class LoopEnd;
  absl::AnyInvocable<void()> callback_;
};

class LoopEnd {
 public:
  std::unique_ptr<EndWatch> Watch(absl::AnyInvocable<void()> callback) {
    auto watch = std::make_unique<EndWatch>(std::move(callback));
    watches_.Add(watch.get());
    return watch;
  }

  // Calls each watch once, in the order in which they were made, those that are
  // made meanwhile behind the others. Each may be destroyed meanwhile.
  void Tell() {
    while (EndWatch* const watch = watches_.first()) {
      watch->Leave();
      // The watch may be destroyed by its own callback.
      absl::AnyInvocable<void()> callback = std::move(watch->callback_);
      callback();
    }
  }

 private:
  Ring<EndWatch> watches_;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_LOOP_END_H_
