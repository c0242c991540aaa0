// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/launcher_set.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/pool/pool_options.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Of {
  const char* name;
  int max = 0;
  int weight = 1;
};

PoolOptions Options(const std::vector<Of>& launchers) {
  PoolOptions options;
  for (const Of& of : launchers) {
    PoolLauncher launcher;
    launcher.program.argv = {"ssh", of.name};
    launcher.name = of.name;
    launcher.max = of.max;
    launcher.weight = of.weight;
    options.launchers.push_back(launcher);
  }
  options.restart.max_failures = 2;
  return options;
}

const MonotonicTime kNow = MonotonicTime() + absl::Hours(1);
const absl::Status kCrash = absl::UnavailableError("it fell over");

// The names of those that are chosen one after the other.
std::string Choices(LauncherSet* set, int count) {
  std::string names;
  for (int i = 0; i < count; ++i) {
    EXPECT_LE(set->NextStart(), kNow);
    const size_t launcher = set->Choose(kNow);
    set->OnStart(launcher, kNow);
    set->OnServing(launcher, +1);
    absl::StrAppend(&names, set->name(launcher));
  }
  return names;
}

void Break(LauncherSet* set, size_t launcher) {
  set->OnFailure(launcher, kNow, /*proved=*/false, kCrash);
  EXPECT_TRUE(set->OnFailure(launcher, kNow, /*proved=*/false, kCrash));
}

TEST(LauncherSetTest, WithoutLaunchersTheProgramIsTheOnlyOne) {
  PoolOptions options;
  options.program.argv = {"./worker", "a"};
  options.restart.max_failures = 2;
  LauncherSet set(options, 1);
  EXPECT_FALSE(set.several());
  EXPECT_EQ(set.name(0), "./worker a");
  EXPECT_EQ(Choices(&set, 3), "./worker a./worker a./worker a");
  Break(&set, 0);
  // Its statuses are RestartPolicy's own, and do not name it.
  EXPECT_THAT(std::string(set.Broken(kNow).message()),
              testing::StartsWith("workers keep failing: 2 in a row"));
}

TEST(LauncherSetTest, TheOneWithTheFewestTheFirstOfSeveral) {
  LauncherSet set(Options({{"a"}, {"b"}, {"c"}}), 1);
  EXPECT_EQ(Choices(&set, 6), "abcabc");
  set.OnServing(1, -1);
  EXPECT_EQ(Choices(&set, 2), "ba");
}

TEST(LauncherSetTest, ByWeight) {
  LauncherSet set(Options({{"a", 0, 1}, {"b", 0, 3}}), 1);
  EXPECT_EQ(Choices(&set, 8), "bbabbbab");
}

TEST(LauncherSetTest, UpToTheMaxOfEach) {
  LauncherSet set(Options({{"a", 1}, {"b", 2}}), 1);
  EXPECT_EQ(Choices(&set, 3), "abb");
  EXPECT_EQ(set.NextStart(), MonotonicTime::InfiniteFuture());
  set.OnServing(0, -1);
  EXPECT_EQ(Choices(&set, 1), "a");
}

TEST(LauncherSetTest, OneThatHasFailedIsLeftAloneAndTheOthersAreUsed) {
  LauncherSet set(Options({{"a"}, {"b"}}), 1);
  EXPECT_FALSE(set.OnFailure(0, kNow, /*proved=*/false, kCrash));
  EXPECT_EQ(Choices(&set, 3), "bbb");
  // Its delay is over: it has the fewest.
  EXPECT_EQ(set.Choose(kNow + absl::Milliseconds(100)), 0u);
  EXPECT_TRUE(set.OnFailure(0, kNow, /*proved=*/false, kCrash));
  EXPECT_EQ(set.Choose(kNow + absl::Seconds(29)), 1u);
  EXPECT_THAT(std::string(set.BrokenOne(0, kNow).message()),
              HasSubstr("launcher 'a' is left alone: workers keep failing"));
  EXPECT_TRUE(set.BrokenOne(1, kNow).ok());
  EXPECT_TRUE(set.Broken(kNow).ok());
  // Then it is tried once, and waited for.
  const MonotonicTime then = kNow + absl::Seconds(30);
  EXPECT_EQ(set.Choose(then), 0u);
  set.OnStart(0, then);
  EXPECT_EQ(set.Choose(then), 1u);
  set.OnProved(0);
  EXPECT_EQ(set.Choose(then), 0u);
}

TEST(LauncherSetTest, NextStartIsThatOfTheFirstThatMay) {
  LauncherSet set(Options({{"a"}, {"b", 1}}), 1);
  Break(&set, 0);
  EXPECT_EQ(Choices(&set, 1), "b");
  EXPECT_EQ(set.NextStart(), kNow + absl::Seconds(30));
  EXPECT_EQ(set.Choose(kNow + absl::Seconds(30)), 0u);
}

TEST(LauncherSetTest, OnlyWhenAllAreLeftAloneItIsBrokenAndNamesEach) {
  LauncherSet set(Options({{"alpha"}, {"beta"}}), 1);
  Break(&set, 1);
  EXPECT_TRUE(set.Broken(kNow).ok());
  set.OnFailure(0, kNow, /*proved=*/false, absl::NotFoundError("no ssh here"));
  set.OnFailure(0, kNow, /*proved=*/false, absl::NotFoundError("no ssh here"));
  const absl::Status broken = set.Broken(kNow);
  EXPECT_TRUE(absl::IsUnavailable(broken));
  const std::string text(broken.message());
  EXPECT_THAT(text, HasSubstr("none of the 2 launchers can be used: "));
  EXPECT_THAT(text, HasSubstr("launcher 'alpha' is left alone: "));
  EXPECT_THAT(text,
              HasSubstr("the last failure: no ssh here; launcher 'beta'"));
  EXPECT_THAT(text, HasSubstr("the last failure: it fell over"));
  EXPECT_TRUE(set.Broken(kNow + absl::Seconds(30)).ok());
  set.Restart();
  EXPECT_TRUE(set.Broken(kNow).ok());
  EXPECT_EQ(set.NextStart(), MonotonicTime::InfinitePast());
}

TEST(LauncherSetTest, Describes) {
  LauncherSet set(Options({{"a"}, {"b"}}), 1);
  EXPECT_EQ(Choices(&set, 3), "aba");
  Break(&set, 1);
  const std::vector<PoolLauncherInfo> infos = set.Describe(kNow);
  ASSERT_EQ(infos.size(), 2u);
  EXPECT_EQ(infos[0].name, "a");
  EXPECT_EQ(infos[0].serving, 2u);
  EXPECT_TRUE(infos[0].broken.ok());
  EXPECT_EQ(infos[1].failures_in_row, 2);
  EXPECT_THAT(std::string(infos[1].broken.message()),
              Not(HasSubstr("launcher")));
  EXPECT_FALSE(infos[1].broken.ok());
}

// Two that fail at the same moment are not tried again at the same moment.
TEST(LauncherSetTest, JitterIsOfEach) {
  LauncherSet set(Options({{"a", 1}, {"b", 1}}), 1);
  set.OnFailure(0, kNow, /*proved=*/false, kCrash);
  const MonotonicTime one = set.NextStart();
  EXPECT_LE(one, kNow);  // the other has not failed
  set.OnFailure(1, kNow, /*proved=*/false, kCrash);
  const MonotonicTime first = set.NextStart();
  set.OnServing(set.Choose(first), +1);
  EXPECT_NE(set.NextStart(), first);
}

}  // namespace
}  // namespace forkrpc
