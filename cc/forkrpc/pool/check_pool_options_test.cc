// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/check_pool_options.h"

#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::HasSubstr;

PoolOptions Good() {
  PoolOptions options;
  options.program.argv = {"worker"};
  return options;
}

TEST(CheckPoolOptionsTest, TheDefaultsAreGood) {
  EXPECT_TRUE(CheckPoolOptions(Good()).ok());
  EXPECT_EQ(EffectiveMaxProcesses(Good()), 8u);
}

TEST(CheckPoolOptionsTest, MaxProcessesIsTakenAsItIs) {
  PoolOptions options = Good();
  options.max_processes = 5;
  EXPECT_TRUE(CheckPoolOptions(options).ok());
  EXPECT_EQ(EffectiveMaxProcesses(options), 5u);
  options.max = std::numeric_limits<int>::max();
  options.max_processes = 0;
  EXPECT_TRUE(CheckPoolOptions(options).ok());
  EXPECT_EQ(EffectiveMaxProcesses(options), 0xFFFFFFFEu);
}

struct Bad {
  const char* what;  // of the message: the name, what it may be, what it is
  void (*change)(PoolOptions* options);
};

class BadPoolOptionsTest : public testing::TestWithParam<Bad> {};

INSTANTIATE_TEST_SUITE_P(
    Each, BadPoolOptionsTest,
    testing::Values(
        Bad{"program.argv names none",
            [](PoolOptions* o) { o->program.argv.clear(); }},
        Bad{"connection.receive_buffer_octets is 512 to 67108864; found 0",
            [](PoolOptions* o) { o->connection.receive_buffer_octets = 0; }},
        Bad{"on_stderr and program.on_stderr exclude each other; found both",
            [](PoolOptions* o) {
              o->on_stderr = [](const PoolWorkerId&, absl::string_view) {};
              o->program.on_stderr = [](absl::string_view) {};
            }},
        Bad{"on_stderr needs program.stderr_mode kTee or kCapture; found kNull",
            [](PoolOptions* o) {
              o->on_stderr = [](const PoolWorkerId&, absl::string_view) {};
              o->program.stderr_mode = StderrMode::kNull;
            }},
        Bad{"max is at least 1; found 0", [](PoolOptions* o) { o->max = 0; }},
        Bad{"max_processes is 0 or at least max, which is 4; found 3",
            [](PoolOptions* o) { o->max_processes = 3; }},
        Bad{"max_processes is 0 or at least max, which is 4; found -1",
            [](PoolOptions* o) { o->max_processes = -1; }},
        Bad{"idle is 0 to max, which is 4; found 5",
            [](PoolOptions* o) { o->idle = 5; }},
        Bad{"idle is 0 to max, which is 4; found -1",
            [](PoolOptions* o) { o->idle = -1; }},
        Bad{"load is 1 to connection.max_in_flight, which is 10; found 11",
            [](PoolOptions* o) {
              o->connection.max_in_flight = 10;
              o->load = 11;
            }},
        Bad{"load is 1 to", [](PoolOptions* o) { o->load = 0; }},
        Bad{"max_attempts is at least 1; found 0",
            [](PoolOptions* o) { o->max_attempts = 0; }},
        Bad{"recycle.max_calls is at least 1; found 0",
            [](PoolOptions* o) { o->recycle.max_calls = 0; }},
        Bad{"recycle.max_resident_octets is at least 1; found 0",
            [](PoolOptions* o) { o->recycle.max_resident_octets = 0; }},
        Bad{"restart.max_failures is at least 1; found 0",
            [](PoolOptions* o) { o->restart.max_failures = 0; }}));

INSTANTIATE_TEST_SUITE_P(
    Durations, BadPoolOptionsTest,
    testing::Values(
        Bad{"drain.answers_grace is at least 0; found -1ms",
            [](PoolOptions* o) {
              o->drain.answers_grace = -absl::Milliseconds(1);
            }},
        Bad{"exit_grace is at least 0; found -1ms",
            [](PoolOptions* o) { o->exit_grace = -absl::Milliseconds(1); }},
        Bad{"start is at least 0; found -1ms",
            [](PoolOptions* o) { o->start = -absl::Milliseconds(1); }},
        Bad{"stop is at least 0; found -inf",
            [](PoolOptions* o) { o->stop = -absl::InfiniteDuration(); }},
        Bad{"kill_grace is at least 0; found -1ms",
            [](PoolOptions* o) { o->kill_grace = -absl::Milliseconds(1); }},
        Bad{"hung_grace is at least 0; found -1ms",
            [](PoolOptions* o) { o->hung_grace = -absl::Milliseconds(1); }},
        Bad{"retire_grace is at least 0; found -1ms",
            [](PoolOptions* o) { o->retire_grace = -absl::Milliseconds(1); }},
        // A worker would be replaced before it is started.
        Bad{"recycle.max_age is more than 0; found 0",
            [](PoolOptions* o) { o->recycle.max_age = absl::ZeroDuration(); }},
        Bad{"recycle.max_age is more than 0; found -1s",
            [](PoolOptions* o) { o->recycle.max_age = -absl::Seconds(1); }},
        // The loop would spin.
        Bad{"recycle.memory_interval is at least 1ms; found 0",
            [](PoolOptions* o) {
              o->recycle.memory_interval = absl::ZeroDuration();
            }},
        Bad{"restart.first_delay is at least 1ms; found 0",
            [](PoolOptions* o) {
              o->restart.first_delay = absl::ZeroDuration();
            }},
        Bad{"restart.max_delay is at least 100ms; found 99ms",
            [](PoolOptions* o) {
              o->restart.max_delay = absl::Milliseconds(99);
            }},
        Bad{"restart.window is at least 1ms; found 0",
            [](PoolOptions* o) { o->restart.window = absl::ZeroDuration(); }},
        Bad{"restart.pause is at least 1ms; found 0",
            [](PoolOptions* o) { o->restart.pause = absl::ZeroDuration(); }}));

// Two launchers that are good, in place of the program.
void TwoLaunchers(PoolOptions* options) {
  options->program = SpawnOptions();
  options->launchers.resize(2);
  for (PoolLauncher& launcher : options->launchers) {
    launcher.program.argv = {"ssh"};
  }
}

TEST(PoolLaunchersTest, InPlaceOfTheProgram) {
  PoolOptions options = Good();
  TwoLaunchers(&options);
  EXPECT_EQ(CheckPoolOptions(options), absl::OkStatus());
}

INSTANTIATE_TEST_SUITE_P(
    Launchers, BadPoolOptionsTest,
    testing::Values(
        Bad{"program and launchers exclude each other; found both",
            [](PoolOptions* o) { o->launchers.resize(1); }},
        Bad{"launchers[1].program.argv names none; found 0",
            [](PoolOptions* o) {
              TwoLaunchers(o);
              o->launchers[1].program.argv.clear();
            }},
        Bad{"launchers[0].max is at least 0; found -1",
            [](PoolOptions* o) {
              TwoLaunchers(o);
              o->launchers[0].max = -1;
            }},
        Bad{"launchers[1].weight is at least 1; found 0",
            [](PoolOptions* o) {
              TwoLaunchers(o);
              o->launchers[1].weight = 0;
            }},
        Bad{"launchers[1].drain.answers_grace is at least 0; found -1s",
            [](PoolOptions* o) {
              TwoLaunchers(o);
              o->launchers[1].drain.emplace().answers_grace = -absl::Seconds(1);
            }},
        Bad{"on_stderr needs launchers[1].program.stderr_mode kTee or kCapture",
            [](PoolOptions* o) {
              TwoLaunchers(o);
              o->launchers[1].program.stderr_mode = StderrMode::kNull;
              o->on_stderr = [](const PoolWorkerId&, absl::string_view) {};
            }}));

TEST_P(BadPoolOptionsTest, AreNamedWithWhatWasFound) {
  PoolOptions options = Good();
  GetParam().change(&options);
  const absl::Status checked = CheckPoolOptions(options);
  EXPECT_TRUE(absl::IsFailedPrecondition(checked)) << checked;
  EXPECT_THAT(std::string(checked.message()), HasSubstr(GetParam().what));
}

}  // namespace
}  // namespace forkrpc
