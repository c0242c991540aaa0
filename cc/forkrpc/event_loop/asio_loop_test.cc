// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/asio_loop.h"

#include <asio/io_context.hpp>
#include <chrono>

#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/event_loop/event_loop_contract.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

struct OwnLoop {
  EventLoop* loop() { return &loop_; }
  void Run() { loop_.Run(); }
  void Stop() { loop_.Stop(); }
  AsioLoop loop_;
};

// An io_context that the program has and runs.
struct ProgramsLoop {
  EventLoop* loop() { return &loop_; }
  void Run() {
    io_.restart();
    io_.run();
  }
  void Stop() { io_.stop(); }
  asio::io_context io_;
  AsioLoop loop_{&io_};
};

INSTANTIATE_EVENT_LOOP_CONTRACT(Own, OwnLoop);
INSTANTIATE_EVENT_LOOP_EXCEPTION_CONTRACT(Own, OwnLoop);
INSTANTIATE_EVENT_LOOP_DESCRIPTOR_CONTRACT(Own, OwnLoop);
INSTANTIATE_EVENT_LOOP_CONTRACT(Programs, ProgramsLoop);
INSTANTIATE_EVENT_LOOP_DESCRIPTOR_CONTRACT(Programs, ProgramsLoop);

// An io_context that the program has, run by the loop.
struct LaidOverLoop {
  EventLoop* loop() { return &loop_; }
  void Run() { loop_.Run(); }
  void Stop() { loop_.Stop(); }
  asio::io_context io_;
  AsioLoop loop_{&io_};
};

INSTANTIATE_EVENT_LOOP_EXCEPTION_CONTRACT(LaidOver, LaidOverLoop);

class AsioLoopTest : public testing::Test {
 protected:
  // Runs until nothing keeps the io_context running.
  void RunToTheEnd() {
    io_.run_for(std::chrono::seconds(20));
    EXPECT_TRUE(io_.stopped()) << "something is still waited for";
  }

  asio::io_context io_;
  AsioLoop loop_{&io_};
};

TEST_F(AsioLoopTest, DoesNotKeepTheProgramsLoopRunning) {
  bool ran = false;
  loop_.Defer([&] { ran = true; });
  RunToTheEnd();
  EXPECT_TRUE(ran);
}

TEST_F(AsioLoopTest, AWatchWithoutInterestDoesNotEither) {
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC), 0);
  OwnedFd read_end(fds[0]), write_end(fds[1]);
  auto watch = loop_.WatchFd(read_end.get(), [](unsigned) { ADD_FAILURE(); });
  ASSERT_TRUE(watch.ok()) << watch.status();
  (*watch)->SetInterest(EventLoop::kReadable);
  auto timer = loop_.MakeTimer([&] { (*watch)->SetInterest(0); });
  timer->Set(MonotonicNow() + absl::Milliseconds(5));
  RunToTheEnd();
}

TEST_F(AsioLoopTest, ATimerThatIsNotSetDoesNotEither) {
  auto timer = loop_.MakeTimer([] { ADD_FAILURE(); });
  timer->Set(MonotonicNow() + absl::Hours(1));
  timer->Set(MonotonicTime::InfiniteFuture());
  RunToTheEnd();
}

// It is due, and Asio has said so, but its callback has not run yet.
TEST_F(AsioLoopTest, ATimerThatIsDueMayStillBeStopped) {
  std::unique_ptr<Timer> timers[2];
  int calls = 0;
  for (int i = 0; i < 2; ++i) {
    timers[i] = loop_.MakeTimer([&, i] {
      ++calls;
      timers[1 - i]->Set(MonotonicTime::InfiniteFuture());
    });
    timers[i]->Set(MonotonicTime::InfinitePast());
  }
  RunToTheEnd();
  EXPECT_EQ(calls, 1);
}

TEST_F(AsioLoopTest, TasksThatAreLeftEndWithTheLoopNotWithTheIoContext) {
  auto captured = std::make_shared<int>(7);
  {
    AsioLoop loop(&io_);
    loop.Defer([captured] { ADD_FAILURE() << *captured; });
    loop.Post([captured] { ADD_FAILURE() << *captured; });
  }
  EXPECT_EQ(captured.use_count(), 1);
  RunToTheEnd();
}

TEST(OwnAsioLoopTest, RunsUntilItIsStoppedAlsoWithNothingToDo) {
  AsioLoop loop;
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

}  // namespace
}  // namespace forkrpc
