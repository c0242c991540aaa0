// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/restart_policy.h"

#include <set>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

const MonotonicTime kStart = MonotonicTime() + absl::Hours(1);
const absl::Status kWhy = absl::UnavailableError("it fell over");

RestartOptions Options() {
  RestartOptions options;
  options.first_delay = absl::Seconds(1);
  options.max_delay = absl::Seconds(6);
  options.max_failures = 5;
  options.window = absl::Minutes(1);
  options.pause = absl::Seconds(30);
  return options;
}

RestartPolicy OpenPolicy() {
  RestartPolicy policy(Options(), 1);
  for (int i = 0; i < 5; ++i) policy.OnFailure(kStart, false, kWhy);
  return policy;
}

TEST(RestartPolicyTest, StartsAtOnceWhileNothingFails) {
  RestartPolicy policy(Options(), 1);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(policy.NextStart(), MonotonicTime::InfinitePast());
    policy.OnStart(kStart);
  }
  EXPECT_TRUE(policy.Broken(kStart).ok());
}

TEST(RestartPolicyTest, DoublesTheDelayToItsLimitWithJitter) {
  std::set<absl::Duration> first_delays;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    RestartPolicy policy(Options(), seed);
    MonotonicTime now = kStart;
    for (const int seconds : {1, 2, 4, 6}) {
      EXPECT_FALSE(policy.OnFailure(now, false, kWhy));
      const absl::Duration delay = policy.NextStart() - now;
      EXPECT_LE(delay, absl::Seconds(seconds));
      EXPECT_GE(delay, absl::Seconds(seconds) / 2);
      if (seconds == 1) first_delays.insert(delay);
      now = policy.NextStart();
    }
  }
  EXPECT_GT(first_delays.size(), 10u) << "no jitter";
}

TEST(RestartPolicyTest, AfterAFailureStartsAreSpreadOut) {
  RestartPolicy policy(Options(), 1);
  policy.OnFailure(kStart, false, kWhy);
  const MonotonicTime now = policy.NextStart();
  policy.OnStart(now);
  EXPECT_GE(policy.NextStart(), now + absl::Seconds(1) / 2);
  EXPECT_LE(policy.NextStart(), now + absl::Seconds(1));
}

TEST(RestartPolicyTest, AWorkerThatProvesItselfForgetsTheFailures) {
  RestartPolicy policy(Options(), 1);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i)
      EXPECT_FALSE(policy.OnFailure(kStart, false, kWhy));
    policy.OnProved();
    EXPECT_EQ(policy.NextStart(), MonotonicTime::InfinitePast());
    EXPECT_EQ(policy.failures_in_row(), 0);
  }
}

TEST(RestartPolicyTest, ManyThatHadProvedThemselvesCostOneDelay) {
  RestartPolicy policy(Options(), 1);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(policy.OnFailure(kStart, true, kWhy));
  }
  EXPECT_GE(policy.NextStart(), kStart + absl::Seconds(1) / 2);
  EXPECT_LE(policy.NextStart(), kStart + absl::Seconds(1));
  policy.OnStart(kStart + absl::Seconds(1));
  EXPECT_LE(policy.NextStart(), kStart + absl::Seconds(1));
}

TEST(RestartPolicyTest, OneThatHadProvedItselfEndsNoPause) {
  RestartPolicy policy = OpenPolicy();
  EXPECT_FALSE(policy.OnFailure(kStart, true, kWhy));
  EXPECT_EQ(policy.NextStart(), kStart + absl::Seconds(30));
}

TEST(RestartPolicyTest, OpensOnceAndSaysWhy) {
  RestartPolicy policy(Options(), 1);
  for (int i = 0; i < 4; ++i)
    EXPECT_FALSE(policy.OnFailure(kStart, false, kWhy));
  EXPECT_TRUE(policy.Broken(kStart).ok());
  EXPECT_TRUE(policy.OnFailure(kStart, false, kWhy));
  EXPECT_FALSE(policy.OnFailure(kStart, false, kWhy)) << "it is open already";
  const absl::Status broken = policy.Broken(kStart);
  EXPECT_TRUE(absl::IsUnavailable(broken));
  EXPECT_THAT(std::string(broken.message()),
              testing::AllOf(testing::HasSubstr("5 in a row"),
                             testing::HasSubstr("within 1m"),
                             testing::HasSubstr("for 30s"),
                             testing::HasSubstr("it fell over")));
  EXPECT_EQ(policy.NextStart(), kStart + absl::Seconds(30));
}

TEST(RestartPolicyTest, FailuresFurtherApartThanTheWindowDoNotOpenIt) {
  RestartPolicy policy(Options(), 1);
  MonotonicTime now = kStart;
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(policy.OnFailure(now, false, kWhy));
    now += absl::Seconds(16);
  }
  EXPECT_LE(policy.NextStart(), now);
}

TEST(RestartPolicyTest, AfterThePauseOneIsOnTrial) {
  RestartPolicy policy = OpenPolicy();
  const MonotonicTime now = kStart + absl::Seconds(30);
  EXPECT_TRUE(policy.Broken(now).ok());
  EXPECT_EQ(policy.NextStart(), now);
  policy.OnStart(now);
  EXPECT_EQ(policy.NextStart(), MonotonicTime::InfiniteFuture());
  policy.OnProved();
  EXPECT_EQ(policy.NextStart(), MonotonicTime::InfinitePast());
  EXPECT_FALSE(policy.OnFailure(now, false, kWhy)) << "counts from zero again";
}

TEST(RestartPolicyTest, ARecycledOneCostsADelayAndIsNotCounted) {
  RestartPolicy policy(Options(), 1);
  for (int i = 0; i < 100; ++i) policy.OnRecycled(kStart);
  EXPECT_TRUE(policy.Broken(kStart).ok());
  EXPECT_EQ(policy.failures_in_row(), 0);
  EXPECT_GE(policy.NextStart(), kStart + absl::Seconds(1) / 2);
  EXPECT_LE(policy.NextStart(), kStart + absl::Seconds(1));
}

// Whichever way the one on trial goes, there is another one.
TEST(RestartPolicyTest, TheOneOnTrialNeedNotShowWhatItIs) {
  const MonotonicTime now = kStart + absl::Seconds(30);
  for (const bool recycled : {true, false}) {
    RestartPolicy policy = OpenPolicy();
    policy.OnStart(now);
    if (recycled) {
      policy.OnRecycled(now);
    } else {
      EXPECT_FALSE(policy.OnFailure(now, true, kWhy));
    }
    EXPECT_GT(policy.NextStart(), now);
    EXPECT_LE(policy.NextStart(), now + absl::Seconds(6));
  }
}

TEST(RestartPolicyTest, AFailureOnTrialOpensItAgain) {
  RestartPolicy policy = OpenPolicy();
  // Longer than the window: what counts is that it has not recovered.
  const MonotonicTime now = kStart + absl::Minutes(10);
  policy.OnStart(now);
  EXPECT_TRUE(policy.OnFailure(now, false, kWhy));
  EXPECT_FALSE(policy.Broken(now).ok());
  EXPECT_EQ(policy.NextStart(), now + absl::Seconds(30));
}

}  // namespace
}  // namespace forkrpc
