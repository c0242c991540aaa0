// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/play/watchdog.h"

#include <gtest/gtest.h>

#include <utility>

#include "absl/time/time.h"

namespace forkrpc::conformance {
namespace {

using Bark = Watchdog::Bark;

constexpr absl::Duration kLimit = absl::Seconds(2);
constexpr absl::Duration kLook = absl::Milliseconds(20);

class WatchdogTest : public ::testing::Test {
 protected:
  // Looks until it barks, at most for `most`; *after is how long that took.
  // Each look adds `share` of itself to the testee's processor time.
  Bark LookFor(absl::Duration most, double share, absl::Duration* after) {
    *after = absl::ZeroDuration();
    while (*after < most) {
      *after += kLook;
      now_.processor_time += share * kLook;
      const Bark bark = dog_.Look(kLook, /*moved=*/false, [&] {
        ++asked_;
        return now_;
      });
      if (bark != Bark::kNone) return bark;
    }
    return Bark::kNone;
  }

  void Move() {
    dog_.Look(kLook, /*moved=*/true, [&] { return now_; });
  }

  Watchdog dog_{kLimit};
  Activity now_{Activity::kGroup, false, absl::ZeroDuration(),
                absl::ZeroDuration()};
  int asked_ = 0;
  absl::Duration after_;
};

TEST_F(WatchdogTest, ASleepingOneGetsTheLimitAndNoMore) {
  EXPECT_EQ(LookFor(10 * kLimit, 0, &after_), Bark::kSilent);
  EXPECT_LE(after_, kLimit + 2 * kLook);
  EXPECT_GE(dog_.silence(), kLimit);
  EXPECT_LE(asked_, 2);
}

TEST_F(WatchdogTest, OneThatLooksAroundSeldomSleeps) {
  EXPECT_EQ(LookFor(10 * kLimit, 0.005, &after_), Bark::kSilent);
  EXPECT_LE(after_, kLimit + 2 * kLook);
}

TEST_F(WatchdogTest, OneThatMovesNowAndThenWorks) {
  EXPECT_EQ(LookFor(4 * kLimit, 0.05, &after_), Bark::kNone);
  EXPECT_EQ(LookFor(10 * kLimit, 0.05, &after_), Bark::kWorksInVain);
}

TEST_F(WatchdogTest, OneThatSleepsAtTheBarkMayHaveStarvedBefore) {
  const Activity::Source all = Activity::kGroup;
  absl::Duration waited;
  for (int i = 0; i < Watchdog::kBusyLimits * (kLimit / kLook); ++i) {
    waited += kLook / 2;
    ASSERT_EQ(
        dog_.Look(kLook, false,
                  [&] {
                    return Activity{all, false, absl::ZeroDuration(), waited};
                  }),
        Bark::kNone);
  }
}

TEST_F(WatchdogTest, OneThatWorksGetsLongerButNotForEver) {
  now_.runnable = true;
  EXPECT_EQ(LookFor(4 * kLimit, 0.9, &after_), Bark::kNone);
  Move();
  EXPECT_EQ(LookFor(10 * kLimit, 0.9, &after_), Bark::kWorksInVain);
  EXPECT_GE(after_, Watchdog::kBusyLimits * kLimit);
  EXPECT_LE(after_, (Watchdog::kBusyLimits + 2) * kLimit);
  EXPECT_EQ(dog_.silence() > Watchdog::kBusyLimits * kLimit, true);
}

// On a machine that others use, too.
TEST_F(WatchdogTest, OneThatWorksIsNotChargedForWhatItWaits) {
  const auto look_for = [&](absl::Duration most) {
    absl::Duration after;
    for (; after < most; after += kLook) {
      now_.processor_time += 0.4 * kLook;
      now_.waited_time += 0.6 * kLook;
      const Bark bark = dog_.Look(kLook, false, [&] { return now_; });
      if (bark != Bark::kNone) return std::pair(bark, after);
    }
    return std::pair(Bark::kNone, after);
  };
  EXPECT_EQ(look_for(2 * Watchdog::kBusyLimits * kLimit).first, Bark::kNone);
  EXPECT_GE(dog_.silence(), (2 * Watchdog::kBusyLimits - 1) * kLimit);
  EXPECT_EQ(look_for(2 * Watchdog::kBusyLimits * kLimit).first,
            Bark::kWorksInVain);
}

TEST_F(WatchdogTest, OneThatHasWorkedAndSleepsIsCaughtAtTheNextBark) {
  EXPECT_EQ(LookFor(1.5 * kLimit, 0.9, &after_), Bark::kNone);
  EXPECT_EQ(LookFor(10 * kLimit, 0, &after_), Bark::kSilent);
  EXPECT_LE(after_, 2 * kLimit);
}

TEST_F(WatchdogTest, WaitingForProcessorsIsNotTheTesteesFaultButHasAnEnd) {
  now_.runnable = true;
  EXPECT_EQ(LookFor(1.5 * Watchdog::kLimitsInAll * kLimit, 0.05, &after_),
            Bark::kNone);
  EXPECT_EQ(LookFor(10 * Watchdog::kLimitsInAll * kLimit, 0.05, &after_),
            Bark::kTooLong);
  EXPECT_LE(after_, Watchdog::kLimitsInAll * kLimit);
}

TEST_F(WatchdogTest, WhatCannotBeSeenMayWorkButNotForEver) {
  now_.source = Activity::kLeader;
  EXPECT_EQ(LookFor(4 * kLimit, 0.9, &after_), Bark::kNone);
  Move();
  EXPECT_EQ(LookFor(4 * kLimit, 0.01, &after_), Bark::kNone);
  Move();
  EXPECT_EQ(LookFor(10 * kLimit, 0, &after_), Bark::kSilent);
  EXPECT_GE(after_, Watchdog::kBusyLimits * kLimit);
}

TEST_F(WatchdogTest, WhatNeverEndsIsTooLongThoughItMoves) {
  Bark bark = Bark::kNone;
  int looks = 0;
  while (bark == Bark::kNone) {
    ++looks;
    bark = dog_.Look(kLook, /*moved=*/true, [&] { return now_; });
  }
  EXPECT_EQ(bark, Bark::kTooLong);
  EXPECT_EQ(looks, Watchdog::kLimitsInAll * (kLimit / kLook) + 1);
}

TEST_F(WatchdogTest, WhoDebugsHasNoWatchdog) {
  Watchdog none(absl::InfiniteDuration());
  for (int i = 0; i < 100000; ++i) {
    ASSERT_EQ(none.Look(kLook, false, [&] { return now_; }), Bark::kNone);
  }
}

}  // namespace
}  // namespace forkrpc::conformance
