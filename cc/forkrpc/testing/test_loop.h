// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TestLoop: an event loop that a test runs until something has happened.
//
// A wait for what does not come fails the test after kTooLong, instead of
// hanging. One thread.
//
//   TestLoop loop;
//   auto watch = loop->WatchFd(fd, [&](unsigned) { seen = true; });
//   ...
//   ASSERT_TRUE(loop.RunUntil([&] { return seen; }));

#ifndef FORKRPC_TESTING_TEST_LOOP_H_
#define FORKRPC_TESTING_TEST_LOOP_H_

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/event_loop/libuv_loop.h"

namespace forkrpc {

class TestLoop {
 public:
  // Only a hang takes so long, also under a sanitizer on a busy machine.
  static constexpr absl::Duration kTooLong = absl::Seconds(60);

  EventLoop* get() { return &loop_; }
  EventLoop* operator->() { return &loop_; }

  // Runs the loop until `condition` holds, which is looked at often, between
  // callbacks. False if it does not hold after `limit`.
  bool RunUntil(absl::FunctionRef<bool()> condition,
                absl::Duration limit = kTooLong);

  // Runs the loop for some turns: what was to happen at once has happened. A
  // test that nothing happens may pass by chance, but never fails by it.
  void RunForAWhile();

 private:
  LibuvLoop loop_;
};

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_TEST_LOOP_H_
