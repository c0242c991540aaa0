// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Which launcher starts which worker, and which are left alone.

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forkrpc/pool/pool_options.h"
#include "forkrpc/pool/worker_set_script.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

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

class WorkerSetLaunchersTest : public testing::TestWithParam<Scene> {};

TEST_P(WorkerSetLaunchersTest, Decides) { PlayScene(GetParam(), Options()); }

// Launchers "a" and "b", two failures to a crash loop.
void TwoLaunchers(PoolOptions* options) {
  for (const char* name : {"a", "b"}) {
    PoolLauncher launcher;
    launcher.name = name;
    options->launchers.push_back(launcher);
  }
  options->restart.max_failures = 2;
}

// The same, with one worker of each at most.
void OneOfEach(PoolOptions* options) {
  TwoLaunchers(options);
  for (PoolLauncher& launcher : options->launchers) launcher.max = 1;
}

INSTANTIATE_TEST_SUITE_P(
    SeveralLaunchers, WorkerSetLaunchersTest,
    testing::Values(
        Scene{"InTurn",
              [](PoolOptions* o) {
                TwoLaunchers(o);
                o->max = 4;
              },
              {{"wait",
                "start 1 by a, start 2 by b, start 3 by a, start 4 by b"}}},
        Scene{"OneThatIsMissingIsPassedOverAtOnce",
              TwoLaunchers,
              {{"miss a", ""},
               {"wait", "start 1 by a fails, start 2 by b, start 3 by b"},
               {"load 2 1 1 1 0", ""},
               {"load 2 0 0 1 1", ""},
               {"+100ms", ""},
               // It has the fewest, and may be tried again.
               {"retire 2",
                "drain 2 5s, start 4 by a fails, loop of a, start 5 by b"}}},
        Scene{"OneThatEndsAtOnceIsLeftAlone",
              TwoLaunchers,
              {{"wait", "start 1 by a, start 2 by b"},
               {"load 2 1 1 1 0", ""},
               {"load 2 0 0 1 1", ""},
               {"fail 1", "start 3 by b"},
               {"gone 1", ""},
               {"load 3 1 1 1 0", ""},
               {"load 3 0 0 1 1", ""},
               {"+59s", ""},
               {"retire 3", "drain 3 5s, start 4 by a"},
               {"fail 4", "loop of a, start 5 by b"}}},
        Scene{"WhenAllAreLeftAloneThePoolIs",
              OneOfEach,
              {{"wait", "start 1 by a, start 2 by b"},
               {"fail 1", ""},
               {"gone 1", ""},
               {"+100ms", "start 3 by a"},
               {"fail 3", "loop of a"},
               {"gone 3", ""},
               {"fail 2", ""},
               {"gone 2", ""},
               {"+100ms", "start 4 by b"},
               {"fail 4", "loop of b, loop"},
               {"gone 4", ""},
               {"+29s", ""},
               // One on trial of each; an answer mends its own launcher only.
               {"+1s", "start 5 by a, start 6 by b"},
               {"load 5 1 1 1 0", ""},
               {"load 5 0 0 1 1", ""},
               {"fail 6", "loop of b"}}},
        Scene{"RestartMendsAll",
              TwoLaunchers,
              {{"miss a", ""},
               {"wait", "start 1 by a fails, start 2 by b, start 3 by b"},
               {"fail 2", ""},
               {"gone 2", ""},
               {"fail 3", "loop of b"},
               {"gone 3", ""},
               {"+100ms", "start 4 by a fails, loop of a, loop"},
               {"mend", ""},
               {"restart", "start 5 by a, start 6 by b"}}},
        Scene{"UpToTheMaxOfEach",
              [](PoolOptions* o) {
                TwoLaunchers(o);
                o->max = 4;
                o->launchers[0].max = 1;
                o->launchers[1].max = 2;
              },
              {{"wait", "start 1 by a, start 2 by b, start 3 by b"},
               {"+59m", ""},
               {"fail 1", ""},
               {"gone 1", ""},
               {"+100ms", "start 4 by a"}}},
        // It takes no calls any more, and another may.
        Scene{"OneThatRetiresCountsNoMore",
              OneOfEach,
              {{"wait", "start 1 by a, start 2 by b"},
               {"load 1 1 1 1 0", ""},
               {"load 1 1 1 2 1", ""},
               {"retire 1", "drain 1 inf, start 3 by a"}}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(WorkerSetLaunchersStatusTest, ItIsBrokenWhenAllAre) {
  PoolOptions options = Options();
  OneOfEach(&options);
  WorkerSetScript script(options);
  script.Do("wait");
  for (const char* step : {"fail 1", "gone 1", "+100ms", "fail 3", "gone 3"}) {
    script.Do(step);
  }
  EXPECT_THAT(std::string(script.why().message()),
              HasSubstr("launcher 'a' is left alone"));
  EXPECT_TRUE(script.set().Broken(script.now()).ok());
  for (const char* step : {"fail 2", "gone 2", "+100ms", "fail 4", "gone 4"}) {
    script.Do(step);
  }
  const absl::Status broken = script.set().Broken(script.now());
  EXPECT_THAT(std::string(broken.message()),
              HasSubstr("none of the 2 launchers can be used"));
  EXPECT_EQ(script.why(), broken);
}

}  // namespace
}  // namespace forkrpc
