// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Every fault at every call of the reference scenario, every pair of them, and
// random ones. SIMULATION_SEEDS in the environment asks for more of those.

#include "forkrpc/testing/simulation.h"

#include <errno.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/testing/scenario.h"
#include "forkrpc/testing/simulation_judge.h"
#include "forkrpc/testing/simulation_payload.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr Form kForms[] = {Form::kSync, Form::kAsync};

std::vector<Fault> Faults(const OpCounts& ops, std::vector<FaultKind> kinds) {
  // A Transport hides EINTR.
  kinds.erase(std::remove_if(kinds.begin(), kinds.end(),
                             [](const FaultKind& kind) {
                               return kind.action == FaultAction::kInterrupt;
                             }),
              kinds.end());
  return SingleFaults(ops, kinds);
}

TEST(SimulationTest, TheReferenceScenarioDoesWhatItSays) {
  const SimulationResult result = Simulate(ReferenceScenario(Form::kAsync), {});
  ASSERT_TRUE(result.violation.ok()) << result.violation;
  std::string log;
  for (const SimulationEntry& entry : result.log) {
    absl::StrAppend(&log, ToString(entry), "\n");
  }
  EXPECT_EQ(log,
            "event 0 of call 1\n"
            "event 1 of call 1\n"
            "response to call 2\n"
            "response to call 3\n"
            "response to call 4\n"
            "response to call 5\n"
            "event 0 of call 6\n"
            "response to call 6\n"
            "response to call 1\n"
            "response to call 0\n"
            "call 9 failed: CANCELLED\n"
            "call 7 failed: DEADLINE_EXCEEDED\n"
            "response to call 8\n"
            "response to call 11\n"
            "response to call 10\n"
            "closed: OK\n");
  EXPECT_EQ(result.calls, 12);
}

TEST(SimulationTest, OneSeedIsOneTrace) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    const FaultPlan plan = RandomPlanFor(seed);
    EXPECT_EQ(Simulate(RandomScenario(seed), plan).trace,
              Simulate(RandomScenario(seed), plan).trace);
  }
  EXPECT_NE(Simulate(RandomScenario(1), {}).trace,
            Simulate(RandomScenario(2), {}).trace);
  // On every machine.
  EXPECT_EQ(Simulate(RandomScenario(1), RandomPlanFor(1)).trace,
            14944435058550268980u);
}

TEST(SimulationTest, PayloadsSayWhoseTheyAreAndCannotBeMistaken) {
  std::string payload;
  int call, what;
  for (const size_t size : {0, 8, 9, 100, 70000}) {
    MakePayload(7, kResponsePayload, size, &payload);
    EXPECT_EQ(payload.size(),
              std::min<size_t>(std::max<size_t>(size, 8), 65536));
    ASSERT_TRUE(ReadPayload(payload, &call, &what));
    EXPECT_EQ(call, 7);
    EXPECT_EQ(what, kResponsePayload);
  }
  EXPECT_FALSE(ReadPayload(payload.substr(1), &call, &what)) << "shifted";
  EXPECT_FALSE(ReadPayload(payload.substr(0, 7), &call, &what)) << "cut";
  std::string other;
  MakePayload(7, 3, payload.size(), &other);
  EXPECT_FALSE(
      ReadPayload(payload.substr(0, 100) + other.substr(100), &call, &what))
      << "mixed";
}

// T-10: all single faults that a stream may have at any time, then all pairs.
TEST(SimulationTest, BenignFaultsAndTheirPairsChangeNothing) {
  for (const Form form : kForms) {
    const Scenario scenario = ReferenceScenario(form);
    const SimulationResult good = Simulate(scenario, {});
    ASSERT_TRUE(good.violation.ok()) << good.violation;
    const std::vector<Fault> faults =
        Faults(good.ops, {{FaultAction::kShort, 1},
                          {FaultAction::kShort, 5},
                          {FaultAction::kWouldBlock, 1},
                          {FaultAction::kWouldBlock, 3}});
    int plans = 0;
    for (const Fault& fault : faults) {
      ++plans;
      const absl::Status status = CheckPlan(scenario, good, {fault});
      ASSERT_TRUE(status.ok()) << status;
    }
    const std::vector<Fault> paired = Faults(
        good.ops, {{FaultAction::kShort, 1}, {FaultAction::kWouldBlock, 2}});
    ForEachPair(paired, [&](const FaultPlan& plan) {
      if (HasFailure()) return;
      ++plans;
      const absl::Status status = CheckAndShrink(scenario, good, plan);
      ASSERT_TRUE(status.ok()) << status;
    });
    RecordProperty("plans", plans);
    std::printf("%d calls of the stream, %zu faults, %d plans\n",
                good.ops.total(), faults.size(), plans);
    EXPECT_GT(plans, 5000);
  }
}

TEST(SimulationTest, DelaysLoseNothing) {
  for (const Form form : kForms) {
    for (const Scenario& scenario :
         {ReferenceScenario(form), TimelessScenario(form)}) {
      const SimulationResult good = Simulate(scenario, {});
      for (const int length : {1, 7, 1000}) {
        for (const Fault& fault :
             SingleFaults(good.ops, {{FaultAction::kDelay, length}})) {
          const absl::Status status = CheckPlan(scenario, good, {fault});
          ASSERT_TRUE(status.ok()) << status;
        }
      }
    }
  }
}

// Each call ends exactly once, what comes is right, and both ends end.
TEST(SimulationTest, DeadlyFaultsAndPairsWithAnyOtherEndEachCallOnce) {
  for (const Form form : kForms) {
    for (const Scenario& scenario :
         {ReferenceScenario(form), TimelessScenario(form)}) {
      const SimulationResult good = Simulate(scenario, {});
      const std::vector<Fault> deadly = Faults(good.ops, DeadlyFaults());
      for (const Fault& fault : deadly) {
        const absl::Status status = CheckPlan(scenario, good, {fault});
        ASSERT_TRUE(status.ok()) << status;
      }
      if (scenario.abandons()) continue;
      const std::vector<Fault> some =
          Faults(good.ops, {{FaultAction::kError, EPIPE},
                            {FaultAction::kEof, 0},
                            {FaultAction::kWouldBlock, 3}});
      ForEachPair(some, [&](const FaultPlan& plan) {
        if (HasFailure()) return;
        const absl::Status status = CheckAndShrink(scenario, good, plan);
        ASSERT_TRUE(status.ok()) << status;
      });
    }
  }
}

TEST(SimulationTest, AFailedStreamIsToldWithItsCode) {
  const Scenario scenario = TimelessScenario(Form::kAsync);
  const auto code_after = [&](const char* plan) {
    const SimulationResult result = Simulate(scenario, *ParseFaultPlan(plan));
    EXPECT_TRUE(result.violation.ok()) << result.violation;
    EXPECT_GT(result.failures, 0) << plan;
    return static_cast<absl::StatusCode>(result.log.back().detail);
  };
  EXPECT_EQ(code_after("client read 0 error ECONNRESET"),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(code_after("client read 0 error EIO"), absl::StatusCode::kInternal);
  EXPECT_EQ(code_after("client write 0 error EPIPE"),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(code_after("client write 1 error EIO"),
            absl::StatusCode::kInternal);
  EXPECT_EQ(code_after("client read 0 eof"), absl::StatusCode::kUnavailable);
  // Wherever the first octets are read, the end comes inside a frame.
  int data_loss = 0;
  for (int read = 0; read < 10; ++read) {
    const std::string plan = absl::StrCat(
        "client read ", read, " short 3; client read ", read + 1, " eof");
    const SimulationResult result = Simulate(scenario, *ParseFaultPlan(plan));
    EXPECT_TRUE(result.violation.ok()) << result.violation << "\n" << plan;
    data_loss += result.log.back().detail ==
                 static_cast<int>(absl::StatusCode::kDataLoss);
  }
  EXPECT_GT(data_loss, 0);
  EXPECT_EQ(code_after("server read 0 error EIO"),
            absl::StatusCode::kUnavailable);
}

TEST(SimulationTest, RandomSessions) {
  int seeds = 150;
  if (const char* more = std::getenv("SIMULATION_SEEDS")) {
    ASSERT_TRUE(absl::SimpleAtoi(more, &seeds));
  }
  int64_t responses = 0, failures = 0, events = 0;
  for (int i = 0; i < seeds; ++i) {
    const auto seed = static_cast<uint32_t>(i);
    const Scenario scenario = RandomScenario(seed);
    const SimulationResult good = Simulate(scenario, {});
    ASSERT_TRUE(good.violation.ok()) << good.violation << "\n  seed: " << seed;
    const absl::Status status =
        CheckAndShrink(scenario, good, RandomPlanFor(seed));
    ASSERT_TRUE(status.ok()) << status << "\n  seed: " << seed;
    responses += good.responses;
    failures += good.failures;
    events += good.events;
  }
  // Otherwise the sessions would prove nothing.
  EXPECT_GT(responses, seeds * 50);
  EXPECT_GT(failures, seeds * 5);
  EXPECT_GT(events, seeds * 10);
}

}  // namespace
}  // namespace forkrpc
