// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/testee/activity.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "conformance/runner/testee/testee_process.h"

namespace forkrpc::conformance {
namespace {

TesteeProcess StartShell(const std::string& script) {
  SpawnOptions options;
  options.program = "/bin/sh";
  options.argv = {"sh", "-c", script};
  absl::StatusOr<TesteeProcess> testee = TesteeProcess::Start(options);
  EXPECT_TRUE(testee.ok()) << testee.status();
  return *std::move(testee);
}

TEST(ActivityTest, TellsBusyFromWaiting) {
  TesteeProcess waits = StartShell("echo; sleep 1000");
  pollfd wait = {waits.wire_in().get(), POLLIN, 0};
  ASSERT_EQ(poll(&wait, 1, 10000), 1);
  // Until the shell waits for sleep, and that sleeps.
  for (int i = 0; GroupActivity(waits.pid()).runnable; ++i) {
    ASSERT_LT(i, 5000);
    usleep(1000);
  }
  EXPECT_FALSE(IsRunnable(waits.pid()));
  // Busy in a grandchild, as under a wrapper script.
  TesteeProcess busy = StartShell("(while :; do :; done) & wait");
  Activity activity;
  for (int i = 0; activity.processor_time < absl::Milliseconds(50); ++i) {
    ASSERT_LT(i, 5000);
    usleep(1000);
    activity = GroupActivity(busy.pid());
  }
  EXPECT_TRUE(activity.runnable);
  EXPECT_EQ(activity.source, Activity::kGroup);
}

TEST(ActivityTest, OfNobodyNothingIsSeen) {
  TesteeProcess gone = StartShell("exit 0");
  const pid_t pid = gone.pid();
  gone.KillAndReap();
  EXPECT_EQ(GroupActivity(pid).source, Activity::kNone);
  EXPECT_FALSE(IsRunnable(pid));
}

}  // namespace
}  // namespace forkrpc::conformance
