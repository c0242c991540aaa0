// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/fault_plan.h"

#include <errno.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

OpCounts SomeCounts() {
  OpCounts counts;
  counts.at(StreamEnd::kClient, FaultOp::kRead) = 3;
  counts.at(StreamEnd::kClient, FaultOp::kShutdown) = 1;
  counts.at(StreamEnd::kServer, FaultOp::kWrite) = 2;
  return counts;
}

TEST(FaultPlanTest, PrintsAsItIsWritten) {
  const FaultPlan plan = {
      {StreamEnd::kClient, FaultOp::kRead, 3, FaultAction::kShort, 1},
      {StreamEnd::kServer, FaultOp::kWrite, 0, FaultAction::kError, EPIPE},
      {StreamEnd::kServer, FaultOp::kRead, 12, FaultAction::kEof, 0}};
  EXPECT_EQ(ToString(plan),
            "client read 3 short 1; server write 0 error EPIPE; "
            "server read 12 eof");
  EXPECT_EQ(ToString(FaultPlan{}), "no fault");
  EXPECT_TRUE(ParseFaultPlan("no fault").value().empty());
}

TEST(FaultPlanTest, EveryFaultParsesBack) {
  std::vector<FaultKind> kinds = BenignFaults();
  for (const FaultKind& kind : DeadlyFaults()) kinds.push_back(kind);
  kinds.push_back({FaultAction::kError, 9999});  // without a name
  const std::vector<Fault> faults = SingleFaults(SomeCounts(), kinds);
  for (const Fault& fault : faults) {
    const absl::StatusOr<FaultPlan> parsed = ParseFaultPlan(ToString(fault));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    ASSERT_EQ(parsed->size(), 1);
    EXPECT_TRUE(parsed->front() == fault) << ToString(fault);
  }
  const FaultPlan all(faults.begin(), faults.end());
  EXPECT_TRUE(ParseFaultPlan(ToString(all)).value() == all);
}

TEST(FaultPlanTest, SaysWhatIsWrongWithAPlan) {
  const auto error = [](const char* text) {
    return std::string(ParseFaultPlan(text).status().message());
  };
  EXPECT_EQ(error("client read 0 eof; child read 0 eof"),
            "fault 2: found \"child\" instead of one of: client, server");
  EXPECT_TRUE(absl::StrContains(error("client peek 0 eof"), "\"peek\""));
  EXPECT_TRUE(absl::StrContains(error("client read -1 eof"), "at least 0"));
  EXPECT_TRUE(absl::StrContains(error("client read 1 tear 1"), "\"tear\""));
  EXPECT_TRUE(absl::StrContains(error("client read 1 short 0"), "at least 1"));
  EXPECT_TRUE(absl::StrContains(error("client read 1 short"), "the end"));
  EXPECT_TRUE(absl::StrContains(error("client read 1 eof 1"), "behind"));
}

TEST(FaultPlanTest, SinglesAreEveryCallWithWhatMakesSenseThere) {
  const std::vector<Fault> faults =
      SingleFaults(SomeCounts(), {{FaultAction::kShort, 1},
                                  {FaultAction::kEof, 0},
                                  {FaultAction::kError, EIO}});
  std::set<std::string> texts;
  for (const Fault& fault : faults) texts.insert(ToString(fault));
  EXPECT_EQ(texts.size(), faults.size());
  // 3 reads x 3, 1 shutdown x error, 2 writes x (short, error).
  EXPECT_EQ(faults.size(), 9 + 1 + 4);
  EXPECT_EQ(texts.count("client shutdown 0 error EIO"), 1);
  EXPECT_EQ(texts.count("server write 1 short 1"), 1);
  EXPECT_EQ(texts.count("server write 1 eof"), 0);
}

TEST(FaultPlanTest, PairsAreAllButThoseOnOneCall) {
  const std::vector<Fault> faults = SingleFaults(
      SomeCounts(), {{FaultAction::kShort, 1}, {FaultAction::kDelay, 1}});
  std::set<std::string> texts;
  ForEachPair(faults, [&](const FaultPlan& plan) {
    ASSERT_EQ(plan.size(), 2);
    texts.insert(ToString(plan));
  });
  // Five calls, two kinds: ten faults, 45 pairs, five of them on one call.
  EXPECT_EQ(texts.size(), 40);
}

TEST(FaultPlanTest, RandomPlansAreTheSameEverywhere) {
  std::mt19937 bits(7);
  EXPECT_EQ(ToString(RandomFaultPlan(&bits, 3, 20, true)),
            "client write 6 EINTR 3; server write 19 short 5; "
            "server read 11 error ENOBUFS");
  int deadly = 0;
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(IsBenign(RandomFaultPlan(&bits, 4, 20, false)));
    deadly += IsBenign(RandomFaultPlan(&bits, 4, 20, true)) ? 0 : 1;
  }
  EXPECT_EQ(deadly, 100);
}

TEST(FaultPlanTest, ShrinksToWhatIsNeeded) {
  std::mt19937 bits(1);
  FaultPlan plan = RandomFaultPlan(&bits, 9, 20, false);
  const Fault a = plan[2];
  const Fault b = plan[7];
  const auto has = [](const FaultPlan& in, const Fault& fault) {
    return std::find(in.begin(), in.end(), fault) != in.end();
  };
  const FaultPlan shrunk = ShrinkPlan(plan, [&](const FaultPlan& tried) {
    return has(tried, a) && has(tried, b);
  });
  EXPECT_EQ(ToString(shrunk), ToString(FaultPlan{a, b}));
}

}  // namespace
}  // namespace forkrpc
