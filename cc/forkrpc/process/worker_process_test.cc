// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/worker_process.h"

#include <string>

#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

class BindingTest : public testing::TestWithParam<Binding> {};

TEST_P(BindingTest, EchoThroughCatThenHalfClose) {
  SpawnOptions options;
  options.argv = {"cat"};
  options.binding = GetParam();
  auto worker = WorkerProcess::Spawn(options);
  ASSERT_TRUE(worker.ok()) << worker.status();
  auto wrote = (*worker)->transport()->Write({"ping", "pong"}, IoMode::kBlock);
  ASSERT_TRUE(wrote.ok()) << wrote.status();
  char buffer[16];
  auto got =
      (*worker)->transport()->Read(absl::MakeSpan(buffer), IoMode::kBlock);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(std::string(buffer, got->octets), "pingpong");
  ASSERT_TRUE((*worker)->transport()->ShutdownWrite().ok());
  auto status = (*worker)->Wait(MonotonicNow() + absl::Seconds(10));
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(*status, ExitStatus::Exited(0));
}

INSTANTIATE_TEST_SUITE_P(Bindings, BindingTest,
                         testing::Values(Binding::kSocket, Binding::kPipes));

}  // namespace
}  // namespace forkrpc
