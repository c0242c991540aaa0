// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/pipelined_client.h"

#include <sys/socket.h>

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
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// One call by itself.
absl::StatusOr<std::string> CallOnce(
    PipelinedClient* client, absl::string_view payload,
    absl::Duration timeout = absl::InfiniteDuration()) {
  const absl::StatusOr<CallId> call = client->Start(payload, timeout);
  if (!call.ok()) return call.status();
  return client->Wait(*call);
}

class PipelinedClientTest : public ::testing::TestWithParam<Config> {
 protected:
  std::unique_ptr<PipelinedClient> Spawn(
      std::vector<std::string> arguments = {},
      BlockingClientOptions options = {}) {
    return SpawnOrDie<PipelinedClient>(
        GetParam(), TestWorkerOptions(GetParam(), std::move(arguments)),
        std::move(options));
  }
};

INSTANTIATE_TEST_SUITE_P(Configs, PipelinedClientTest, AllConfigs(),
                         ConfigName);

TEST_P(PipelinedClientTest, PipelinedCallsAreWaitedForInAnyOrder) {
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

TEST_P(PipelinedClientTest, CloseKeepsWhatWasNotWaitedFor) {
  auto client = Spawn();
  const CallId call = client->Start("echo kept").value();
  EXPECT_TRUE(client->Close().ok());
  EXPECT_EQ(client->Wait(call).value(), "kept");
}

// Both ends write more than all buffers between them hold.
TEST_P(PipelinedClientTest, MutualWritesDoNotDeadlock) {
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

TEST_P(PipelinedClientTest, ErrorNamesTheSignal) {
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

TEST_P(PipelinedClientTest, FunctionThatFailsEndsTheWorkerAndSaysWhy) {
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

TEST_P(PipelinedClientTest, DeadlineWhileALargeRequestIsHalfWritten) {
  auto client = Spawn();
  const CallId sleeper = client->Start("sleep 200").value();
  {
    const std::string large = absl::StrCat("echo ", std::string(8 << 20, 'h'));
    EXPECT_EQ(
        CallOnce(client.get(), large, absl::Milliseconds(20)).status().code(),
        absl::StatusCode::kDeadlineExceeded);
  }  // its memory is gone, the rest of the request must still be right
  EXPECT_EQ(client->Wait(sleeper).value(), "slept");
  EXPECT_EQ(CallOnce(client.get(), "echo next").value(), "next");
}

TEST_P(PipelinedClientTest, CancelledCallEndsAtOnce) {
  auto client = Spawn();
  const CallId slow = client->Start("sleep 100").value();
  ASSERT_TRUE(client->Cancel(slow).ok());
  EXPECT_EQ(client->Wait(slow).status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(client->WaitAny().response.status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CallOnce(client.get(), "echo next").value(), "next");
}

TEST_P(PipelinedClientTest, CloseGivesUpOnACallThatTakesTooLong) {
  auto client = Spawn();
  const CallId call = client->Start("sleep 20000").value();
  const absl::Status status = client->Close(absl::Milliseconds(50));
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(absl::StrContains(status.message(), "1 call was in flight"));
  EXPECT_EQ(client->Wait(call).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_P(PipelinedClientTest, WaitThatTimesOutLeavesTheCallOpen) {
  auto client = Spawn();
  const CallId call = client->Start("sleep 300").value();
  const absl::StatusOr<std::string> early =
      client->Wait(call, absl::Milliseconds(20));
  EXPECT_EQ(early.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(absl::StrContains(early.status().message(), "still open"))
      << early.status();
  EXPECT_TRUE(client->is_open(call));
  const Completion none = client->WaitAny(absl::Milliseconds(20));
  EXPECT_EQ(none.call, 0u);
  EXPECT_EQ(none.response.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(client->open_calls(), 1u);
  EXPECT_EQ(client->Wait(call).value(), "slept");
  EXPECT_FALSE(client->is_open(call));
}

// Nothing to wait for: a look.
TEST_P(PipelinedClientTest, WaitWithoutTimeTakesWhatIsThere) {
  auto client = Spawn();
  const CallId call = client->Start("echo x").value();
  client->Flush();
  absl::StatusOr<std::string> response;
  const MonotonicTime give_up = MonotonicNow() + absl::Seconds(20);
  do {
    response = client->Wait(call, absl::ZeroDuration());
  } while (absl::IsDeadlineExceeded(response.status()) &&
           MonotonicNow() < give_up);
  EXPECT_EQ(response.value(), "x");
}

TEST_P(PipelinedClientTest, CallsOwnTimeoutEndsIt) {
  auto client = Spawn();
  const CallId call =
      client->Start("sleep 300", absl::Milliseconds(20)).value();
  const absl::StatusOr<std::string> end = client->Wait(call);
  EXPECT_EQ(end.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_FALSE(client->is_open(call));
  EXPECT_EQ(CallOnce(client.get(), "echo next").value(), "next");
}

// The end of a call that nobody waits for yet costs no more than another.
TEST_P(PipelinedClientTest, WaitIsQuickAfterManyCancels) {
  BlockingClientOptions options;
  options.connection.max_in_flight = 100000;
  auto client = Spawn({}, std::move(options));
  std::vector<CallId> calls;
  for (int i = 0; i < 20000; ++i) {
    calls.push_back(client->Start("echo x").value());
  }
  for (CallId call : calls) ASSERT_TRUE(client->Cancel(call).ok());
  EXPECT_LT(TimeOf([&] {
              for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
                ASSERT_EQ(client->Wait(*call).status().code(),
                          absl::StatusCode::kCancelled);
              }
            }),
            absl::Seconds(2));
}

#ifdef ABSL_HAVE_EXCEPTIONS
TEST_P(PipelinedClientTest, NothingIsLostWhenOnEventThrows) {
  int events = 0;
  BlockingClientOptions options;
  options.on_event = [&](absl::string_view) {
    if (++events % 2 == 1) throw std::runtime_error("of the user");
  };
  auto client = Spawn({}, std::move(options));
  const CallId first = client->Start("event one").value();
  const CallId second = client->Start("event two").value();
  const CallId third = client->Start("event three").value();
  EXPECT_THROW((void)client->Wait(second), std::runtime_error);
  EXPECT_EQ(client->open_calls(), 3u);
  EXPECT_EQ(client->Wait(second).value(), "");
  EXPECT_THROW((void)client->Wait(third), std::runtime_error);
  EXPECT_THROW(
      {
        const CallId fourth = client->Start("event four").value();
        const CallId fifth = client->Start("event five").value();
        EXPECT_EQ(client->Wait(fourth).value(), "");
        (void)client->Wait(fifth);
      },
      std::runtime_error);
  ASSERT_TRUE(client->Start("event six").ok());
  ASSERT_TRUE(client->Start("event seven").ok());
  EXPECT_THROW(client->Close().IgnoreError(), std::runtime_error);
  EXPECT_TRUE(client->Close().ok());
  EXPECT_EQ(events, 7);
  EXPECT_EQ(client->Wait(first).value(), "");
  EXPECT_EQ(client->Wait(third).value(), "");
  EXPECT_EQ(client->open_calls(), 3u);  // five to seven
  while (client->open_calls() > 0) {
    EXPECT_TRUE(client->WaitAny().response.ok());
  }
}
#endif  // ABSL_HAVE_EXCEPTIONS

TEST_P(PipelinedClientTest, CallbackMustNotUseItsClient) {
  PipelinedClient* self = nullptr;
  std::vector<absl::StatusCode> codes;
  BlockingClientOptions options;
  options.on_event = [&](absl::string_view) {
    codes = {self->Start("echo x").status().code(),
             self->Wait(1).status().code(),
             self->WaitAny().response.status().code(), self->Cancel(1).code(),
             self->Close().code()};
  };
  auto client = Spawn({}, std::move(options));
  self = client.get();
  ASSERT_TRUE(CallOnce(self, "event x").ok());
  EXPECT_EQ(codes, std::vector<absl::StatusCode>(
                       5, absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(CallOnce(self, "echo still good").value(), "still good");
}

TEST(PipelinedClientSyncTest, ResponseDoesNotWaitForTheNextCall) {
  auto client = SpawnOrDie<PipelinedClient>(
      Config{Form::kSync, Binding::kSocket},
      TestWorkerOptions({Form::kSync, Binding::kSocket}));
  const CallId quick = client->Start("echo quick").value();
  ASSERT_TRUE(client->Start("sleep 2000").ok());
  const MonotonicTime start = MonotonicNow();
  EXPECT_EQ(client->Wait(quick).value(), "quick");
  EXPECT_LT(MonotonicNow() - start, absl::Milliseconds(1500));
}

TEST(PipelinedClientAsyncTest, ResponsesOutOfOrder) {
  const Config config{Form::kAsync, Binding::kSocket};
  BlockingClientOptions options;
  options.connection.form = Form::kAsync;
  auto client = SpawnOrDie<PipelinedClient>(TestWorkerOptions(config), options);
  const CallId first = client->Start("hold first").value();
  const CallId second = client->Start("hold second").value();
  EXPECT_EQ(CallOnce(client.get(), "echo overtakes").value(), "overtakes");
  ASSERT_TRUE(client->Start("release").ok());
  EXPECT_EQ(client->WaitAny().call, second);
  EXPECT_EQ(client->Wait(first).value(), "first");
}

TEST(PipelinedClientAsyncTest, CallThatIsNeverAnsweredIsNotSilent) {
  const Config config{Form::kAsync, Binding::kSocket};
  BlockingClientOptions options;
  options.connection.form = Form::kAsync;
  auto client = SpawnOrDie<PipelinedClient>(TestWorkerOptions(config), options);
  const CallId call = client->Start("hold for ever").value();
  const absl::Status end = client->Close();
  EXPECT_EQ(end.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StrContains(end.message(), "were never answered")) << end;
  EXPECT_EQ(client->Wait(call).status().code(), absl::StatusCode::kUnavailable);
}

// Over a stream without a process: the peer is the test.
TEST(PipelinedClientStreamTest, ProtocolErrorClosesTheConnection) {
  absl::StatusOr<SocketPair> pair = MakeSocketPair();
  ASSERT_TRUE(pair.ok());
  auto transport = FdTransport::FromSocket(std::move(pair->ours));
  ASSERT_TRUE(transport.ok());
  PipelinedClient client(*std::move(transport), {});
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
