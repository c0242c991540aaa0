// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/coro/task.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "forkrpc/coro/pending.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Says when it is destroyed.
class Witness {
 public:
  Witness(std::vector<std::string>* log, std::string name)
      : log_(log), name_(std::move(name)) {}
  ~Witness() { log_->push_back(name_); }
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

 private:
  std::vector<std::string>* const log_;
  const std::string name_;
};

Task<int> Add(int a, int b) { co_return a + b; }

Task<int> Sum() { co_return co_await Add(1, 2) + co_await Add(3, 4); }

TEST(TaskTest, BeginsWhenStartedAndGivesItsResult) {
  bool began = false;
  auto body = [&]() -> Task<int> {
    began = true;
    co_return co_await Sum();
  };
  Task<int> task = body();
  EXPECT_FALSE(began);
  std::optional<int> result;
  task.Start([&](int value) { result = value; });
  EXPECT_TRUE(began);
  EXPECT_EQ(result, 10);
}

TEST(TaskTest, AnAwaitedTaskBeginsWhenItIsAwaited) {
  std::vector<std::string> log;
  auto inner = [&]() -> Task<void> {
    log.emplace_back("inner");
    co_return;
  };
  auto outer = [&]() -> Task<void> {
    Task<void> task = inner();
    log.emplace_back("outer");
    co_await std::move(task);
    log.emplace_back("after");
  };
  Task<void> task = outer();
  task.Start([&] { log.emplace_back("done"); });
  EXPECT_THAT(log, testing::ElementsAre("outer", "inner", "after", "done"));
}

TEST(TaskTest, ResultsMayBeMoveOnly) {
  auto make = []() -> Task<std::unique_ptr<int>> {
    co_return std::make_unique<int>(7);
  };
  auto pass = [&]() -> Task<std::unique_ptr<int>> {
    std::unique_ptr<int> got = co_await make();
    co_return got;
  };
  Task<std::unique_ptr<int>> task = pass();
  int result = 0;
  task.Start([&](std::unique_ptr<int> value) { result = *value; });
  EXPECT_EQ(result, 7);
}

TEST(TaskTest, ATaskThatNeverBeganLetsGoOfItsArguments) {
  auto argument = std::make_shared<int>(1);
  auto take = [](std::shared_ptr<int> value) -> Task<int> { co_return* value; };
  {
    Task<int> task = take(argument);
    EXPECT_EQ(argument.use_count(), 2);
  }
  EXPECT_EQ(argument.use_count(), 1);
}

TEST(TaskTest, GoesOnWhenWhatItWaitsForComes) {
  auto [callback, pending] = MakePending<int>();
  std::optional<int> result;
  auto body = [](Pending<int> awaited) -> Task<int> {
    co_return co_await std::move(awaited) + 1;
  };
  Task<int> task = body(std::move(pending));
  task.Start([&](int value) { result = value; });
  EXPECT_FALSE(result.has_value());
  callback(4);
  EXPECT_EQ(result, 5);
}

TEST(TaskTest, WhatHasComeAlreadyIsNotWaitedFor) {
  auto [callback, pending] = MakePending<int>();
  callback(4);
  auto body = [](Pending<int> awaited) -> Task<int> {
    co_return co_await std::move(awaited);
  };
  Task<int> task = body(std::move(pending));
  std::optional<int> result;
  task.Start([&](int value) { result = value; });
  EXPECT_EQ(result, 4);
}

// Two tasks, one in the other, of which the inner one waits.
Task<void> Inner(std::vector<std::string>* log, Pending<int> pending) {
  Witness witness(log, "inner");
  co_await std::move(pending);
  log->emplace_back("inner goes on");
}
Task<void> Outer(std::vector<std::string>* log, Pending<int> pending) {
  Witness witness(log, "outer");
  co_await Inner(log, std::move(pending));
  log->emplace_back("outer goes on");
}

TEST(TaskTest, DestroyingATaskDestroysAllThatItWaitsFor) {
  std::vector<std::string> log;
  auto [callback, pending] = MakePending<int>();
  {
    Task<void> task = Outer(&log, std::move(pending));
    task.Start([&] { log.emplace_back("done"); });
    EXPECT_TRUE(log.empty());
  }
  EXPECT_THAT(log, testing::ElementsAre("inner", "outer"));
  callback(1);
  EXPECT_EQ(log.size(), 2);
}

TEST(TaskTest, AssignmentDestroysWhatWasThere) {
  std::vector<std::string> log;
  auto first = MakePending<int>();
  auto second = MakePending<int>();
  Task<void> task = Outer(&log, std::move(first.second));
  task.Start();
  task = Outer(&log, std::move(second.second));
  EXPECT_THAT(log, testing::ElementsAre("inner", "outer"));
  first.first(1);
  EXPECT_EQ(log.size(), 2);
  task.Start();
  second.first(1);
  EXPECT_THAT(log, testing::ElementsAre("inner", "outer", "inner goes on",
                                        "inner", "outer goes on", "outer"));
}

TEST(TaskTest, DoneMayDestroyTheTask) {
  std::vector<std::string> log;
  auto [callback, pending] = MakePending<int>();
  auto task = std::make_unique<Task<void>>(Outer(&log, std::move(pending)));
  auto captured = std::make_shared<int>(7);
  task->Start([&log, &task, captured] {
    task = nullptr;
    EXPECT_EQ(*captured, 7);
    log.emplace_back("done");
  });
  callback(1);
  EXPECT_EQ(task, nullptr);
  EXPECT_EQ(log.back(), "done");
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(TaskTest, DoneGetsAValueThatOutlivesTheTask) {
  auto body = []() -> Task<std::string> { co_return std::string(100, 'x'); };
  auto task = std::make_unique<Task<std::string>>(body());
  std::string result;
  task->Start([&](const std::string& value) {
    task = nullptr;
    result = value;
  });
  EXPECT_EQ(result, std::string(100, 'x'));
}

TEST(TaskTest, ALoopOfTasksNeedsNoStack) {
  auto many = []() -> Task<int> {
    int sum = 0;
    for (int i = 0; i < 1000000; ++i) sum += co_await Add(0, 1);
    co_return sum;
  };
  std::optional<int> result;
  Task<int> task = many();
  task.Start([&](int value) { result = value; });
  EXPECT_EQ(result, 1000000);
}

Task<int> Depth(int levels, Pending<int> pending) {
  if (levels == 0) co_return co_await std::move(pending);
  co_return co_await Depth(levels - 1, std::move(pending)) + 1;
}

TEST(TaskTest, ADeepChainGoesOnFromItsEnd) {
  auto [callback, pending] = MakePending<int>();
  std::optional<int> result;
  Task<int> task = Depth(1000, std::move(pending));
  task.Start([&](int value) { result = value; });
  callback(7);
  EXPECT_EQ(result, 1007);
}

}  // namespace
}  // namespace forkrpc
