// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Workers behind a real ssh and sshd: the same Worker and WorkerPool, over the
// standard input and output of a command.

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/pool/pool_test_bed.h"
#include "forkrpc/pool/worker_pool.h"
#include "forkrpc/testing/loopback_sshd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class RemoteTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto sshd = LoopbackSshd::Start(testing::TempDir());
    ASSERT_TRUE(sshd.ok()) << sshd.status();
    sshd_ = sshd->release();
  }
  static void TearDownTestSuite() {
    delete sshd_;
    sshd_ = nullptr;
  }

  void SetUp() override {
    ASSERT_NE(sshd_, nullptr);
    char* const here = getcwd(nullptr, 0);
    program_.argv =
        sshd_->Command({absl::StrCat(here, "/cc/forkrpc/pool/test_worker")});
    free(here);
    program_.binding = Binding::kPipes;
    program_.stderr_mode = StderrMode::kCapture;
    program_.name = "remote";
    bed_.options.program = program_;
    bed_.options.max = 1;
    bed_.options.load = 2;
  }

  // Until the process `pid`, which is not a child of ours, has gone.
  void AwaitEndOf(const std::string& pid) {
    int number = 0;
    ASSERT_TRUE(absl::SimpleAtoi(pid, &number)) << pid;
    bed_.RunUntil([&] { return kill(number, 0) != 0 && errno == ESRCH; });
  }

  static LoopbackSshd* sshd_;
  SpawnOptions program_;
  PoolTestBed bed_;
};

LoopbackSshd* RemoteTest::sshd_ = nullptr;

TEST_F(RemoteTest, CallsEventsAndDrain) {
  std::string event;
  bed_.options.on_event = [&](const PoolWorkerId&, absl::string_view payload) {
    event = std::string(payload);
  };
  for (int i = 0; i < 100; ++i) {
    bed_.Call(absl::StrCat(i), absl::StrCat("echo ", i));
  }
  bed_.Call("event", "event from over there");
  std::optional<absl::Status> drained;
  bed_.pool()->Drain(absl::InfiniteDuration(),
                     [&](absl::Status status) { drained = status; });
  bed_.RunUntil([&] { return drained.has_value(); });
  EXPECT_TRUE(drained->ok()) << *drained;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(bed_.result(absl::StrCat(i)), absl::StrCat(i));
  }
  EXPECT_EQ(event, "from over there");
}

TEST_F(RemoteTest, AMebibyteOfAllOctetsBothWays) {
  std::string payload;
  for (int i = 0; i < 1 << 20; ++i) payload.push_back(static_cast<char>(i * 7));
  bed_.Call("large", absl::StrCat("echo ", payload));
  EXPECT_TRUE(bed_.Finish("large") == payload);
}

TEST_F(RemoteTest, TheRemoteWorkerIsKilled) {
  bed_.Call("pid", "pid");
  const std::string pid = bed_.Finish("pid");
  Gate gate("remote");
  bed_.Call("lost", gate.request());
  bed_.RunUntil([&] { return bed_.pool()->stats().in_flight == 1; });
  int number = 0;
  ASSERT_TRUE(absl::SimpleAtoi(pid, &number)) << pid;
  ASSERT_EQ(kill(number, SIGKILL), 0);
  bed_.Finish("lost");
  EXPECT_TRUE(absl::IsUnavailable(bed_.status("lost")));
  // ssh does not say by what signal.
  EXPECT_THAT(bed_.result("lost"), AllOf(HasSubstr("worker 'remote'"),
                                         HasSubstr("exited with status 255")));
  bed_.Call("next", "pid");
  EXPECT_NE(bed_.Finish("next"), pid);
}

TEST_F(RemoteTest, WhatTheRemoteWorkerSaidLastComesToo) {
  bed_.Call("lost", "complain no disk over there");
  bed_.Finish("lost");
  EXPECT_THAT(bed_.result("lost"), AllOf(HasSubstr("exited with status 7"),
                                         HasSubstr("no disk over there")));
}

TEST_F(RemoteTest, SshItselfIsKilled) {
  bed_.Call("pid", "pid");
  const std::string pid = bed_.Finish("pid");
  Gate gate("ssh");
  bed_.Call("lost", gate.request());
  bed_.RunUntil([&] { return bed_.pool()->stats().in_flight == 1; });
  ASSERT_EQ(kill(bed_.pool()->workers()[0].id.pid, SIGKILL), 0);
  bed_.Finish("lost");
  EXPECT_THAT(bed_.result("lost"), HasSubstr("killed by signal 9"));
  // The worker sees the end of its input once it has done what it was at.
  gate.Open();
  AwaitEndOf(pid);
  bed_.Call("next", "pid");
  EXPECT_NE(bed_.Finish("next"), pid);
}

TEST_F(RemoteTest, ACommandThatIsNotThereIsSaidSo) {
  bed_.options.program.argv = sshd_->Command({"/no/such/worker"});
  bed_.options.restart.max_failures = 1;
  bed_.Call("lost", "echo");
  bed_.Finish("lost");
  EXPECT_THAT(bed_.result("lost"), AllOf(HasSubstr("/no/such/worker"),
                                         HasSubstr("exited with status 127")));
}

TEST_F(RemoteTest, OneWorkerWithoutAPool) {
  LibuvLoop loop;
  WorkerOptions options;
  options.on_destroy = [&] { loop.Stop(); };
  auto worker = Worker::Spawn(program_, options, &loop);
  ASSERT_TRUE(worker.ok()) << worker.status();
  std::string response;
  (*worker)->Call("echo hi", [&](absl::StatusOr<absl::string_view> got) {
    response = got.ok() ? std::string(*got) : got.status().ToString();
  });
  absl::Status drained = absl::UnknownError("not told");
  (*worker)->Drain(absl::Minutes(1),
                   [&](absl::Status status) { drained = status; });
  loop.Run();
  EXPECT_EQ(response, "hi");
  EXPECT_TRUE(drained.ok()) << drained;
}

}  // namespace
}  // namespace forkrpc
