// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What the blocking clients do with calls that end before their requests are
// written, by a worker that counts what it is asked.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/blocking_client.h"
#include "forkrpc/client/blocking_test_util.h"
#include "forkrpc/client/pipelined_client.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr absl::Duration kShort = absl::Milliseconds(20);

// More than any stream holds, so that what is behind it is not written while
// the worker sleeps.
std::string Large() { return "echo " + std::string(size_t{900} << 10, 'x'); }

class BlockingExpiryTest : public testing::TestWithParam<Config> {};

INSTANTIATE_TEST_SUITE_P(Configs, BlockingExpiryTest, AllConfigs(), ConfigName);

TEST_P(BlockingExpiryTest, WhatHasExpiredOrIsCancelledIsNotSent) {
  auto client =
      SpawnOrDie<PipelinedClient>(GetParam(), TestWorkerOptions(GetParam()));
  const CallId sleeps = client->Start("sleep 300").value();
  const CallId large = client->Start(Large()).value();
  client->Flush();
  const CallId late = client->Start("echo late", kShort).value();
  const CallId cancelled = client->Start("echo cancelled").value();
  const CallId count = client->Start("count").value();
  EXPECT_TRUE(client->Cancel(cancelled).ok());
  EXPECT_TRUE(absl::IsDeadlineExceeded(client->Wait(late).status()));
  EXPECT_TRUE(absl::IsCancelled(client->Wait(cancelled).status()));
  EXPECT_EQ(client->Wait(count).value(), "3") << "with the other two";
  EXPECT_EQ(client->Wait(sleeps).value(), "slept");
  EXPECT_TRUE(client->Wait(large).ok());
  EXPECT_TRUE(client->Close().ok());
}

// Nobody has looked at the time since the call was made.
TEST_P(BlockingExpiryTest, FlushDoesNotSendWhatHasExpired) {
  auto client =
      SpawnOrDie<PipelinedClient>(GetParam(), TestWorkerOptions(GetParam()));
  const MonotonicTime start = MonotonicNow();
  const CallId late = client->Start("echo late", kShort).value();
  while (MonotonicNow() <= start + 2 * kShort) {
  }
  client->Flush();
  EXPECT_TRUE(absl::IsDeadlineExceeded(client->Wait(late).status()));
  const CallId count = client->Start("count").value();
  EXPECT_EQ(client->Wait(count).value(), "1");
}

// What waits for room is made when calls in front of it have expired.
TEST_P(BlockingExpiryTest, WhatHasExpiredMakesRoom) {
  auto client =
      SpawnOrDie<PipelinedClient>(GetParam(), TestWorkerOptions(GetParam()));
  const CallId sleeps = client->Start("sleep 300").value();
  const CallId large = client->Start(Large()).value();
  client->Flush();
  const CallId late = client->Start(Large(), kShort).value();
  const CallId later = client->Start(Large(), absl::Seconds(5)).value();
  EXPECT_TRUE(absl::IsDeadlineExceeded(client->Wait(late).status()));
  EXPECT_TRUE(client->Wait(later).ok());
  EXPECT_EQ(client->Wait(client->Start("count").value()).value(), "4");
  EXPECT_TRUE(client->Wait(sleeps).ok());
  EXPECT_TRUE(client->Wait(large).ok());
}

// The first has filled the stream; of the second nothing was written.
TEST_P(BlockingExpiryTest, ACallThatTimesOutUnsentIsNotExecuted) {
  auto client =
      SpawnOrDie<BlockingClient>(GetParam(), TestWorkerOptions(GetParam()));
  EXPECT_TRUE(
      absl::IsDeadlineExceeded(client->Call("sleep 300", kShort).status()));
  EXPECT_TRUE(absl::IsDeadlineExceeded(client->Call(Large(), kShort).status()));
  EXPECT_TRUE(
      absl::IsDeadlineExceeded(client->Call("echo late", kShort).status()));
  EXPECT_EQ(client->Call("count").value(), "3");
}

}  // namespace
}  // namespace forkrpc
