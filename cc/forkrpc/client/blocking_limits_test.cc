// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Every function of the blocking clients that can wait keeps its limit,
// whatever the worker does meanwhile.

#include <signal.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/client/blocking_client.h"
#include "forkrpc/client/blocking_test_util.h"
#include "forkrpc/client/pipelined_client.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/kernel_buffer.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr absl::Duration kTimeout = absl::Milliseconds(150);
// What is promised, and what is not forgiven on any machine.
constexpr absl::Duration kLate = absl::Milliseconds(10);
constexpr absl::Duration kHang = absl::Seconds(5);

class BlockingLimitsTest : public testing::TestWithParam<Config> {
 protected:
  template <typename Client>
  std::unique_ptr<Client> Unruly(const std::string& what,
                                 absl::Duration spin = {}) {
    BlockingClientOptions options;
    options.spin = spin;
    return SpawnOrDie<Client>(GetParam(), UnrulyWorker(GetParam(), what),
                              std::move(options));
  }

  // `act` waits for kTimeout and no longer, what was done before aside.
  void ExpectTimeout(
      const std::string& what, const std::function<absl::Status()>& act,
      const std::function<void()>& before = [] {}) {
    const absl::Duration took = LeastTimeOf(
        [&] {
          before();
          absl::Status end;
          const absl::Duration time = TimeOf([&] { end = act(); });
          EXPECT_EQ(end.code(), absl::StatusCode::kDeadlineExceeded) << end;
          EXPECT_GE(time, kTimeout) << what;
          EXPECT_LT(time, kHang) << what;
          return time;
        },
        kTimeout + kLate);
    EXPECT_LE(took, kTimeout + kLate) << what;
  }
};

INSTANTIATE_TEST_SUITE_P(Configs, BlockingLimitsTest, AllConfigs(), ConfigName);

constexpr const char* kUnruly[] = {"floods", "floods-stderr", "silent", "deaf"};

TEST_P(BlockingLimitsTest, CallKeepsItsTimeoutHoweverLongItSpins) {
  for (const char* what : kUnruly) {
    for (const absl::Duration spin :
         {absl::ZeroDuration(), absl::Milliseconds(20), absl::Seconds(1)}) {
      auto client = Unruly<BlockingClient>(what, spin);
      ExpectTimeout(absl::StrCat(what, ", spin ", absl::FormatDuration(spin)),
                    [&] { return client->Call("x", kTimeout).status(); });
      client->process()->Kill(SIGKILL).IgnoreError();
    }
  }
}

TEST_P(BlockingLimitsTest, WaitKeepsItsTimeout) {
  for (const char* what : kUnruly) {
    auto client = Unruly<PipelinedClient>(what, absl::Seconds(1));
    const CallId call = client->Start("x").value();
    ExpectTimeout(what, [&] { return client->Wait(call, kTimeout).status(); });
    ExpectTimeout(what,
                  [&] { return client->WaitAny(kTimeout).response.status(); });
    EXPECT_TRUE(client->is_open(call));
    client->process()->Kill(SIGKILL).IgnoreError();
  }
}

TEST_P(BlockingLimitsTest, CallOfStartKeepsItsTimeout) {
  for (const char* what : kUnruly) {
    auto client = Unruly<PipelinedClient>(what, absl::Seconds(1));
    ExpectTimeout(what, [&] {
      const CallId call = client->Start("x", kTimeout).value();
      return client->Wait(call).status();
    });
    client->process()->Kill(SIGKILL).IgnoreError();
  }
}

TEST_P(BlockingLimitsTest, StartDoesNotWaitForRoomBeyondItsTimeout) {
  for (const char* what : kUnruly) {
    if (what == std::string("silent")) continue;  // it reads
    auto client = Unruly<PipelinedClient>(what, absl::Seconds(1));
    const std::string large(2 << 20, 'x');
    ASSERT_TRUE(client->Start(large).ok());
    ExpectTimeout(what,
                  [&] { return client->Start(large, kTimeout).status(); });
    EXPECT_EQ(client->open_calls(), 1u);
    client->process()->Kill(SIGKILL).IgnoreError();
  }
}

TEST_P(BlockingLimitsTest, CloseKeepsItsGrace) {
  for (const char* what : kUnruly) {
    if (what == std::string("silent")) continue;  // it ends when it should
    std::unique_ptr<BlockingClient> client;
    ExpectTimeout(
        what, [&] { return client->Close(kTimeout); },
        [&] { client = Unruly<BlockingClient>(what, absl::Seconds(1)); });
    std::unique_ptr<PipelinedClient> pipelined;
    ExpectTimeout(
        what, [&] { return pipelined->Close(kTimeout); },
        [&] {
          pipelined = Unruly<PipelinedClient>(what);
          EXPECT_TRUE(pipelined->Start("x").ok());
        });
  }
}

// The worker has closed its wire, so that the call has failed, but lives on:
// the text of the error is not worth more time than the call has.
TEST_P(BlockingLimitsTest, CallDoesNotWaitForAWorkerThatLingers) {
  auto client = Unruly<BlockingClient>("lingers");
  absl::Status end;
  const absl::Duration took = LeastTimeOf(
      [&] {
        return TimeOf([&] { end = client->Call("x", kTimeout).status(); });
      },
      kTimeout + kLate);
  EXPECT_LE(took, kTimeout + kLate);
  EXPECT_EQ(end.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StrContains(end.message(), "is still running")) << end;
  // Not what was said before.
  const absl::Status closed = client->Close(absl::Milliseconds(20));
  EXPECT_TRUE(absl::StrContains(closed.message(), "killed by signal 9"))
      << closed;
  EXPECT_FALSE(absl::StrContains(closed.message(), "running")) << closed;
}

TEST_P(BlockingLimitsTest, EndsOfCallsThatCloseHasLostNameTheWorkersEnd) {
  auto client = Unruly<PipelinedClient>("deaf");
  const CallId call = client->Start("x").value();
  const absl::Status closed = client->Close(absl::Milliseconds(20));
  const absl::Status end = client->Wait(call).status();
  for (const absl::Status& status : {closed, end}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
    EXPECT_TRUE(absl::StrContains(status.message(), "killed by signal 9"))
        << status;
  }
  EXPECT_TRUE(absl::StrContains(closed.message(), "1 call was in flight"))
      << closed;
}

// What has no time is not sent.
TEST(BlockingLimitsStreamTest, CallWithoutTimeIsNotSent) {
  for (const absl::Duration timeout :
       {absl::ZeroDuration(), absl::Seconds(-1), -absl::InfiniteDuration()}) {
    SocketPair wire = *MakeSocketPair();
    BlockingClient client(*FdTransport::FromSocket(std::move(wire.ours)), {});
    EXPECT_EQ(client.Call("x", timeout).status().code(),
              absl::StatusCode::kDeadlineExceeded);
    EXPECT_EQ(KernelOctets(wire.theirs.get()), 0u);

    SocketPair other = *MakeSocketPair();
    PipelinedClient pipelined(*FdTransport::FromSocket(std::move(other.ours)),
                              {});
    EXPECT_EQ(pipelined.Start("x", timeout).status().code(),
              absl::StatusCode::kDeadlineExceeded);
    pipelined.Flush();
    EXPECT_EQ(pipelined.open_calls(), 0u);
    EXPECT_EQ(KernelOctets(other.theirs.get()), 0u);
  }
}

// Before a process is started.
TEST(BlockingLimitsStreamTest, OptionsOfNoSenseStartNothing) {
  SpawnOptions program;
  program.argv = {"/no/such/program"};
  BlockingClientOptions options;
  options.connection.receive_buffer_octets = 0;
  EXPECT_TRUE(absl::IsFailedPrecondition(
      BlockingClient::Spawn(program, options).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      PipelinedClient::Spawn(program, options).status()));
}

// A copy of this process holds our end of the wire.
class BlockingForkTest : public BlockingLimitsTest {
 protected:
  void SetUp() override {
    client_ =
        SpawnOrDie<BlockingClient>(GetParam(), TestWorkerOptions(GetParam()));
    ASSERT_EQ(client_->Call("echo x").value(), "x");
    copy_ = fork();
    if (copy_ == 0) {
      for (;;) pause();
    }
    ASSERT_GT(copy_, 0);
  }
  void TearDown() override { kill(copy_, SIGKILL); }

  std::unique_ptr<BlockingClient> client_;
  pid_t copy_ = -1;
};

INSTANTIATE_TEST_SUITE_P(Configs, BlockingForkTest, AllConfigs(), ConfigName);

TEST_P(BlockingForkTest, CloseNamesWhatKeepsTheWorker) {
  absl::Status end;
  EXPECT_LT(TimeOf([&] { end = client_->Close(absl::Milliseconds(200)); }),
            absl::Milliseconds(700));
  if (GetParam().binding == Binding::kSocket) {
    EXPECT_TRUE(end.ok()) << end;
  } else {
    EXPECT_TRUE(absl::StrContains(end.message(), "0 calls were in flight"))
        << end;
    EXPECT_TRUE(absl::StrContains(end.message(), "fork() copy")) << end;
  }
}

TEST_P(BlockingForkTest, DestructionTakesNoLongerThanItSays) {
  const absl::Duration limit = GetParam().binding == Binding::kSocket
                                   ? absl::Milliseconds(500)
                                   : absl::Milliseconds(1500);
  EXPECT_LT(TimeOf([&] { client_ = nullptr; }), limit);
}

}  // namespace
}  // namespace forkrpc
