// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a loop over Asio does besides what every loop does, standalone Asio's
// and Boost's alike.
//
//   INSTANTIATE_ASIO_LOOP_CONTRACT(AsioLoop);

#ifndef FORKRPC_EVENT_LOOP_BASIC_ASIO_LOOP_CONTRACT_H_
#define FORKRPC_EVENT_LOOP_BASIC_ASIO_LOOP_CONTRACT_H_

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <thread>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/event_loop/event_loop_contract.h"
#include "gtest/gtest.h"

namespace forkrpc {

template <typename Loop>
struct OwnAsioLoop {
  EventLoop* loop() { return &loop_; }
  void Run() { loop_.Run(); }
  void Stop() { loop_.Stop(); }
  Loop loop_;
};

// An io_context that the program has and runs.
template <typename Loop>
struct ProgramsAsioLoop {
  EventLoop* loop() { return &loop_; }
  void Run() {
    io_.restart();
    io_.run();
  }
  void Stop() { io_.stop(); }
  typename Loop::IoContext io_;
  Loop loop_{&io_};
};

// An io_context that the program has, run by the loop.
template <typename Loop>
struct LaidOverAsioLoop {
  EventLoop* loop() { return &loop_; }
  void Run() { loop_.Run(); }
  void Stop() { loop_.Stop(); }
  typename Loop::IoContext io_;
  Loop loop_{&io_};
};

#define INSTANTIATE_ASIO_LOOP_CONTRACT(Loop)                                   \
  INSTANTIATE_EVENT_LOOP_CONTRACT(Own, OwnAsioLoop<Loop>);                     \
  INSTANTIATE_EVENT_LOOP_EXCEPTION_CONTRACT(Own, OwnAsioLoop<Loop>);           \
  INSTANTIATE_EVENT_LOOP_DESCRIPTOR_CONTRACT(Own, OwnAsioLoop<Loop>);          \
  INSTANTIATE_EVENT_LOOP_CONTRACT(Programs, ProgramsAsioLoop<Loop>);           \
  INSTANTIATE_EVENT_LOOP_DESCRIPTOR_CONTRACT(Programs,                         \
                                             ProgramsAsioLoop<Loop>);          \
  INSTANTIATE_EVENT_LOOP_EXCEPTION_CONTRACT(LaidOver, LaidOverAsioLoop<Loop>); \
  INSTANTIATE_TYPED_TEST_SUITE_P(Asio, AsioLoopContract, Loop)

template <typename Loop>
class AsioLoopContract : public testing::Test {
 protected:
  // Runs until nothing keeps the io_context running.
  void RunToTheEnd() {
    io_.run_for(std::chrono::seconds(20));
    EXPECT_TRUE(io_.stopped()) << "something is still waited for";
  }

  typename Loop::IoContext io_;
  Loop loop_{&io_};
};

TYPED_TEST_SUITE_P(AsioLoopContract);

TYPED_TEST_P(AsioLoopContract, DoesNotKeepTheProgramsLoopRunning) {
  bool ran = false;
  this->loop_.Defer([&] { ran = true; });
  this->RunToTheEnd();
  EXPECT_TRUE(ran);
}

TYPED_TEST_P(AsioLoopContract, AWatchWithoutInterestDoesNotEither) {
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC), 0);
  OwnedFd read_end(fds[0]), write_end(fds[1]);
  auto watch =
      this->loop_.WatchFd(read_end.get(), [](unsigned) { ADD_FAILURE(); });
  ASSERT_TRUE(watch.ok()) << watch.status();
  (*watch)->SetInterest(EventLoop::kReadable);
  auto timer = this->loop_.MakeTimer([&] { (*watch)->SetInterest(0); });
  timer->Set(MonotonicNow() + absl::Milliseconds(5));
  this->RunToTheEnd();
}

TYPED_TEST_P(AsioLoopContract, ATimerThatIsNotSetDoesNotEither) {
  auto timer = this->loop_.MakeTimer([] { ADD_FAILURE(); });
  timer->Set(MonotonicNow() + absl::Hours(1));
  timer->Set(MonotonicTime::InfiniteFuture());
  this->RunToTheEnd();
}

// It is due, and Asio has said so, but its callback has not run yet.
TYPED_TEST_P(AsioLoopContract, ATimerThatIsDueMayStillBeStopped) {
  std::unique_ptr<Timer> timers[2];
  int calls = 0;
  for (int i = 0; i < 2; ++i) {
    timers[i] = this->loop_.MakeTimer([&, i] {
      ++calls;
      timers[1 - i]->Set(MonotonicTime::InfiniteFuture());
    });
    timers[i]->Set(MonotonicTime::InfinitePast());
  }
  this->RunToTheEnd();
  EXPECT_EQ(calls, 1);
}

TYPED_TEST_P(AsioLoopContract,
             TasksThatAreLeftEndWithTheLoopNotWithTheIoContext) {
  auto captured = std::make_shared<int>(7);
  {
    TypeParam loop(&this->io_);
    loop.Defer([captured] { ADD_FAILURE() << *captured; });
    loop.Post([captured] { ADD_FAILURE() << *captured; });
  }
  EXPECT_EQ(captured.use_count(), 1);
  this->RunToTheEnd();
}

TYPED_TEST_P(AsioLoopContract, RunsUntilItIsStoppedAlsoWithNothingToDo) {
  TypeParam loop;
  bool stopped = false;
  std::thread thread([&] {
    absl::SleepFor(absl::Milliseconds(10));
    loop.Post([&] {
      stopped = true;
      loop.Stop();
    });
  });
  loop.Run();
  EXPECT_TRUE(stopped);
  thread.join();
}

REGISTER_TYPED_TEST_SUITE_P(AsioLoopContract, DoesNotKeepTheProgramsLoopRunning,
                            AWatchWithoutInterestDoesNotEither,
                            ATimerThatIsNotSetDoesNotEither,
                            ATimerThatIsDueMayStillBeStopped,
                            TasksThatAreLeftEndWithTheLoopNotWithTheIoContext,
                            RunsUntilItIsStoppedAlsoWithNothingToDo);

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_BASIC_ASIO_LOOP_CONTRACT_H_
