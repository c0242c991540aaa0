// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/blocking_client.h"

#include <signal.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr char kWorker[] = "cc/forkrpc/client/test_worker";

struct Config {
  Form form;
  Binding binding;
};

std::string ConfigName(const ::testing::TestParamInfo<Config>& info) {
  return absl::StrCat(
      info.param.form == Form::kSync ? "Sync" : "Async",
      info.param.binding == Binding::kSocket ? "Socket" : "Pipes");
}

std::unique_ptr<BlockingClient> SpawnOrDie(const SpawnOptions& worker,
                                           BlockingClientOptions options) {
  auto client = BlockingClient::Spawn(worker, std::move(options));
  if (!client.ok()) {
    ADD_FAILURE() << client.status();
    abort();
  }
  return *std::move(client);
}

SpawnOptions WorkerOptions(const Config& config,
                           std::vector<std::string> arguments = {}) {
  SpawnOptions worker;
  worker.argv = {kWorker};
  if (config.form == Form::kAsync) worker.argv.push_back("async");
  for (std::string& argument : arguments) {
    worker.argv.push_back(std::move(argument));
  }
  worker.name = "w";
  worker.binding = config.binding;
  worker.stderr_mode = StderrMode::kCapture;
  return worker;
}

class BlockingClientTest : public ::testing::TestWithParam<Config> {
 protected:
  std::unique_ptr<BlockingClient> Spawn(std::vector<std::string> arguments = {},
                                        BlockingClientOptions options = {}) {
    options.connection.form = GetParam().form;
    return SpawnOrDie(WorkerOptions(GetParam(), std::move(arguments)),
                      std::move(options));
  }
};

INSTANTIATE_TEST_SUITE_P(
    Configs, BlockingClientTest,
    ::testing::Values(Config{Form::kSync, Binding::kSocket},
                      Config{Form::kSync, Binding::kPipes},
                      Config{Form::kAsync, Binding::kSocket},
                      Config{Form::kAsync, Binding::kPipes}),
    ConfigName);

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

TEST_P(BlockingClientTest, PipelinedCallsAreWaitedForInAnyOrder) {
  auto client = Spawn();
  std::vector<CallId> calls;
  for (int i = 0; i < 1000; ++i) {
    calls.push_back(client->Start(absl::StrCat("echo ", i)).value());
  }
  EXPECT_EQ(client->open_calls(), 1000);
  for (int i = 999; i >= 500; --i) {
    ASSERT_EQ(client->Wait(calls[i]).value(), absl::StrCat(i));
  }
  EXPECT_EQ(client->Wait(calls[999]).status().code(),
            absl::StatusCode::kNotFound);
  std::vector<std::string> rest;
  while (client->open_calls() > 0) {
    const Completion completion = client->WaitAny();
    ASSERT_TRUE(completion.response.ok()) << completion.response.status();
    rest.push_back(std::string(*completion.response));
  }
  ASSERT_EQ(rest.size(), 500);
  EXPECT_EQ(rest.front(), "0");
  EXPECT_EQ(rest.back(), "499");
  EXPECT_EQ(client->WaitAny().response.status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_P(BlockingClientTest, CloseKeepsWhatWasNotWaitedFor) {
  auto client = Spawn();
  const CallId call = client->Start("echo kept").value();
  EXPECT_TRUE(client->Close().ok());
  EXPECT_EQ(client->Wait(call).value(), "kept");
}

// Both ends write more than all buffers between them hold.
TEST_P(BlockingClientTest, MutualWritesDoNotDeadlock) {
  auto client = Spawn();
  const std::string large(4 << 20, 'm');
  std::vector<CallId> calls;
  for (int i = 0; i < 16; ++i) {
    calls.push_back(client->Start(absl::StrCat("echo ", large)).value());
  }
  for (CallId call : calls) {
    absl::StatusOr<std::string> response = client->Wait(call);
    ASSERT_TRUE(response.ok()) << response.status();
    ASSERT_EQ(*response, large);
  }
  EXPECT_TRUE(client->Close().ok());
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
  SpawnOptions worker = WorkerOptions(GetParam());
  worker.stderr_mode = StderrMode::kInherit;
  BlockingClientOptions options;
  options.connection.form = GetParam().form;
  auto client = SpawnOrDie(worker, std::move(options));
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

TEST_P(BlockingClientTest, ErrorNamesTheSignal) {
  auto client = Spawn();
  const CallId first = client->Start("kill 9").value();
  const CallId second = client->Start("echo x").value();
  for (CallId call : {first, second}) {
    const absl::Status status = client->Wait(call).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_TRUE(absl::StrContains(status.message(), "killed by signal 9"))
        << status;
  }
  EXPECT_EQ(client->Close().code(), absl::StatusCode::kUnavailable);
}

TEST_P(BlockingClientTest, FunctionThatFailsEndsTheWorkerAndSaysWhy) {
  auto client = Spawn();
  const CallId good = client->Start("echo good").value();
  const CallId bad = client->Start("fail no such table").value();
  EXPECT_EQ(client->Wait(good).value(), "good");
  const absl::Status status = client->Wait(bad).status();
  EXPECT_TRUE(absl::StrContains(status.message(),
                                "exited with status 1; its stderr ended: "
                                "worker: INTERNAL: no such table"))
      << status;
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

TEST_P(BlockingClientTest, DeadlineWhileALargeRequestIsHalfWritten) {
  auto client = Spawn();
  const CallId sleeper = client->Start("sleep 200").value();
  {
    const std::string large = absl::StrCat("echo ", std::string(8 << 20, 'h'));
    EXPECT_EQ(client->Call(large, absl::Milliseconds(20)).status().code(),
              absl::StatusCode::kDeadlineExceeded);
  }  // its memory is gone, the rest of the request must still be right
  EXPECT_EQ(client->Wait(sleeper).value(), "slept");
  EXPECT_EQ(client->Call("echo next").value(), "next");
}

TEST_P(BlockingClientTest, CancelledCallEndsAtOnce) {
  auto client = Spawn();
  const CallId slow = client->Start("sleep 100").value();
  ASSERT_TRUE(client->Cancel(slow).ok());
  EXPECT_EQ(client->Wait(slow).status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(client->WaitAny().response.status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(client->Call("echo next").value(), "next");
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

TEST_P(BlockingClientTest, CloseGivesUpOnACallThatTakesTooLong) {
  auto client = Spawn();
  const CallId call = client->Start("sleep 20000").value();
  const absl::Status status = client->Close(absl::Milliseconds(50));
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(absl::StrContains(status.message(), "1 call is in flight"));
  EXPECT_EQ(client->Wait(call).status().code(),
            absl::StatusCode::kDeadlineExceeded);
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

TEST(BlockingClientSyncTest, ResponseDoesNotWaitForTheNextCall) {
  auto client = SpawnOrDie(WorkerOptions({Form::kSync, Binding::kSocket}), {});
  const CallId quick = client->Start("echo quick").value();
  ASSERT_TRUE(client->Start("sleep 2000").ok());
  const MonotonicTime start = MonotonicNow();
  EXPECT_EQ(client->Wait(quick).value(), "quick");
  EXPECT_LT(MonotonicNow() - start, absl::Milliseconds(1500));
}

TEST(BlockingClientSyncTest, FunctionThatDoesNotRespondFails) {
  auto client = SpawnOrDie(WorkerOptions({Form::kSync, Binding::kSocket}), {});
  const absl::Status status = client->Call("hold x").status();
  EXPECT_TRUE(
      absl::StrContains(status.message(), "returned without a response"))
      << status;
}

TEST(BlockingClientAsyncTest, ResponsesOutOfOrder) {
  const Config config{Form::kAsync, Binding::kSocket};
  BlockingClientOptions options;
  options.connection.form = Form::kAsync;
  auto client = SpawnOrDie(WorkerOptions(config), options);
  const CallId first = client->Start("hold first").value();
  const CallId second = client->Start("hold second").value();
  EXPECT_EQ(client->Call("echo overtakes").value(), "overtakes");
  ASSERT_TRUE(client->Start("release").ok());
  EXPECT_EQ(client->WaitAny().call, second);
  EXPECT_EQ(client->Wait(first).value(), "first");
}

TEST(BlockingClientAsyncTest, CallThatIsNeverAnsweredIsNotSilent) {
  const Config config{Form::kAsync, Binding::kSocket};
  BlockingClientOptions options;
  options.connection.form = Form::kAsync;
  auto client = SpawnOrDie(WorkerOptions(config), options);
  const CallId call = client->Start("hold for ever").value();
  const absl::Status end = client->Close();
  EXPECT_EQ(end.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StrContains(end.message(), "were never answered")) << end;
  EXPECT_EQ(client->Wait(call).status().code(), absl::StatusCode::kUnavailable);
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
  auto client = SpawnOrDie(worker, {});
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
    auto client = SpawnOrDie(worker, {});
    ASSERT_TRUE(
        client->process()->Wait(MonotonicNow() + absl::Seconds(10)).ok());
    const absl::Status status = client->Call("x").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "exited with status 0"));
  }
}

// Over a stream without a process: the peer is the test.
TEST(BlockingClientStreamTest, ProtocolErrorClosesTheConnection) {
  absl::StatusOr<SocketPair> pair = MakeSocketPair();
  ASSERT_TRUE(pair.ok());
  auto transport = FdTransport::FromSocket(std::move(pair->ours));
  ASSERT_TRUE(transport.ok());
  BlockingClient client(*std::move(transport), {});
  const CallId call = client.Start("x").value();
  client.Flush();
  // A length beyond the limit, and no payload.
  const std::string bomb("\0\0\0\1\xff\xff\xff\xff", 8);
  ASSERT_EQ(send(pair->theirs.get(), bomb.data(), bomb.size(), 0), 8);
  EXPECT_EQ(client.Wait(call).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(client.Close().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace forkrpc
