// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/loop_process.h"

#include <signal.h>
#include <time.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/process/reaper.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/test_helpers.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/testing/test_loop.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

class LoopProcessTest : public testing::TestWithParam<Reaper::Pidfd> {
 protected:
  void Start(const SpawnOptions& program) {
    auto process = WorkerProcess::Spawn(program, {}, GetParam());
    ASSERT_TRUE(process.ok()) << process.status();
    process_ = std::make_unique<LoopProcess>(*std::move(process), loop_.get(),
                                             [this] { ++told_; });
    ASSERT_TRUE(process_->Start().ok());
  }

  TestLoop loop_;
  std::unique_ptr<LoopProcess> process_;
  int told_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Kernels, LoopProcessTest,
                         testing::Values(Reaper::Pidfd::kIfAvailable,
                                         Reaper::Pidfd::kNever));

TEST_P(LoopProcessTest, TellsOfTheEndOnceAndThenDoesNothing) {
  Start(Shell("exit 3"));
  ASSERT_TRUE(loop_.RunUntil([this] { return told_ > 0; }));
  EXPECT_TRUE(process_->ended());
  EXPECT_TRUE(process_->settled());
  EXPECT_EQ((*process_)->exit_status(), ExitStatus::Exited(3));
  const clock_t before = clock();
  loop_.RunUntil([] { return false; }, absl::Milliseconds(1300));
  EXPECT_LT(clock() - before, CLOCKS_PER_SEC / 4) << "it spins";
  EXPECT_EQ(told_, 1);
}

TEST_P(LoopProcessTest, HandsLinesOnWhileTheProcessLives) {
  std::vector<std::string> lines;
  SpawnOptions program = Shell("echo one >&2; exec sleep 600");
  program.on_stderr = [&](absl::string_view line) { lines.emplace_back(line); };
  Start(program);
  ASSERT_TRUE(loop_.RunUntil([&] { return !lines.empty(); }));
  EXPECT_EQ(lines[0], "one");
  EXPECT_EQ(told_, 0);
  EXPECT_FALSE(process_->settled());
  EXPECT_TRUE((*process_)->Kill(SIGKILL).ok());
  ASSERT_TRUE(loop_.RunUntil([this] { return told_ > 0; }));
}

#ifdef ABSL_HAVE_EXCEPTIONS
TEST_P(LoopProcessTest, WhatALineThrowsLosesNoOtherLineAndNoEnd) {
  std::vector<std::string> lines;
  SpawnOptions program = Shell("echo one >&2; echo two >&2; echo three >&2");
  program.on_stderr = [&](absl::string_view line) {
    lines.emplace_back(line);
    throw 7;
  };
  Start(program);
  int caught = 0;
  while (told_ == 0) {
    try {
      ASSERT_TRUE(loop_.RunUntil([this] { return told_ > 0; }));
    } catch (int) {
      ++caught;
    }
  }
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(caught, 3);
}
#endif

TEST_P(LoopProcessTest, AwaitsTheEndButNotForLonger) {
  Start(Shell("exec sleep 600"));
  const MonotonicTime deadline = MonotonicNow() + absl::Milliseconds(30);
  process_->AwaitEnd(deadline);
  EXPECT_GE(MonotonicNow(), deadline);
  EXPECT_FALSE(process_->ended());
  EXPECT_TRUE((*process_)->Kill(SIGKILL).ok());
  process_->AwaitEnd(MonotonicNow() + absl::Minutes(1));
  EXPECT_TRUE(process_->ended());
}

}  // namespace
}  // namespace forkrpc
