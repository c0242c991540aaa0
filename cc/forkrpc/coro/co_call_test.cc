// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Coroutines on both ends of a wire, in one loop.

#include "forkrpc/coro/co_call.h"

#include <unistd.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/coro/co_handler.h"
#include "forkrpc/coro/co_sleep.h"
#include "forkrpc/coro/pending.h"
#include "forkrpc/coro/task.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/server/async_server.h"
#include "forkrpc/server/reply.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/stream_pair.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Response = absl::StatusOr<std::string>;

class CoCallTest : public testing::Test {
 protected:
  CoCallTest() {
    SocketPair wire = *MakeSocketPair();
    server_transport_ = *FdTransport::FromSocket(std::move(wire.theirs));
    AsyncServerOptions server_options;
    server_options.connection.limits.max_payload = 1000;
    server_options.done = [this](absl::Status status) {
      service_end_ = std::move(status);
    };
    server_options.log = [this](absl::string_view line) {
      log_.emplace_back(line);
    };
    server_ = *AsyncServer::Start(
        server_transport_.get(),
        CoHandler([this](std::string request) { return Serve(request); }),
        std::move(server_options), &loop_);
    WorkerOptions options;
    options.on_destroy = [this] { worker_gone_ = true; };
    options.on_error = [](const WorkerError&) {};
    worker_ = *Worker::Connect(*FdTransport::FromSocket(std::move(wire.ours)),
                               std::move(options), &loop_);
  }

  // What the server does: "hold KEY" waits for Release(KEY); "fail" fails;
  // "long" answers with more than the limit; anything else is sent back.
  Task<Reply> Serve(std::string request) {
    absl::string_view key = request;
    if (absl::ConsumePrefix(&key, "hold ")) {
      auto [callback, pending] = MakePending<std::string>();
      held_.emplace(key, callback);
      const std::shared_ptr<int> witness = witness_;
      if (on_hold_ != nullptr) on_hold_();
      co_return co_await std::move(pending);
    }
    if (request == "fail") {
      co_return EndWorker(absl::InternalError("cannot serve"));
    }
    if (request == "long") co_return std::string(1001, 'x');
    co_return request;
  }

  // Runs the loop until `task` has ended.
  void Run(Task<void> task) {
    task.Start([this] { loop_.Stop(); });
    RunLoop();
  }
  void RunLoop() {
    std::unique_ptr<Timer> watchdog = loop_.MakeTimer([this] {
      ADD_FAILURE() << "nothing has ended it for 30 s";
      loop_.Stop();
    });
    watchdog->Set(MonotonicNow() + absl::Seconds(30));
    loop_.Run();
  }
  void Release(const std::string& key, const std::string& response) {
    held_.at(key)(response);
  }

  LibuvLoop loop_;
  std::unique_ptr<FdTransport> server_transport_;
  std::unique_ptr<AsyncServer> server_;
  std::unique_ptr<Worker> worker_;
  std::map<std::string, PendingCallback<std::string>> held_;
  std::shared_ptr<int> witness_ = std::make_shared<int>(0);
  std::function<void()> on_hold_;
  std::optional<absl::Status> service_end_;
  std::vector<std::string> log_;
  bool worker_gone_ = false;
};

TEST_F(CoCallTest, OneCallAfterTheOther) {
  std::vector<std::string> got;
  auto body = [&]() -> Task<void> {
    for (int i = 0; i < 3; ++i) {
      const Response response =
          co_await CoCall(worker_.get(), absl::StrCat("number ", i));
      got.push_back(response.value_or("failed"));
    }
  };
  Run(body());
  EXPECT_THAT(got, testing::ElementsAre("number 0", "number 1", "number 2"));
}

TEST_F(CoCallTest, CallsOverlapOnBothEnds) {
  std::vector<std::string> got;
  auto body = [&]() -> Task<void> {
    PendingCall first = CoCall(worker_.get(), "hold first");
    PendingCall second = CoCall(worker_.get(), "hold second");
    got.push_back(*co_await CoCall(worker_.get(), "third"));
    EXPECT_EQ(held_.size(), 2);
    Release("second", "2");
    got.push_back(*co_await std::move(second));
    Release("first", "1");
    got.push_back(*co_await std::move(first));
  };
  Run(body());
  EXPECT_THAT(got, testing::ElementsAre("third", "2", "1"));
}

TEST_F(CoCallTest, ADestroyedCoroutineOnlyStopsWaiting) {
  bool went_on = false;
  auto waits = [&]() -> Task<void> {
    (void)co_await CoCall(worker_.get(), "hold it");
    went_on = true;
  };
  auto waiting = std::make_unique<Task<void>>(waits());
  waiting->Start();
  auto body = [&]() -> Task<void> {
    EXPECT_EQ(*co_await CoCall(worker_.get(), "a"), "a");
    waiting = nullptr;
    Release("it", "too late");
    EXPECT_EQ(*co_await CoCall(worker_.get(), "b"), "b");
  };
  Run(body());
  EXPECT_FALSE(went_on);
  EXPECT_EQ(worker_->in_flight(), 0);
}

TEST_F(CoCallTest, TheWorkerMayBeLetGoOfMeanwhile) {
  std::string got;
  auto body = [&]() -> Task<void> {
    PendingCall call = CoCall(worker_.get(), "hold it");
    (void)co_await CoCall(worker_.get(), "a");
    worker_ = nullptr;
    Release("it", "still answered");
    got = (co_await std::move(call)).value_or("failed");
  };
  Run(body());
  EXPECT_EQ(got, "still answered");
}

TEST_F(CoCallTest, AWaitingCoroutineMayOutliveTheWorkersHandle) {
  auto waits = [&]() -> Task<void> {
    (void)co_await CoCall(worker_.get(), "hold it");
    ADD_FAILURE() << "was destroyed";
  };
  auto waiting = std::make_unique<Task<void>>(waits());
  waiting->Start();
  worker_ = nullptr;
  on_hold_ = [&] {
    waiting = nullptr;
    loop_.Stop();
  };
  RunLoop();
  EXPECT_EQ(waiting, nullptr);
}

TEST_F(CoCallTest, AWorkerThatGoesAwayIsAStatus) {
  Response response;
  on_hold_ = [&] {
    loop_.Post([&] {
      server_ = nullptr;
      server_transport_ = nullptr;
    });
  };
  auto body = [&]() -> Task<void> {
    response = co_await CoCall(worker_.get(), "hold it");
  };
  Run(body());
  EXPECT_TRUE(absl::IsUnavailable(response.status())) << response.status();
}

TEST_F(CoCallTest, DeadlinesAreThoseOfTheCall) {
  Response response;
  auto body = [&]() -> Task<void> {
    CallOptions options;
    options.deadline = MonotonicNow() + absl::Milliseconds(1);
    response = co_await CoCall(worker_.get(), "hold it", options);
  };
  Run(body());
  EXPECT_TRUE(absl::IsDeadlineExceeded(response.status())) << response.status();
}

TEST_F(CoCallTest, AFunctionThatFailsEndsTheService) {
  Response response;
  auto body = [&]() -> Task<void> {
    response = co_await CoCall(worker_.get(), "fail");
  };
  auto closes = [&]() -> Task<void> {
    while (!service_end_.has_value()) {
      co_await CoSleepUntil(&loop_, MonotonicNow());
    }
    server_transport_ = nullptr;
  };
  Task<void> closer = closes();
  closer.Start();
  Run(body());
  EXPECT_FALSE(response.ok());
  ASSERT_TRUE(service_end_.has_value());
  EXPECT_EQ(*service_end_, absl::InternalError("cannot serve"));
}

TEST_F(CoCallTest, AResponseThatIsTooLongEndsTheService) {
  auto calls = [&]() -> Task<void> {
    (void)co_await CoCall(worker_.get(), "long");
  };
  Task<void> call = calls();
  call.Start();
  auto body = [&]() -> Task<void> {
    while (!service_end_.has_value()) {
      co_await CoSleepUntil(&loop_, MonotonicNow());
    }
  };
  Run(body());
  EXPECT_TRUE(absl::IsResourceExhausted(*service_end_)) << *service_end_;
  EXPECT_THAT(log_, testing::IsEmpty());
}

TEST_F(CoCallTest, DestroyingTheServerDestroysTheCoroutinesThatWait) {
  auto calls = [&]() -> Task<void> {
    (void)co_await CoCall(worker_.get(), "hold it");
  };
  Task<void> call = calls();
  call.Start();
  on_hold_ = [&] { loop_.Stop(); };
  RunLoop();
  EXPECT_EQ(witness_.use_count(), 2);
  server_ = nullptr;
  EXPECT_EQ(witness_.use_count(), 1);
  Release("it", "nobody waits for this");
}

TEST_F(CoCallTest, TheEndOfTheServiceDestroysTheCoroutinesThatWait) {
  auto calls = [&]() -> Task<void> {
    (void)co_await CoCall(worker_.get(), "hold it");
  };
  Task<void> call = calls();
  call.Start();
  on_hold_ = [&] { loop_.Stop(); };
  RunLoop();
  EXPECT_EQ(witness_.use_count(), 2);
  // As a parent that is gone, not one that half-closes.
  worker_->Terminate(absl::ZeroDuration());
  auto body = [&]() -> Task<void> {
    while (!service_end_.has_value()) {
      co_await CoSleepUntil(&loop_, MonotonicNow());
    }
  };
  Run(body());
  EXPECT_EQ(witness_.use_count(), 1);
}

TEST_F(CoCallTest, ASleepIsNeverShortAndMayBeDestroyed) {
  bool woke = false;
  auto sleeps = [&]() -> Task<void> {
    co_await CoSleepUntil(&loop_, MonotonicNow() + absl::Milliseconds(2));
    woke = true;
  };
  auto sleeper = std::make_unique<Task<void>>(sleeps());
  sleeper->Start();
  sleeper = nullptr;
  auto body = [&]() -> Task<void> {
    const MonotonicTime until = MonotonicNow() + absl::Milliseconds(10);
    co_await CoSleepUntil(&loop_, until);
    EXPECT_GE(MonotonicNow(), until);
  };
  Run(body());
  EXPECT_FALSE(woke);
}

// A plain handler that keeps responders, and destroys the server from inside
// itself.
TEST(AsyncServerHandlerTest, IsDestroyedWithTheServerButNotWhileItRuns) {
  LibuvLoop loop;
  SocketPair wire = *MakeSocketPair();
  auto transport = *FdTransport::FromSocket(std::move(wire.theirs));
  std::unique_ptr<AsyncServer> server;
  auto captured = std::make_shared<std::vector<Responder>>();
  std::weak_ptr<std::vector<Responder>> watched = captured;
  server = *AsyncServer::Start(
      transport.get(),
      [&, captured = std::move(captured)](absl::string_view,
                                          Responder responder) {
        captured->push_back(std::move(responder));
        server = nullptr;
        EXPECT_EQ(captured->size(), 1) << "destroyed while it runs";
        loop.Stop();
      },
      {}, &loop);
  ASSERT_EQ(write(wire.ours.get(), "\0\0\0\1\0\0\0\0", 8), 8);
  loop.Run();
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace forkrpc
