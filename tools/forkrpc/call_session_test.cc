// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/call_session.h"

#include <signal.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forkrpc/base/owned_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kTestWorker[] = "cc/forkrpc/client/test_worker";

class CallSessionTest : public ::testing::Test {
 protected:
  std::unique_ptr<CallSession> Start(std::vector<std::string> argv,
                                     Form form = Form::kSync,
                                     size_t in_flight = 1) {
    CallSessionOptions options;
    options.worker.argv = std::move(argv);
    options.worker.stderr_mode = StderrMode::kCapture;
    options.form = form;
    options.in_flight = in_flight;
    options.timeout = timeout_;
    options.grace = grace_;
    auto session = CallSession::Start(
        std::move(options),
        [this](absl::string_view event) { events_.emplace_back(event); });
    EXPECT_TRUE(session.ok()) << session.status();
    return *std::move(session);
  }

  static absl::StatusOr<std::string> Next(CallSession* session) {
    for (;;) {
      auto end = session->TakeOldest();
      if (end.has_value()) return *end;
      if (session->open_calls() == 0) return absl::NotFoundError("no call");
      session->Wait(-1);
    }
  }

  absl::Duration timeout_ = absl::Seconds(20);
  absl::Duration grace_ = absl::Seconds(20);
  std::vector<std::string> events_;
};

TEST_F(CallSessionTest, CallsEventsAndACleanEnd) {
  auto session = Start({kTestWorker});
  ASSERT_TRUE(session->Call("event noon").ok());
  EXPECT_EQ(*Next(session.get()), "");
  EXPECT_THAT(events_, ElementsAre("noon"));
  ASSERT_TRUE(session->Call("echo hi").ok());
  EXPECT_EQ(*Next(session.get()), "hi");
  EXPECT_TRUE(session->Finish().ok());
  EXPECT_TRUE(session->has_spoken());
}

TEST_F(CallSessionTest, ResponsesComeInTheOrderOfTheCalls) {
  auto session = Start({kTestWorker, "async"}, Form::kAsync, 4);
  for (const char* call : {"hold a", "hold b", "echo c", "release"}) {
    ASSERT_TRUE(session->can_call());
    ASSERT_TRUE(session->Call(call).ok());
  }
  EXPECT_FALSE(session->can_call());
  // The worker answers c, b, a, release.
  EXPECT_EQ(*Next(session.get()), "a");
  EXPECT_TRUE(session->can_call());
  EXPECT_EQ(*Next(session.get()), "b");
  EXPECT_EQ(*Next(session.get()), "c");
  EXPECT_EQ(*Next(session.get()), "");
  EXPECT_TRUE(session->Finish().ok());
}

TEST_F(CallSessionTest, WaitsForInputAndWorkerAtOnce) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  const OwnedFd read_end(fds[0]);
  const OwnedFd write_end(fds[1]);
  auto session = Start({kTestWorker, "async"}, Form::kAsync, 4);
  ASSERT_TRUE(session->Call("echo hi").ok());
  // No input comes, but the response must.
  std::optional<absl::StatusOr<std::string>> end;
  while (!(end = session->TakeOldest()).has_value()) {
    ASSERT_FALSE(session->Wait(read_end.get()));
  }
  EXPECT_EQ(**end, "hi");
  // No response comes, but the input must.
  ASSERT_TRUE(session->Call("hold x").ok());
  ASSERT_EQ(write(write_end.get(), "x", 1), 1);
  while (!session->Wait(read_end.get())) {
  }
  EXPECT_EQ(session->TakeOldest(), std::nullopt);
}

// A worker whose standard error is full could not answer.
TEST_F(CallSessionTest, DrainsStandardErrorWhileItWaitsForInput) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  const OwnedFd read_end(fds[0]);
  const OwnedFd write_end(fds[1]);
  auto session = Start({kTestWorker, "async"}, Form::kAsync, 4);
  ASSERT_TRUE(session->Call("stderr 2000000").ok());
  std::optional<absl::StatusOr<std::string>> end;
  while (!(end = session->TakeOldest()).has_value()) {
    ASSERT_FALSE(session->Wait(read_end.get()));
  }
  EXPECT_TRUE(end->ok()) << end->status();
}

TEST_F(CallSessionTest, AWorkerThatFailsInACallIsAWorker) {
  for (const char* call : {"exit 3", "exit 0", "kill 9", "fail it"}) {
    auto session = Start({kTestWorker});
    ASSERT_TRUE(session->Call(call).ok());
    EXPECT_TRUE(absl::IsUnavailable(Next(session.get()).status())) << call;
    EXPECT_FALSE(session->is_no_worker()) << call;
  }
}

TEST_F(CallSessionTest, DescribesHowItEnded) {
  auto session = Start({kTestWorker});
  ASSERT_TRUE(session->Call("stderr 3").ok());
  EXPECT_TRUE(Next(session.get()).ok());
  ASSERT_TRUE(session->Call("kill 9").ok());
  EXPECT_FALSE(Next(session.get()).ok());
  EXPECT_THAT(session->DescribeWorker(),
              AllOf(HasSubstr("was killed by signal 9 (SIGKILL)"),
                    HasSubstr("its stderr ended: eeethe end")));
}

TEST_F(CallSessionTest, AProgramThatEndsWithoutReadingIsNone) {
  for (const Binding binding : {Binding::kSocket, Binding::kPipes}) {
    for (const char* program : {"true", "false"}) {
      // Both orders: it ends before it is called, or after.
      for (const int delay_us : {0, 20000}) {
        CallSessionOptions options;
        options.worker.argv = {program};
        options.worker.binding = binding;
        auto session = *CallSession::Start(options, [](absl::string_view) {});
        usleep(delay_us);
        ASSERT_TRUE(session->Call("x").ok());
        EXPECT_FALSE(Next(session.get()).ok());
        session->DescribeWorker();
        EXPECT_TRUE(session->is_no_worker()) << program << delay_us;
        EXPECT_TRUE(session->exit_status().has_value());
      }
    }
  }
}

TEST_F(CallSessionTest, AProgramThatSendsSomethingElseIsNone) {
  auto session = Start({"cat"});
  ASSERT_TRUE(session->Call("a long enough request").ok());
  EXPECT_TRUE(absl::IsResourceExhausted(Next(session.get()).status()));
  EXPECT_TRUE(session->is_no_worker());
}

TEST_F(CallSessionTest, ATimeoutEndsTheCallOnly) {
  timeout_ = absl::Milliseconds(50);
  auto session = Start({kTestWorker});
  ASSERT_TRUE(session->Call("sleep 400").ok());
  EXPECT_TRUE(absl::IsDeadlineExceeded(Next(session.get()).status()));
  EXPECT_FALSE(session->ended());
  EXPECT_FALSE(session->is_no_worker());
  EXPECT_TRUE(session->Finish().ok());  // it drains
}

TEST_F(CallSessionTest, AWorkerThatDoesNotEndIsEnded) {
  grace_ = absl::Milliseconds(50);
  auto lingers = Start({kTestWorker, "linger"});
  ASSERT_TRUE(lingers->Call("echo hi").ok());
  EXPECT_TRUE(Next(lingers.get()).ok());
  EXPECT_TRUE(absl::IsDeadlineExceeded(lingers->Finish()));
  EXPECT_TRUE(lingers->exit_status().has_value());

  auto deaf = Start({"sleep", "1000"});
  EXPECT_TRUE(absl::IsDeadlineExceeded(deaf->Finish()));
}

TEST_F(CallSessionTest, TheEndBetweenCallsIsSeen) {
  auto session = Start({kTestWorker});
  ASSERT_TRUE(session->Call("echo hi").ok());
  EXPECT_TRUE(Next(session.get()).ok());
  const auto worker = session->DescribeWorker();  // "... (pid N) is still ..."
  const size_t at = worker.find("(pid ") + 5;
  kill(std::stoi(worker.substr(at)), SIGKILL);
  while (!session->ended()) session->Wait(-1);
  EXPECT_TRUE(absl::IsUnavailable(session->Finish()));
  EXPECT_FALSE(session->is_no_worker());
}

}  // namespace
}  // namespace forkrpc::cli
