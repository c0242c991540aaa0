// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a set of workers decides, as tables of facts and decisions.

#include "forkrpc/pool/worker_set.h"

#include <ostream>
#include <string>
#include <vector>

#include "forkrpc/pool/worker_set_script.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// A delay is at least half of first_delay and at most all of it, so the steps
// pass all of it, which is 100 ms at first.
PoolOptions Options() {
  PoolOptions options;
  options.max = 2;
  options.start = absl::ZeroDuration();
  options.stop = absl::Hours(1);
  return options;
}

class WorkerSetTest : public testing::TestWithParam<Scene> {};

TEST_P(WorkerSetTest, Decides) { PlayScene(GetParam(), Options()); }

constexpr auto kDefaults = [](PoolOptions*) {};

INSTANTIATE_TEST_SUITE_P(
    Starting, WorkerSetTest,
    testing::Values(
        Scene{"NothingForNothing", kDefaults, {{"+1h", ""}}},
        Scene{"UpToMax", kDefaults, {{"wait", "start 1, start 2"}}},
        Scene{"TheFirstAtOnceTheNextAfterADelay",
              [](PoolOptions* o) { o->start = absl::Seconds(1); },
              {{"wait", "start 1"}, {"+999ms", ""}, {"+1ms", "start 2"}}},
        Scene{"TheDelayBeginsAnewWithEachWant",
              [](PoolOptions* o) { o->start = absl::Seconds(1); },
              {{"wait", "start 1"},
               {"+900ms", ""},
               {"served", ""},
               {"wait", ""},
               {"+900ms", ""},
               {"+100ms", "start 2"}}},
        Scene{"ToHaveIdleOnes",
              [](PoolOptions* o) { o->idle = 1; },
              {{"served", "start 1"}, {"load 1 1 1 1 0", "start 2"}}},
        Scene{"NoneForIdleOnesWhileItDrains",
              [](PoolOptions* o) { o->idle = 1; },
              {{"drain", ""}}},
        Scene{"NoneThatCannotBeStarted",
              [](PoolOptions* o) { o->restart.max_failures = 2; },
              {{"no program", ""},
               {"wait", "start 1 fails"},
               {"+200ms", "start 2 fails, loop"},
               {"+29s", ""},
               {"+1s", "start 3 fails, loop"}}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Ending, WorkerSetTest,
    testing::Values(Scene{"TheOneThatWasIdleLongestFirst",
                          [](PoolOptions* o) { o->stop = absl::Seconds(10); },
                          {{"wait", "start 1, start 2"},
                           {"served", ""},
                           {"load 1 1 1 1 0", ""},
                           {"+1s", ""},
                           {"load 1 0 0 1 1", ""},
                           {"+9s", "drain 2 5s"},
                           {"+1s", "drain 1 5s"}}},
                    Scene{"RetiringFinishesItsCallsFirst",
                          kDefaults,
                          {{"wait", "start 1, start 2"},
                           {"load 1 1 1 1 0", ""},
                           {"served", ""},
                           {"retire 1", "drain 1 inf"},
                           {"load 1 0 0 1 1", "drain 1 5s"},
                           {"+1h", "drain 2 5s"}}},
                    Scene{"RetiringHasAnEnd",
                          [](PoolOptions* o) {
                            o->retire_grace = absl::Seconds(60);
                          },
                          {{"wait", "start 1, start 2"},
                           {"load 1 1 1 1 0", ""},
                           {"served", ""},
                           {"retire 1", "drain 1 inf"},
                           {"+59s", ""},
                           {"+1s", "kill 1 1s!"},
                           {"+1s", ""}}},
                    Scene{"AfterSoManyCalls",
                          [](PoolOptions* o) { o->recycle.max_calls = 2; },
                          {{"wait", "start 1, start 2"},
                           {"load 1 1 1 1 0", ""},
                           {"load 1 0 0 1 1", ""},
                           {"load 1 1 1 2 1", "drain 1 inf, start 3"},
                           {"load 1 0 0 2 2", "drain 1 5s"}}},
                    Scene{"AtAnAge",
                          [](PoolOptions* o) {
                            o->recycle.max_age = absl::Hours(1);
                            o->stop = absl::Hours(9);
                          },
                          {{"wait", "start 1, start 2"},
                           {"served", ""},
                           {"+59m", ""},
                           {"+1m", "drain 1 5s, drain 2 5s"}}},
                    Scene{"ForItsMemory",
                          [](PoolOptions* o) {
                            o->recycle.max_resident_octets = 100;
                            o->max = 1;
                          },
                          {{"wait", "start 1"},
                           {"+1s", "measure 1"},
                           {"memory 1 100", ""},
                           {"+2s", "measure 1, measure 1"},
                           {"load 1 0 0 1 1", ""},
                           {"served", ""},
                           {"memory 1 101", "drain 1 5s"}}},
                    Scene{"AllWhenItDrainsAndNothingWaits",
                          kDefaults,
                          {{"wait", "start 1, start 2"},
                           {"load 1 1 1 1 0", ""},
                           {"drain", ""},
                           {"served", "drain 1 inf, drain 2 5s"},
                           {"+9h", ""},
                           {"load 1 0 0 1 1", "drain 1 5s"}}},
                    Scene{"AllAtTheEndOfTheGrace",
                          kDefaults,
                          {{"wait", "start 1, start 2"},
                           {"kill 1", "kill 1 1s"},
                           {"give up", "kill 1 1s, kill 2 1s"},
                           {"gone 1", ""},
                           {"+1h", ""}}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Processes, WorkerSetTest,
    testing::Values(Scene{"RetiringOnesCount",
                          [](PoolOptions* o) { o->max_processes = 3; },
                          {{"wait", "start 1, start 2"},
                           {"load 1 1 1 1 0", ""},
                           {"load 1 0 0 1 1", ""},
                           {"load 2 1 1 1 0", ""},
                           {"load 2 0 0 1 1", ""},
                           {"retire all", "drain 1 5s, drain 2 5s, start 3"},
                           {"+4s", ""},
                           {"gone 2", "start 4"},
                           {"gone 1", ""}}},
                    Scene{"DyingOnesCount",
                          [](PoolOptions* o) {
                            o->max_processes = 2;
                            o->restart.max_failures = 100;
                          },
                          {{"wait", "start 1, start 2"},
                           {"kill 1", "kill 1 1s"},
                           {"fail 2", ""},
                           {"+1h", ""},
                           {"gone 1", "start 3"},
                           {"gone 2", ""},
                           {"+10s", "start 4"}}},
                    Scene{"TwiceMaxByDefault",
                          kDefaults,
                          {{"wait", "start 1, start 2"},
                           {"load 1 0 0 1 1", ""},
                           {"load 2 0 0 1 1", ""},
                           {"retire all",
                            "drain 1 5s, drain 2 5s, start 3, start 4"},
                           {"load 3 0 0 1 1", ""},
                           {"load 4 0 0 1 1", ""},
                           {"retire all", "drain 3 5s, drain 4 5s"},
                           {"gone 1", "start 5"}}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Hanging, WorkerSetTest,
    testing::Values(Scene{"IsKilledAndReplaced",
                          [](PoolOptions* o) {
                            o->max = 1;
                            o->hung_grace = absl::Seconds(60);
                          },
                          {{"wait", "start 1"},
                           {"load 1 1 1 1 0", ""},
                           {"load 1 1 0 1 0", ""},
                           {"+59s", ""},
                           {"+1s", "kill 1 1s!"},
                           {"+100ms", "start 2"}}},
                    Scene{"NotIfSomebodyWaitsForOneOfItsCalls",
                          [](PoolOptions* o) { o->max = 1; },
                          {{"wait", "start 1"},
                           {"load 1 2 1 2 0", ""},
                           {"+1h", ""},
                           {"load 1 2 0 2 0", ""},
                           {"+59s", ""},
                           {"+1s", "kill 1 1s!"},
                           {"+100ms", "start 2"}}},
                    Scene{"NotIfItGoesOnAnswering",
                          [](PoolOptions* o) { o->max = 1; },
                          {{"wait", "start 1"},
                           {"load 1 2 0 2 0", ""},
                           {"+59s", ""},
                           {"load 1 1 0 2 1", ""},
                           {"+59s", ""},
                           {"load 1 0 0 2 2", ""},
                           {"+30m", ""}}},
                    Scene{"AlsoWhileItRetires",
                          [](PoolOptions* o) {
                            o->max = 1;
                            o->retire_grace = absl::InfiniteDuration();
                          },
                          {{"wait", "start 1"},
                           {"load 1 1 0 1 0", ""},
                           {"served", ""},
                           {"retire 1", "drain 1 inf"},
                           {"+60s", "kill 1 1s!"}}}),
    [](const auto& info) { return info.param.name; });

// Whatever it is that ends workers one after the other.
INSTANTIATE_TEST_SUITE_P(
    Loops, WorkerSetTest,
    testing::Values(
        Scene{"OfCrashes",
              [](PoolOptions* o) {
                o->max = 1;
                o->restart.max_failures = 3;
              },
              {{"wait", "start 1"},
               {"fail 1", ""},
               {"gone 1", ""},
               {"+100ms", "start 2"},
               {"fail 2", ""},
               {"gone 2", ""},
               {"+200ms", "start 3"},
               {"fail 3", "loop"},
               {"gone 3", ""},
               {"+29s", ""},
               {"+1s", "start 4"}}},
        Scene{"OfWorkersThatReachTheirAge",
              [](PoolOptions* o) {
                o->idle = o->max = 1;
                o->recycle.max_age = absl::Milliseconds(1);
                o->restart.max_failures = 3;
              },
              {{"served", "start 1"},
               {"+1ms", "drain 1 5s"},
               {"gone 1", ""},
               {"+101ms", "start 2, drain 2 5s"},
               {"gone 2", ""},
               {"+201ms", "start 3, drain 3 5s, loop"},
               {"gone 3", ""},
               {"+29s", ""}}},
        Scene{"OfKilledOnes",
              [](PoolOptions* o) {
                o->max = 1;
                o->restart.max_failures = 2;
              },
              {{"wait", "start 1"},
               {"load 1 1 0 1 0", ""},
               {"kill 1", "kill 1 1s"},
               {"gone 1", ""},
               {"+100ms", "start 2"},
               {"kill 2", "kill 2 1s, loop"}}},
        // It is lost with the only call that it was ever given.
        Scene{"OfCrashesOfRetiringOnes",
              [](PoolOptions* o) {
                o->max = 1;
                o->recycle.max_calls = 1;
                o->restart.max_failures = 2;
              },
              {{"wait", "start 1"},
               {"served", ""},
               {"load 1 1 1 1 0", "drain 1 inf"},
               {"fail 1", ""},
               {"gone 1", ""},
               {"wait", ""},
               {"+100ms", "start 2"},
               {"served", ""},
               {"load 2 1 1 1 0", "drain 2 inf"},
               {"fail 2", "loop"}}},
        Scene{"OfOrdersToRetire",
              kDefaults,
              {{"wait", "start 1, start 2"},
               {"retire all", "drain 1 5s, drain 2 5s"},
               {"+100ms", "start 3, start 4"}}},
        // An age that is not reached so fast is what the user wants.
        Scene{"NotOfSlowOnes",
              [](PoolOptions* o) {
                o->idle = o->max = 1;
                o->recycle.max_age = absl::Seconds(10);
                o->restart.max_failures = 1;
              },
              {{"served", "start 1"},
               {"+10s", "drain 1 5s"},
               {"gone 1", ""},
               {"+100ms", "start 2"},
               {"+10s", "drain 2 5s"}}},
        Scene{"TheOneOnTrialMayBeRetired",
              [](PoolOptions* o) {
                o->max = 1;
                o->restart.max_failures = 1;
              },
              {{"wait", "start 1"},
               {"fail 1", "loop"},
               {"gone 1", ""},
               {"+30s", "start 2"},
               {"retire 2", "drain 2 5s"},
               {"gone 2", ""},
               {"+100ms", "start 3"}}}),
    [](const auto& info) { return info.param.name; });

TEST(WorkerSetStatusTest, SaysWhyOneWasKilled) {
  PoolOptions options = Options();
  options.max = 1;
  WorkerSetScript script(options);
  script.Do("wait");
  script.Do("load 1 2 0 2 0");
  script.Do("+1m");
  EXPECT_THAT(std::string(script.why().message()),
              AllOf(HasSubstr("2 calls that nobody waited for"),
                    HasSubstr("hung_grace, 1m")));
  script.Do("+1m");
  script.Do("load 2 3 1 3 0");
  script.Do("retire 2");
  script.Do("+1m");
  EXPECT_THAT(std::string(script.why().message()),
              AllOf(HasSubstr("3 calls"), HasSubstr("retire_grace, 1m")));
  EXPECT_EQ(script.stats().killed, 2u);
  EXPECT_EQ(script.stats().failed, 0u);
}

TEST(WorkerSetStatusTest, TheLoopSaysWhichOptionItIs) {
  PoolOptions options = Options();
  options.idle = options.max = 1;
  options.recycle.max_resident_octets = 1;
  options.restart.max_failures = 1;
  WorkerSetScript script(options);
  EXPECT_EQ(script.Do("served"), "start 1");
  EXPECT_EQ(script.Do("+1s"), "measure 1");
  EXPECT_EQ(script.Do("memory 1 4096"), "drain 1 5s, loop");
  EXPECT_THAT(std::string(script.why().message()),
              AllOf(HasSubstr("worker 1 of the pool had 4096 octets"),
                    HasSubstr("recycle.max_resident_octets is 1")));
  EXPECT_FALSE(script.set().Broken(script.now()).ok());
}

TEST(WorkerSetStatusTest, WhileOneThatHasAnsweredServesItIsNotBroken) {
  PoolOptions options = Options();
  options.restart.max_failures = 1;
  WorkerSetScript script(options);
  script.Do("wait");
  script.Do("load 1 0 0 1 1");
  EXPECT_EQ(script.Do("fail 2"), "loop");
  EXPECT_TRUE(script.set().Broken(script.now()).ok());
  script.Do("retire 1");
  EXPECT_FALSE(script.set().Broken(script.now()).ok());
}

TEST(WorkerSetStatusTest, CountsProcessesByWhatTheyDo) {
  PoolOptions options = Options();
  options.max = 3;
  WorkerSetScript script(options);
  script.Do("wait");
  script.Do("load 1 1 0 1 0");
  script.Do("load 2 1 1 1 0");
  script.Do("retire 2");
  script.Do("kill 3");
  script.Do("+100ms");
  PoolStats stats = script.stats();
  EXPECT_EQ(stats.serving, 2u) << "one has replaced the retired one";
  EXPECT_EQ(stats.retiring, 1u);
  EXPECT_EQ(stats.dying, 1u);
  EXPECT_EQ(stats.processes, 4u);
  EXPECT_EQ(stats.hung, 1u);
  EXPECT_EQ(stats.idle, 1u);
  script.Do("gone 2");
  script.Do("gone 3");
  stats = script.stats();
  EXPECT_EQ(stats.retiring + stats.dying, 0u);
  EXPECT_EQ(stats.retired, 1u);
  EXPECT_EQ(stats.killed, 1u);
}

// The status of a process that somebody else reaps is not known: its worker
// ends as one does that is told to, and says nothing.
TEST(WorkerSetStatusTest, ARecycledWorkerThatJustGoesIsNoFailure) {
  PoolOptions options = Options();
  options.max = 1;
  options.recycle.max_calls = 1;
  options.restart.max_failures = 1;
  WorkerSetScript script(options);
  script.Do("wait");
  for (int i = 1; i <= 50; ++i) {
    const std::string n = std::to_string(i);
    script.Do("load " + n + " 1 1 1 0");
    script.Do("load " + n + " 0 0 1 1");
    script.Do("gone " + n);
  }
  EXPECT_EQ(script.stats().started, 51u);
  EXPECT_EQ(script.stats().failed, 0u);
  EXPECT_TRUE(script.set().Broken(script.now()).ok());
}

}  // namespace
}  // namespace forkrpc
