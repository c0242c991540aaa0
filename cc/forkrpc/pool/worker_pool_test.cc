// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Calls, and how many workers there are for them.

#include "forkrpc/pool/worker_pool.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/pool/pool_test_bed.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::AllOf;
using testing::HasSubstr;

PoolCallOptions At(MonotonicTime deadline) {
  PoolCallOptions options;
  options.deadline = deadline;
  return options;
}

TEST(WorkerPoolTest, EachCallGetsItsOwnResponse) {
  PoolTestBed bed;
  bed.options.max = 3;
  bed.options.load = 2;
  for (int i = 0; i < 200; ++i) {
    bed.Call(absl::StrCat(i), absl::StrCat("echo ", i));
  }
  bed.FinishAll();
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(bed.result(absl::StrCat(i)), absl::StrCat(i));
  }
  EXPECT_EQ(bed.pool()->stats().started, 3u);
  EXPECT_EQ(bed.pool()->stats().answered, 200u);
}

TEST(WorkerPoolTest, LargePayloadsThatWaitAreKept) {
  PoolTestBed bed;
  bed.options.max = 1;
  for (const char octet : {'a', 'b', 'c'}) {
    std::string request = "echo " + std::string(size_t{1} << 20, octet);
    bed.Call(std::string(1, octet), request);
    request.assign(request.size(), '!');
  }
  bed.FinishAll();
  for (const char octet : {'a', 'b', 'c'}) {
    EXPECT_TRUE(bed.result(std::string(1, octet)) ==
                std::string(size_t{1} << 20, octet));
  }
}

TEST(WorkerPoolTest, StartsNoMoreWorkersThanMax) {
  PoolTestBed bed;
  bed.options.max = 3;
  Gate gate("max");
  for (int i = 0; i < 5; ++i) bed.Call(absl::StrCat(i), gate.request());
  bed.RunUntil([&] { return bed.pool()->stats().in_flight == 3; });
  EXPECT_EQ(bed.pool()->stats().serving, 3u);
  EXPECT_EQ(bed.pool()->stats().queued, 2u);
  gate.Open(5);
  bed.FinishAll();
  EXPECT_EQ(bed.pool()->stats().started, 3u);
}

TEST(WorkerPoolTest, TheFirstIsStartedAtOnceTheNextAfterADelay) {
  PoolTestBed bed;
  bed.options.start = absl::Hours(1);
  Gate gate("start");
  for (int i = 0; i < 4; ++i) bed.Call(absl::StrCat(i), gate.request());
  gate.Open(4);
  bed.FinishAll();
  EXPECT_EQ(bed.pool()->stats().started, 1u);
}

TEST(WorkerPoolTest, StartsTheNextWhenTheDelayIsOver) {
  PoolTestBed bed;
  bed.options.start = absl::Milliseconds(10);
  bed.options.max = 3;
  Gate gate("delay");
  const MonotonicTime begin = MonotonicNow();
  for (int i = 0; i < 3; ++i) bed.Call(absl::StrCat(i), gate.request());
  bed.RunUntil([&] { return bed.pool()->stats().in_flight == 3; });
  EXPECT_GE(MonotonicNow() - begin, absl::Milliseconds(20));
  gate.Open(3);
  bed.FinishAll();
}

TEST(WorkerPoolTest, GivesEachWorkerNoMoreThanItsLoad) {
  PoolTestBed bed;
  bed.options.max = 2;
  bed.options.load = 3;
  Gate gate("load");
  for (int i = 0; i < 8; ++i) bed.Call(absl::StrCat(i), gate.request());
  bed.RunUntil([&] { return bed.pool()->stats().in_flight == 6; });
  EXPECT_EQ(bed.pool()->stats().queued, 2u);
  for (const PoolWorkerInfo& worker : bed.pool()->workers()) {
    EXPECT_EQ(worker.in_flight, 3u);
  }
  gate.Open(8);
  bed.FinishAll();
}

TEST(WorkerPoolTest, CallsThatWaitAreServedInOrder) {
  PoolTestBed bed;
  bed.options.max = 1;
  std::vector<std::string> order;
  bed.on_end = [&](const std::string& name) { order.push_back(name); };
  for (const char* name : {"a", "b", "c", "d"}) bed.Call(name, "echo");
  bed.FinishAll();
  EXPECT_THAT(order, testing::ElementsAre("a", "b", "c", "d"));
}

TEST(WorkerPoolTest, KeepsSoManyIdle) {
  PoolTestBed bed;
  bed.options.max = 4;
  bed.options.idle = 2;
  bed.options.stop = absl::ZeroDuration();
  bed.pool();
  bed.RunUntil([&] { return bed.pool()->stats().idle == 2; });
  Gate gate("idle");
  bed.Call("a", gate.request());
  bed.RunUntil([&] {
    const PoolStats stats = bed.pool()->stats();
    return stats.serving == 3 && stats.idle == 2 && stats.in_flight == 1;
  });
  gate.Open();
  bed.Finish("a");
  bed.RunUntil([&] { return bed.pool()->stats().serving == 2; });
  EXPECT_TRUE(bed.errors().empty());
}

TEST(WorkerPoolTest, EndsTheOthersWhenTheyHaveBeenIdleForSoLong) {
  PoolTestBed bed;
  bed.options.stop = absl::Milliseconds(20);
  bed.Call("a", "pid");
  bed.Finish("a");
  const MonotonicTime begin = MonotonicNow();
  bed.RunUntil([&] { return bed.pool()->workers().empty(); });
  EXPECT_GE(MonotonicNow() - begin, absl::Milliseconds(15));
  EXPECT_EQ(bed.pool()->stats().retired, 1u);
  bed.Call("b", "pid");
  EXPECT_NE(bed.Finish("b"), bed.result("a"));
  EXPECT_TRUE(bed.errors().empty());
}

TEST(WorkerPoolTest, OfTheIdleOnesTheLastUsedIsTakenAgain) {
  PoolTestBed bed;
  bed.options.max = 2;
  Gate gate("lifo");
  bed.Call("first", gate.request());
  bed.Call("second", "pid");
  bed.Finish("second");
  gate.Open();
  bed.Finish("first");
  for (int i = 0; i < 5; ++i) {
    bed.Call(absl::StrCat(i), "pid");
    EXPECT_NE(bed.Finish(absl::StrCat(i)), bed.result("second"));
  }
}

TEST(WorkerPoolTest, ReplacesAWorkerAfterSoManyCalls) {
  PoolTestBed bed;
  bed.options.max = 1;
  bed.options.recycle.max_calls = 2;
  std::map<std::string, int> calls;
  for (int i = 0; i < 6; ++i) bed.Call(absl::StrCat(i), "pid");
  bed.FinishAll();
  for (int i = 0; i < 6; ++i) ++calls[bed.result(absl::StrCat(i))];
  EXPECT_EQ(calls.size(), 3u);
  for (const auto& [pid, count] : calls) EXPECT_EQ(count, 2) << pid;
  EXPECT_EQ(bed.pool()->stats().retired, 3u);
  EXPECT_EQ(bed.pool()->stats().failed, 0u);
  EXPECT_TRUE(bed.errors().empty()) << "a recycled worker is no crash";
}

TEST(WorkerPoolTest, ReplacesAWorkerAtAnAge) {
  PoolTestBed bed;
  bed.options.recycle.max_age = absl::Milliseconds(5);
  Gate gate("age");
  bed.Call("a", gate.request());
  bed.RunUntil([&] { return bed.pool()->stats().retired == 1; });
  EXPECT_FALSE(bed.ended("a")) << "it finishes its calls";
  gate.Open();
  EXPECT_EQ(bed.Finish("a"), "waited");
}

TEST(WorkerPoolTest, ReplacesAWorkerThatHasGrown) {
  PoolTestBed bed;
  bed.options.recycle.max_resident_octets = size_t{200} << 20;
  bed.options.recycle.memory_interval = absl::Milliseconds(1);
  bed.options.max = 1;
  bed.Call("small", "grow 1");
  bed.Call("still small", "pid");
  bed.Finish("still small");
  EXPECT_EQ(bed.result("still small"), bed.result("small"));
  bed.Call("large", "grow 220");
  EXPECT_EQ(bed.Finish("large"), bed.result("small"));
  bed.RunUntil([&] { return bed.pool()->stats().retired == 1; });
  bed.Call("next", "pid");
  EXPECT_NE(bed.Finish("next"), bed.result("small"));
}

TEST(WorkerPoolTest, EventsSayWhichWorkerAndItCanBeRetiredForThem) {
  PoolTestBed bed;
  bed.options.max = 1;
  std::vector<std::string> events;
  bed.options.on_event = [&](const PoolWorkerId& worker,
                             absl::string_view event) {
    events.push_back(absl::StrCat(worker.pid, " ", event));
    EXPECT_TRUE(bed.pool()->Retire(worker.number).ok());
  };
  bed.Call("a", "event enough");
  bed.Call("b", "event again");
  bed.FinishAll();
  EXPECT_NE(bed.result("a"), bed.result("b"));
  EXPECT_THAT(events,
              testing::ElementsAre(absl::StrCat(bed.result("a"), " enough"),
                                   absl::StrCat(bed.result("b"), " again")));
  EXPECT_EQ(bed.pool()->stats().retired, 2u);
  EXPECT_TRUE(bed.errors().empty());
}

TEST(WorkerPoolTest, CountsEventsThatNobodyWants) {
  PoolTestBed bed;
  bed.Call("a", "event x");
  bed.Finish("a");
  EXPECT_EQ(bed.pool()->stats().dropped_events, 1u);
}

TEST(WorkerPoolTest, RetiresAllOfThem) {
  PoolTestBed bed;
  bed.options.idle = 3;
  bed.pool();
  bed.RunUntil([&] { return bed.pool()->stats().idle == 3; });
  std::set<uint64_t> before;
  for (const auto& worker : bed.pool()->workers()) {
    before.insert(worker.id.number);
  }
  bed.pool()->RetireAll();
  bed.RunUntil([&] {
    const auto workers = bed.pool()->workers();
    return workers.size() == 3 && before.count(workers[0].id.number) == 0;
  });
  EXPECT_TRUE(absl::IsNotFound(bed.pool()->Retire(*before.begin())));
  EXPECT_TRUE(bed.errors().empty());
}

TEST(WorkerPoolTest, RefusesWhatIsOverALimit) {
  PoolTestBed bed;
  bed.options.max = 1;
  bed.options.max_queue = 2;
  bed.options.connection.limits.max_payload = 1000;
  Gate gate("full");
  bed.Call("working", gate.request());
  bed.RunUntil([&] { return bed.pool()->stats().in_flight == 1; });
  EXPECT_NE(bed.Call("one", "echo 1"), 0u);
  EXPECT_NE(bed.Call("two", "echo 2"), 0u);
  EXPECT_EQ(bed.Call("three", "echo 3"), 0u);
  EXPECT_EQ(bed.Call("large", std::string(1001, 'x')), 0u);
  bed.Finish("large");
  EXPECT_TRUE(absl::IsResourceExhausted(bed.status("three")));
  EXPECT_THAT(bed.result("three"), HasSubstr("2 calls wait, the limit is 2"));
  EXPECT_TRUE(absl::IsResourceExhausted(bed.status("large")));
  EXPECT_THAT(bed.result("large"), HasSubstr("1001 octets, the limit is 1000"));
  gate.Open();
  bed.FinishAll();
  EXPECT_EQ(bed.result("two"), "2");
}

TEST(WorkerPoolTest, RefusesMoreOctetsThanMayWait) {
  PoolTestBed bed;
  bed.options.max = 1;
  bed.options.max_queue_octets = 100;
  Gate gate("octets");
  bed.Call("working", gate.request());
  bed.RunUntil([&] { return bed.pool()->stats().in_flight == 1; });
  // One alone may be of any size.
  const PoolCallId first = bed.Call("first", std::string(300, 'x'));
  EXPECT_NE(first, 0u);
  EXPECT_EQ(bed.Call("second", "echo"), 0u);
  EXPECT_TRUE(bed.pool()->Cancel(first).ok());
  EXPECT_NE(bed.Call("third", std::string("echo ") + std::string(95, 'y')), 0u);
  EXPECT_EQ(bed.Call("fourth", "e"), 0u);
  gate.Open();
  bed.FinishAll();
  EXPECT_EQ(bed.result("third"), std::string(95, 'y'));
  EXPECT_TRUE(absl::IsCancelled(bed.status("first")));
  EXPECT_THAT(bed.result("fourth"),
              HasSubstr("100 octets and 1 more, the limit is 100"));
}

TEST(WorkerPoolTest, CancelsCallsThatWaitAndThatAreAtWork) {
  PoolTestBed bed;
  bed.options.max = 1;
  Gate gate("cancel");
  const PoolCallId working = bed.Call("working", gate.request());
  bed.RunUntil([&] { return bed.pool()->stats().in_flight == 1; });
  bed.FinishTurn();
  const PoolCallId waiting = bed.Call("waiting", "echo");
  bed.Call("next", "echo next");
  EXPECT_TRUE(bed.pool()->Cancel(waiting).ok());
  EXPECT_TRUE(bed.pool()->Cancel(working).ok());
  EXPECT_TRUE(absl::IsNotFound(bed.pool()->Cancel(working)));
  bed.Finish("working");
  EXPECT_TRUE(absl::IsCancelled(bed.status("working")));
  EXPECT_TRUE(absl::IsCancelled(bed.status("waiting")));
  EXPECT_EQ(bed.pool()->stats().in_flight, 1u) << "it is still executed";
  EXPECT_FALSE(bed.ended("next"));
  gate.Open();
  EXPECT_EQ(bed.Finish("next"), "next");
}

// In the turn in which the worker was given it, so that nothing was written.
TEST(WorkerPoolTest, ACallThatIsNotWrittenIsTakenBackFromItsWorker) {
  PoolTestBed bed;
  bed.options.max = 1;
  bed.Call("first", "echo");
  bed.Finish("first");
  const PoolCallId call = bed.Call("cancelled", "exit 3");
  EXPECT_EQ(bed.pool()->stats().in_flight, 1u);
  EXPECT_TRUE(bed.pool()->Cancel(call).ok());
  EXPECT_EQ(bed.pool()->stats().in_flight, 0u) << "no response will come";
  bed.Call("next", "echo next");
  EXPECT_EQ(bed.Finish("next"), "next");
  EXPECT_TRUE(absl::IsCancelled(bed.status("cancelled")));
  EXPECT_EQ(bed.pool()->stats().answered, 2u);
  EXPECT_TRUE(bed.errors().empty()) << "it has not executed it";
}

TEST(WorkerPoolTest, ACallThatWaitsEndsAtItsDeadline) {
  PoolTestBed bed;
  bed.options.max = 1;
  Gate gate("queued");
  bed.Call("working", gate.request());
  bed.RunUntil([&] { return bed.pool()->stats().in_flight == 1; });
  bed.Call("late", "echo", At(MonotonicNow() + absl::Milliseconds(5)));
  bed.Call("patient", "echo yes", At(MonotonicNow() + absl::Minutes(5)));
  bed.Finish("late");
  EXPECT_TRUE(absl::IsDeadlineExceeded(bed.status("late")));
  EXPECT_THAT(bed.result("late"),
              AllOf(HasSubstr("waited for a worker"), HasSubstr("limit is 1")));
  EXPECT_FALSE(bed.ended("patient"));
  gate.Open();
  EXPECT_EQ(bed.Finish("patient"), "yes");
}

TEST(WorkerPoolTest, AWorkerBeyondADeadlineHasNoRoomUntilItAnswers) {
  PoolTestBed bed;
  bed.options.max = 1;
  Gate gate("deadline");
  // Late enough for its worker to be there: else it is not written to it.
  bed.Call("late", gate.request(),
           At(MonotonicNow() + absl::Milliseconds(500)));
  bed.Finish("late");
  EXPECT_TRUE(absl::IsDeadlineExceeded(bed.status("late")));
  EXPECT_THAT(bed.result("late"), HasSubstr("in worker 1 (pid "));
  bed.Call("next", "echo next");
  bed.RunUntil([&] { return bed.pool()->stats().queued == 1; });
  EXPECT_EQ(bed.pool()->stats().in_flight, 1u);
  gate.Open();
  EXPECT_EQ(bed.Finish("next"), "next");
  EXPECT_EQ(bed.pool()->stats().killed, 0u);
  EXPECT_EQ(bed.pool()->stats().started, 1u);
}

TEST(WorkerPoolTest, ChecksItsOptions) {
  LibuvLoop loop;
  PoolOptions options;
  options.program.argv = {"worker"};
  options.recycle.max_age = absl::ZeroDuration();
  const absl::Status status = WorkerPool::Create(options, &loop).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("recycle.max_age is more than 0; found 0"));
}

}  // namespace
}  // namespace forkrpc
