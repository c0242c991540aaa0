// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// EndingLoopTestBase: a loop that is destroyed within a test.
//
//   auto timer = this->ending()->MakeTimer([] { ADD_FAILURE(); });
//   this->End();

#ifndef FORKRPC_EVENT_LOOP_ENDING_LOOP_TEST_BASE_H_
#define FORKRPC_EVENT_LOOP_ENDING_LOOP_TEST_BASE_H_

#include <memory>
#include <utility>

#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/event_loop/event_loop_test_base.h"
#include "gtest/gtest.h"

namespace forkrpc {

template <typename Harness>
class EndingLoopTestBase : public EventLoopTestBase<Harness> {
 protected:
  EventLoop* ending() { return ending_->loop(); }
  void End() { ending_ = nullptr; }

  std::unique_ptr<FdWatch> WatchEnding(int fd, EventLoop::FdCallback callback) {
    auto watch = ending()->WatchFd(fd, std::move(callback));
    EXPECT_TRUE(watch.ok()) << watch.status();
    (*watch)->SetInterest(EventLoop::kReadable);
    return *std::move(watch);
  }

  std::unique_ptr<Harness> ending_ = std::make_unique<Harness>();
};

// Uses its loop for all that can be, when it is destroyed.
class UsesALoopAtItsEnd {
 public:
  UsesALoopAtItsEnd(EventLoop* loop, int fd, int* ends)
      : loop_(loop), fd_(fd), ends_(ends) {}
  ~UsesALoopAtItsEnd() {
    ++*ends_;
    const auto captured = std::make_shared<int>(7);
    loop_->Defer([captured] { ADD_FAILURE() << *captured; });
    loop_->Post([captured] { ADD_FAILURE() << *captured; });
    const auto timer =
        loop_->MakeTimer([captured] { ADD_FAILURE() << *captured; });
    timer->Set(MonotonicTime::InfinitePast());
    auto watch = loop_->WatchFd(
        fd_, [captured](unsigned) { ADD_FAILURE() << *captured; });
    if (watch.ok()) (*watch)->SetInterest(EventLoop::kReadable);
  }

 private:
  EventLoop* const loop_;
  const int fd_;
  int* const ends_;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_ENDING_LOOP_TEST_BASE_H_
