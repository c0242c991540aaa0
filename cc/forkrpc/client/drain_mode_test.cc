// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Each client behind a launcher that takes a half-close for the end: in one
// mode all answers arrive, in the other they are lost, and said to be.

#include "forkrpc/client/drain_mode.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/client/blocking_client.h"
#include "forkrpc/client/blocking_test_util.h"
#include "forkrpc/client/pipelined_client.h"
#include "forkrpc/client/worker_test_util.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr Config kAsyncSocket = {Form::kAsync, Binding::kSocket};

// test_worker behind the launcher.
SpawnOptions CutWorker(const Config& config) {
  SpawnOptions worker = TestWorkerOptions(config);
  worker.argv.insert(worker.argv.begin(), "cc/forkrpc/client/cutting_launcher");
  return worker;
}

BlockingClientOptions OptionsOf(const Config& config, DrainMode mode) {
  BlockingClientOptions options;
  options.connection.form = config.form;
  options.drain.mode = mode;
  return options;
}

class CutTest : public testing::TestWithParam<Config> {};

TEST_P(CutTest, ALaunchedWorkerLosesNoAnswerThatIsTakenFirst) {
  auto client = SpawnOrDie<PipelinedClient>(
      CutWorker(GetParam()), OptionsOf(GetParam(), DrainMode::kAnswersFirst));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client->Start("sleep 100").ok());
  }
  EXPECT_TRUE(client->Close().ok());
  for (int i = 0; i < 3; ++i) {
    const Completion ended = client->WaitAny();
    ASSERT_TRUE(ended.response.ok()) << ended.response.status();
    EXPECT_EQ(*ended.response, "slept");
  }
}

TEST_P(CutTest, AHalfCloseAtOnceLosesThemAndSaysSo) {
  // kByStream as well: that it is a launcher is not known.
  for (const DrainMode mode :
       {DrainMode::kHalfCloseAtOnce, DrainMode::kByStream}) {
    auto client = SpawnOrDie<PipelinedClient>(CutWorker(GetParam()),
                                              OptionsOf(GetParam(), mode));
    ASSERT_TRUE(client->Start("sleep 400").ok());
    ASSERT_TRUE(client->Start("sleep 400").ok());
    const absl::Status closed = client->Close();
    EXPECT_EQ(closed.code(), absl::StatusCode::kUnavailable) << closed;
    for (int i = 0; i < 2; ++i) {
      const Completion ended = client->WaitAny();
      EXPECT_NE(ended.call, 0u);
      EXPECT_EQ(ended.response.status().code(), absl::StatusCode::kUnavailable)
          << ended.response.status();
      EXPECT_TRUE(absl::StrContains(ended.response.status().message(),
                                    "with 2 calls in flight"))
          << ended.response.status();
    }
  }
}

TEST_P(CutTest, WhatABlockingClientNoLongerWaitsForIsTakenToo) {
  for (const DrainMode mode :
       {DrainMode::kHalfCloseAtOnce, DrainMode::kAnswersFirst}) {
    auto client = SpawnOrDie<BlockingClient>(CutWorker(GetParam()),
                                             OptionsOf(GetParam(), mode));
    ASSERT_TRUE(client->Call("echo x").ok());
    EXPECT_EQ(client->Call("sleep 400", absl::Milliseconds(50)).status().code(),
              absl::StatusCode::kDeadlineExceeded);
    const absl::Status closed = client->Close();
    EXPECT_EQ(closed.ok(), mode == DrainMode::kAnswersFirst) << closed;
  }
}

TEST_P(CutTest, TheGraceOfTheDrainEndsTheWait) {
  auto client = SpawnOrDie<PipelinedClient>(
      CutWorker(GetParam()), OptionsOf(GetParam(), DrainMode::kAnswersFirst));
  ASSERT_TRUE(client->Start("sleep 5000").ok());
  const MonotonicTime start = MonotonicNow();
  EXPECT_EQ(client->Close(absl::Milliseconds(200)).code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_LT(MonotonicNow() - start, absl::Seconds(30));
}

TEST_P(CutTest, TheGraceOfTheAnswersEndsTheWait) {
  BlockingClientOptions options =
      OptionsOf(GetParam(), DrainMode::kAnswersFirst);
  options.drain.answers_grace = absl::Milliseconds(100);
  auto client =
      SpawnOrDie<PipelinedClient>(CutWorker(GetParam()), std::move(options));
  ASSERT_TRUE(client->Start("sleep 5000").ok());
  EXPECT_EQ(client->Close(absl::Seconds(50)).code(),
            absl::StatusCode::kUnavailable);
}

INSTANTIATE_TEST_SUITE_P(All, CutTest, AllConfigs(), ConfigName);

class CutWorkerTest : public WorkerFixture {
 protected:
  void SpawnCut(DrainMode mode) {
    options_.connection.form = Form::kAsync;
    options_.drain.mode = mode;
    Spawn(CutWorker(kAsyncSocket));
  }
};

TEST_F(CutWorkerTest, TakesItsAnswersFirst) {
  SpawnCut(DrainMode::kAnswersFirst);
  NamedCall("a", "sleep 100");
  NamedCall("b", "sleep 100");
  Drain();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, Lines({"a=slept", "b=slept", "drained OK", "destroyed"}));
}

TEST_F(CutWorkerTest, TakesThemAlsoWhenItsHandleIsDropped) {
  SpawnCut(DrainMode::kAnswersFirst);
  NamedCall("a", "sleep 100");
  Drop();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, Lines({"a=slept", "destroyed"}));
}

TEST_F(CutWorkerTest, LosesThemAtOnceAndSaysSo) {
  SpawnCut(DrainMode::kHalfCloseAtOnce);
  NamedCall("a", "sleep 400");
  Drain();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, Lines({"a!UNAVAILABLE", "worker error", "drained UNAVAILABLE",
                         "destroyed"}));
}

TEST_F(CutWorkerTest, HalfClosesWhenTheGraceOfTheAnswersIsOver) {
  options_.drain.answers_grace = absl::Milliseconds(100);
  SpawnCut(DrainMode::kAnswersFirst);
  NamedCall("a", "sleep 5000");
  Drain();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(statuses_["a"].code(), absl::StatusCode::kUnavailable);
}

// A connection to a listener of our own.
std::unique_ptr<FdTransport> TcpTransport() {
  const OwnedFd listener(socket(AF_INET, SOCK_STREAM, 0));
  OwnedFd ours(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(listener.get(), generic, size), 0);
  EXPECT_EQ(listen(listener.get(), 1), 0);
  EXPECT_EQ(getsockname(listener.get(), generic, &size), 0);
  EXPECT_EQ(connect(ours.get(), generic, size), 0);
  auto transport = FdTransport::FromSocket(std::move(ours));
  EXPECT_TRUE(transport.ok()) << transport.status();
  return *std::move(transport);
}

TEST(AnswersUntilTest, ByStreamIsAnswersFirstForTcpOnly) {
  const MonotonicTime now = MonotonicNow();
  DrainOptions drain;
  drain.answers_grace = absl::Seconds(9);
  EXPECT_EQ(AnswersUntil(drain, *TcpTransport(), now), now + absl::Seconds(9));

  auto pair = MakeSocketPair();
  ASSERT_TRUE(pair.ok());
  auto socket = FdTransport::FromSocket(std::move(pair->ours));
  ASSERT_TRUE(socket.ok());
  EXPECT_EQ(AnswersUntil(drain, **socket, now), MonotonicTime::InfinitePast());

  auto there = MakePipe();
  ASSERT_TRUE(there.ok());
  auto pipes = FdTransport::FromPair(
      std::move(there->read_end), std::move(there->write_end), PipeMode::kOurs);
  ASSERT_TRUE(pipes.ok());
  EXPECT_EQ(AnswersUntil(drain, **pipes, now), MonotonicTime::InfinitePast());
}

TEST(AnswersUntilTest, AModeThatIsSetCounts) {
  const MonotonicTime now = MonotonicNow();
  DrainOptions drain;
  drain.mode = DrainMode::kHalfCloseAtOnce;
  EXPECT_EQ(AnswersUntil(drain, *TcpTransport(), now),
            MonotonicTime::InfinitePast());
  drain.mode = DrainMode::kAnswersFirst;
  drain.answers_grace = absl::InfiniteDuration();
  EXPECT_EQ(AnswersUntil(drain, *TcpTransport(), now),
            MonotonicTime::InfiniteFuture());
}

}  // namespace
}  // namespace forkrpc
