// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/blocking_client.h"

#include <signal.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/client/blocking_test_util.h"
#include "forkrpc/serialiser/string_pack.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

class BlockingClientTest : public ::testing::TestWithParam<Config> {
 protected:
  std::unique_ptr<BlockingClient> Spawn(std::vector<std::string> arguments = {},
                                        BlockingClientOptions options = {}) {
    return SpawnOrDie<BlockingClient>(
        GetParam(), TestWorkerOptions(GetParam(), std::move(arguments)),
        std::move(options));
  }
};

INSTANTIATE_TEST_SUITE_P(Configs, BlockingClientTest, AllConfigs(), ConfigName);

TEST_P(BlockingClientTest, CallsAndCloses) {
  auto client = Spawn();
  EXPECT_EQ(client->Call("echo hello").value(), "hello");
  EXPECT_EQ(client->Call("echo ").value(), "");
  EXPECT_EQ(client->CallView("echo again").value(), "again");
  EXPECT_TRUE(client->Close().ok());
  EXPECT_TRUE(client->process()->exit_status()->clean());
  EXPECT_EQ(client->Call("echo late").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_P(BlockingClientTest, EventsComeInOrderWithResponses) {
  std::vector<std::string> log;
  BlockingClientOptions options;
  options.on_event = [&log](absl::string_view payload) {
    log.push_back(absl::StrCat("event ", payload));
  };
  auto client = Spawn({}, std::move(options));
  ASSERT_TRUE(client->Call("event one").ok());
  log.push_back("response");
  ASSERT_TRUE(client->Call("event two").ok());
  EXPECT_EQ(log,
            (std::vector<std::string>{"event one", "response", "event two"}));
}

//= spec/wire.md#FR-EVT-005
TEST_P(BlockingClientTest, UnwantedEventsAreCounted) {
  auto client = Spawn();
  ASSERT_TRUE(client->Call("event one").ok());
  EXPECT_EQ(client->dropped_events(), 1);
}

TEST_P(BlockingClientTest, LargePayloadsInBothDirections) {
  auto client = Spawn();
  const std::string request =
      absl::StrCat("echo ", std::string((16 << 20) - 5, 'L'));
  for (int i = 0; i < 2; ++i) {
    absl::StatusOr<absl::string_view> response = client->CallView(request);
    ASSERT_TRUE(response.ok()) << response.status();
    ASSERT_EQ(*response, absl::string_view(request).substr(5));
  }
}

// Where nobody looks at standard error, reads are not bounded in time.
TEST_P(BlockingClientTest, LargeRequestIsWrittenWhereReadsBlock) {
  SpawnOptions worker = TestWorkerOptions(GetParam());
  worker.stderr_mode = StderrMode::kInherit;
  BlockingClientOptions options;
  options.connection.form = GetParam().form;
  auto client = SpawnOrDie<BlockingClient>(worker, std::move(options));
  const std::string request = absl::StrCat("echo ", std::string(8 << 20, 'L'));
  EXPECT_EQ(client->Call(request).value().size(), request.size() - 5);
}

TEST_P(BlockingClientTest, ErrorNamesExitStatusAndLastWords) {
  auto client = Spawn();
  ASSERT_TRUE(client->Call("stderr 3").ok());
  const absl::Status status = client->Call("exit 3").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StrContains(status.message(), "with 1 call in flight"))
      << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "exited with status 3"))
      << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "eeethe end")) << status;
  // Later calls say the same.
  EXPECT_TRUE(absl::StrContains(client->Call("echo x").status().message(),
                                "exited with status 3"));
}

//= spec/wire.md#FR-ERR-015
//= spec/wire.md#FR-ERR-016
TEST_P(BlockingClientTest, RequestThatCannotBeDecodedEndsTheWorker) {
  auto client = Spawn();
  EXPECT_EQ(client->Call(std::string("join \1a\2bc")).value(), "a+bc");
  // Ends inside the second string.
  const absl::Status status = client->Call(std::string("join \1a\2b")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StrContains(
      status.message(), "exited with status 1; its stderr ended: worker: DATA"))
      << status;
}

//= spec/wire.md#FR-ERR-017
TEST_P(BlockingClientTest, ResponseThatCannotBeDecodedCostsThatCallOnly) {
  auto client = Spawn();
  std::vector<std::string> items;
  EXPECT_EQ(DecodeStringPack(client->Call("echo \x81").value(), &items).code(),
            absl::StatusCode::kDataLoss);
  EXPECT_TRUE(DecodeStringPack(client->Call("echo \1a").value(), &items).ok());
  EXPECT_EQ(items, std::vector<std::string>{"a"});
}

TEST_P(BlockingClientTest, DeadlineEndsOneCallAndNoOther) {
  auto client = Spawn();
  const MonotonicTime start = MonotonicNow();
  EXPECT_EQ(client->Call("sleep 300", absl::Milliseconds(30)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_LT(MonotonicNow() - start, absl::Milliseconds(290));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(30));
  // The late response is dropped and not taken for this one's.
  EXPECT_EQ(client->Call("echo next", absl::Seconds(20)).value(), "next");
  EXPECT_TRUE(client->Close().ok());
}

TEST_P(BlockingClientTest, FloodOfStandardErrorDoesNotBlock) {
  auto client = Spawn();
  const MonotonicTime start = MonotonicNow();
  EXPECT_EQ(client->Call("stderr 8000000").value(), "written");
  EXPECT_LT(MonotonicNow() - start, absl::Seconds(10));
  EXPECT_TRUE(absl::EndsWith(client->process()->stderr_tail(), "the end\n"));
}

//= spec/wire.md#FR-PRC-004
TEST_P(BlockingClientTest, PrintingInAFunctionDoesNotReachTheWire) {
  auto client = Spawn();
  EXPECT_EQ(client->Call("print").value(), "printed");
  EXPECT_EQ(client->Call("echo x").value(), "x");
}

TEST_P(BlockingClientTest, WorkerThatLingersIsKilledAfterTheGrace) {
  auto client = Spawn({"linger"});
  EXPECT_EQ(client->Call("echo x").value(), "x");
  const MonotonicTime start = MonotonicNow();
  const absl::Status status = client->Close(absl::Milliseconds(50));
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
  EXPECT_LT(MonotonicNow() - start, absl::Seconds(5));
  ASSERT_TRUE(client->process()->exit_status().has_value());
}

TEST_P(BlockingClientTest, CallbackMustNotUseItsClient) {
  BlockingClient* self = nullptr;
  absl::Status inner;
  BlockingClientOptions options;
  options.on_event = [&](absl::string_view) {
    inner = self->Call("echo x").status();
  };
  auto client = Spawn({}, std::move(options));
  self = client.get();
  ASSERT_TRUE(client->Call("event x").ok());
  EXPECT_EQ(inner.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(client->Call("echo still good").value(), "still good");
}

TEST_P(BlockingClientTest, SpinningGivesTheSameAnswers) {
  BlockingClientOptions options;
  options.spin = absl::Milliseconds(1);
  auto client = Spawn({"spin"}, std::move(options));
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(client->Call(absl::StrCat("echo ", i)).value(), absl::StrCat(i));
  }
  EXPECT_EQ(client->Call("sleep 20").value(), "slept");
  EXPECT_TRUE(client->Close().ok());
}

TEST_P(BlockingClientTest, DeadlineWhileALargeRequestIsHalfWritten) {
  auto client = Spawn();
  EXPECT_EQ(client->Call("sleep 200", absl::Milliseconds(20)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  {
    const std::string large = absl::StrCat("echo ", std::string(8 << 20, 'h'));
    EXPECT_EQ(client->Call(large, absl::Milliseconds(20)).status().code(),
              absl::StatusCode::kDeadlineExceeded);
  }  // its memory is gone, the rest of the request must still be right
  EXPECT_EQ(client->Call("echo next").value(), "next");
}

#ifdef ABSL_HAVE_EXCEPTIONS
TEST_P(BlockingClientTest, ExceptionOfOnEventLeavesCallAndNothingElse) {
  int events = 0;
  BlockingClientOptions options;
  options.on_event = [&](absl::string_view) {
    if (++events % 2 == 1) throw std::runtime_error("of the user");
  };
  auto client = Spawn({}, std::move(options));
  {
    const std::string request = absl::StrCat("event ", std::string(200, 'x'));
    EXPECT_THROW((void)client->Call(request), std::runtime_error);
  }
  // The late response is not taken for this one's.
  EXPECT_EQ(client->Call("echo next").value(), "next");
  EXPECT_EQ(client->Call("event even").value(), "");
  EXPECT_THROW((void)client->Call("event odd"), std::runtime_error);
  EXPECT_EQ(events, 3);
  EXPECT_TRUE(client->Close().ok());
}

TEST_P(BlockingClientTest, CloseMayBeCalledAgainAfterAnException) {
  bool throws = true;
  BlockingClientOptions options;
  options.on_event = [&](absl::string_view) {
    if (throws) throw std::runtime_error("of the user");
  };
  auto client = Spawn({}, std::move(options));
  // The event comes after the call was given up.
  EXPECT_EQ(client->Call("sleep 50", absl::Milliseconds(1)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(client->Call("event late", absl::Milliseconds(1)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_THROW(client->Close().IgnoreError(), std::runtime_error);
  EXPECT_FALSE(client->Call("echo x").ok());
  throws = false;
  EXPECT_TRUE(client->Close().ok());
}
#endif  // ABSL_HAVE_EXCEPTIONS

TEST(BlockingClientSyncTest, FunctionThatDoesNotRespondFails) {
  auto client = SpawnOrDie<BlockingClient>(
      Config{Form::kSync, Binding::kSocket},
      TestWorkerOptions({Form::kSync, Binding::kSocket}));
  const absl::Status status = client->Call("hold x").status();
  EXPECT_TRUE(
      absl::StrContains(status.message(), "returned without a response"))
      << status;
}

TEST(BlockingClientSpawnTest, MissingProgramIsOneClearLine) {
  SpawnOptions worker;
  worker.argv = {"./no-such-worker"};
  const absl::Status status = BlockingClient::Spawn(worker, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(absl::StrContains(status.message(), "no-such-worker"));
}

TEST(BlockingClientSpawnTest, ProgramThatIsNoWorker) {
  SpawnOptions worker;
  worker.argv = {"/bin/sh", "-c", "echo hello, world; cat > /dev/null"};
  auto client = SpawnOrDie<BlockingClient>(worker, {});
  const absl::Status status = client->Call("x").status();
  // "hell" is read as an id and "o, w" as a length.
  EXPECT_FALSE(status.ok());
  EXPECT_FALSE(client->Close().ok());
}

TEST(BlockingClientSpawnTest, DefaultSigpipeSurvivesAWorkerThatIsGone) {
  ASSERT_NE(signal(SIGPIPE, SIG_DFL), SIG_ERR);
  for (Binding binding : {Binding::kSocket, Binding::kPipes}) {
    SpawnOptions worker;
    worker.argv = {"true"};
    worker.binding = binding;
    auto client = SpawnOrDie<BlockingClient>(worker, {});
    ASSERT_TRUE(
        client->process()->Wait(MonotonicNow() + absl::Seconds(10)).ok());
    const absl::Status status = client->Call("x").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "exited with status 0"));
  }
}

}  // namespace
}  // namespace forkrpc
