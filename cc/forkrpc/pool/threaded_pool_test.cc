// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/threaded_pool.h"

#include <atomic>
#include <future>  // NOLINT(build/c++11)
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "forkrpc/base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(60);

PoolOptions TestOptions(int max = 2) {
  PoolOptions options;
  options.program.argv = {"cc/forkrpc/pool/test_worker"};
  options.max = max;
  options.on_error = [](const PoolError&) {};
  return options;
}

std::unique_ptr<ThreadedPool> MakePool(PoolOptions options) {
  auto pool = ThreadedPool::Create(std::move(options));
  EXPECT_TRUE(pool.ok()) << pool.status();
  return pool.ok() ? *std::move(pool) : nullptr;
}

TEST(ThreadedPoolTest, ManyThreadsSubmit) {
  PoolOptions options = TestOptions();
  options.load = 100;
  const auto pool = MakePool(options);
  constexpr int kThreads = 8;
  constexpr int kCalls = 500;
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      std::vector<CallFuture> calls;
      for (int i = 0; i < kCalls; ++i) {
        calls.push_back(pool->Submit(absl::StrCat("echo ", thread, ".", i)));
      }
      for (int i = 0; i < kCalls; ++i) {
        const auto end = calls[i].Take();
        right += end.ok() && *end == absl::StrCat(thread, ".", i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, kThreads * kCalls);
  EXPECT_TRUE(pool->Close().ok());
}

TEST(ThreadedPoolTest, DestroyingItWaitsForEachCall) {
  std::vector<CallFuture> calls;
  {
    const auto pool = MakePool(TestOptions(1));
    for (int i = 0; i < 20; ++i) calls.push_back(pool->Submit("busy 1000"));
  }
  for (CallFuture& call : calls) {
    EXPECT_TRUE(call.ready());
    EXPECT_TRUE(call.Take().ok());
    EXPECT_FALSE(call.valid());
  }
}

TEST(ThreadedPoolTest, CloseHasALimitAndEndsWhatIsLeft) {
  const auto pool = MakePool(TestOptions(1));
  CallFuture call = pool->Submit("busy 60000000");
  CallFuture behind = pool->Submit("echo behind");
  const MonotonicTime start = MonotonicNow();
  const absl::Status end = pool->Close(absl::Milliseconds(50));
  EXPECT_TRUE(absl::IsDeadlineExceeded(end)) << end;
  EXPECT_LT(MonotonicNow() - start, absl::Seconds(30));
  EXPECT_TRUE(absl::IsDeadlineExceeded(call.Take().status()));
  EXPECT_TRUE(absl::IsDeadlineExceeded(behind.Take().status()));
  EXPECT_EQ(pool->Close(), end);
  CallFuture late = pool->Submit("echo late");
  ASSERT_TRUE(late.ready());
  EXPECT_TRUE(absl::IsFailedPrecondition(late.Take().status()));
  EXPECT_EQ(pool->stats().processes, 0u);
}

TEST(ThreadedPoolTest, ALaterCloseMayBeStricter) {
  const auto pool = MakePool(TestOptions(1));
  CallFuture call = pool->Submit("busy 60000000");
  absl::Status first;
  std::thread waits([&] { first = pool->Close(); });
  absl::SleepFor(absl::Milliseconds(10));
  EXPECT_FALSE(pool->Close(absl::Milliseconds(10)).ok());
  waits.join();
  EXPECT_FALSE(first.ok());
}

TEST(ThreadedPoolTest, ATimeoutCountsFromSubmit) {
  const auto pool = MakePool(TestOptions(1));
  std::promise<void> entered;
  std::promise<void> go_on;
  CallFuture blocks = pool->Submit("echo x");
  blocks.Then([&](const CallFuture::Result&) {
    entered.set_value();
    go_on.get_future().wait();
  });
  entered.get_future().wait();
  // The pool's thread takes it when its time has passed.
  PoolCallOptions options;
  options.timeout = absl::Milliseconds(20);
  CallFuture call = pool->Submit("echo too late", options);
  absl::SleepFor(2 * options.timeout);
  go_on.set_value();
  EXPECT_TRUE(absl::IsDeadlineExceeded(call.Take().status()));
}

TEST(ThreadedPoolTest, WaitHasALimit) {
  const auto pool = MakePool(TestOptions(1));
  CallFuture call = pool->Submit("busy 200000");
  EXPECT_FALSE(call.Wait(absl::Milliseconds(5)));
  EXPECT_TRUE(call.Wait(kPatience));
  EXPECT_TRUE(call.Take().ok());
}

TEST(ThreadedPoolTest, ACallThatWaitsIsCancelled) {
  const auto pool = MakePool(TestOptions(1));
  CallFuture first = pool->Submit("busy 50000");
  CallFuture second = pool->Submit("echo second");
  CallFuture third = pool->Submit("echo third");
  second.Cancel();
  EXPECT_TRUE(absl::IsCancelled(second.Take().status()));
  EXPECT_TRUE(first.Take().ok());
  EXPECT_EQ(*third.Take(), "third");
}

TEST(ThreadedPoolTest, CancellingWhatHasEndedIsNothing) {
  auto pool = MakePool(TestOptions(1));
  CallFuture call = pool->Submit("echo x");
  ASSERT_TRUE(call.Wait(kPatience));
  call.Cancel();
  CallFuture other = pool->Submit("echo y");
  EXPECT_EQ(*other.Take(), "y");
  pool = nullptr;
  call.Cancel();
  EXPECT_EQ(*call.Take(), "x");
}

TEST(ThreadedPoolTest, AFutureThatIsDestroyedLeavesItsCallAlone) {
  PoolOptions options = TestOptions(1);
  std::atomic<int> events{0};
  options.on_event = [&](const PoolWorkerId&, absl::string_view) { ++events; };
  const auto pool = MakePool(options);
  (void)pool->Submit("event x");
  EXPECT_TRUE(pool->Close().ok());
  EXPECT_EQ(events, 1);
}

TEST(ThreadedPoolTest, ALostWorkerFailsItsCallsOnly) {
  const auto pool = MakePool(TestOptions(1));
  CallFuture lost = pool->Submit("exit 3");
  CallFuture next = pool->Submit("echo next");
  const absl::Status status = lost.Take().status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("exited with status 3"));
  EXPECT_EQ(*next.Take(), "next");
}

TEST(ThreadedPoolTest, ACallbackIsCalledInThePoolsThreadOrAtOnce) {
  const auto pool = MakePool(TestOptions(1));
  CallFuture call = pool->Submit("busy 20000");
  std::promise<void> called;
  std::thread::id thread;
  absl::Status closed;
  std::optional<CallFuture> made_in_it;
  call.Then([&](CallFuture::Result end) {
    EXPECT_TRUE(end.ok());
    thread = std::this_thread::get_id();
    made_in_it = pool->Submit("echo from a callback");
    closed = pool->Close();
    EXPECT_EQ(pool->stats().processes, 1u);
    called.set_value();
  });
  called.get_future().wait();
  EXPECT_NE(thread, std::this_thread::get_id());
  EXPECT_TRUE(absl::IsFailedPrecondition(closed)) << closed;
  ASSERT_TRUE(made_in_it->Wait(kPatience));
  std::string got;
  made_in_it->Then([&](CallFuture::Result end) { got = *std::move(end); });
  EXPECT_EQ(got, "from a callback");
}

TEST(ThreadedPoolTest, WhatWaitsForTheThreadIsBounded) {
  PoolOptions options = TestOptions(1);
  options.max_queue_octets = 1000;
  std::promise<void> entered;
  std::promise<void> go_on;
  const auto pool = MakePool(options);
  CallFuture blocks = pool->Submit("echo x");
  // Keeps the thread, so that orders gather.
  blocks.Then([&](const CallFuture::Result&) {
    entered.set_value();
    go_on.get_future().wait();
  });
  entered.get_future().wait();
  CallFuture fits = pool->Submit(absl::StrCat("echo ", std::string(900, 'x')));
  CallFuture refused =
      pool->Submit(absl::StrCat("echo ", std::string(96, 'x')));
  ASSERT_TRUE(refused.ready());
  const absl::Status status = refused.Take().status();
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_EQ(status.message(),
            "905 octets wait for the pool's thread; with 101 more they exceed "
            "PoolOptions::max_queue_octets, which is 1000");
  go_on.set_value();
  EXPECT_TRUE(fits.Take().ok());
}

TEST(ThreadedPoolTest, OptionsThatMakeNoSenseAreNamed) {
  PoolOptions options = TestOptions();
  options.max = 0;
  const auto pool = ThreadedPool::Create(options);
  EXPECT_TRUE(absl::IsFailedPrecondition(pool.status())) << pool.status();
  EXPECT_THAT(pool.status().message(), HasSubstr("max"));
}

TEST(ThreadedPoolTest, TheUsersOnDestroyIsTheLast) {
  PoolOptions options = TestOptions(1);
  std::atomic<int> destroyed{0};
  options.on_destroy = [&] { ++destroyed; };
  auto pool = MakePool(options);
  CallFuture call = pool->Submit("echo x");
  EXPECT_TRUE(call.Take().ok());
  EXPECT_EQ(pool->stats().processes, 1u);
  EXPECT_EQ(destroyed, 0);
  pool = nullptr;
  EXPECT_EQ(destroyed, 1);
}

TEST(ThreadedPoolDeathTest, ItIsNotDestroyedInItsOwnThread) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto* pool = MakePool(TestOptions(1)).release();
        pool->Submit("echo x").Then(
            [pool](const CallFuture::Result&) { delete pool; });
        absl::SleepFor(kPatience);
      },
      "cannot be destroyed in its own thread");
}

TEST(CallFutureTest, APromiseThatIsDroppedBringsAnError) {
  std::optional<std::pair<CallFuture, CallPromise>> both = MakeCallFuture();
  CallFuture future = std::move(both->first);
  EXPECT_FALSE(future.ready());
  both.reset();
  ASSERT_TRUE(future.ready());
  EXPECT_TRUE(absl::IsInternal(future.Take().status()));
}

}  // namespace
}  // namespace forkrpc
