// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/generator.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "conformance/fuzz/compile.h"
#include "conformance/fuzz/random.h"
#include "conformance/runner/cases/case_checks.h"
#include "conformance/runner/cases/embedded.h"
#include "conformance/runner/cases/payload.h"
#include "google/protobuf/text_format.h"

namespace forkrpc::conformance {
namespace {

constexpr int kPlans = 800;
// Worked out by another program.
constexpr uint64_t kFirstDraw = 0xd453f55f2435310f;

class GeneratorTest : public testing::TestWithParam<std::pair<Role, Form>> {
 protected:
  GeneratorTest() : spec_(*SpecText::Parse(EmbeddedSpec())) {}

  Generator Make(uint64_t seed) const {
    return *Generator::Create(GetParam().first, GetParam().second, seed, spec_);
  }

  const SpecText spec_;
};

TEST_P(GeneratorTest, TheSameSeedGivesTheSamePlans) {
  Generator one = Make(7);
  Generator two = Make(7);
  Generator other = Make(8);
  int differ = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string plan = one.Next().SerializeAsString();
    EXPECT_EQ(plan, two.Next().SerializeAsString());
    differ += plan != other.Next().SerializeAsString() ? 1 : 0;
  }
  EXPECT_GT(differ, 150);
}

TEST_P(GeneratorTest, EveryPlanIsACaseThatTheOraclesMachineExplains) {
  Generator generator = Make(1);
  std::set<std::string> without;
  for (int i = 0; i < kPlans; ++i) {
    const Plan plan = generator.Next();
    const Compiled compiled =
        Compile(plan, generator.machine(), spec_, without);
    ASSERT_TRUE(compiled.legal) << plan.DebugString();
    const absl::Status status =
        CheckCase(compiled.made, compiled.made.id(), spec_);
    ASSERT_TRUE(status.ok()) << status << plan.DebugString();
  }
}

TEST_P(GeneratorTest, AsksForNoShouldThatIsNotWanted) {
  Generator generator = Make(1);
  Without without;
  for (const Requirement& each : spec_.requirements()) {
    if (each.level != MUST) without.insert(each.id);
  }
  for (int i = 0; i < kPlans; ++i) {
    const Plan plan = generator.Next();
    const Compiled compiled =
        Compile(plan, generator.machine(), spec_, without);
    ASSERT_TRUE(compiled.legal) << plan.DebugString();
    for (const std::string& req : compiled.made.reqs()) {
      ASSERT_EQ(spec_.Find(req)->level, MUST) << req << plan.DebugString();
    }
  }
}

// Octets that the testee is sent, and told to send, by a step.
uint64_t SentBy(const Step& step) {
  uint64_t octets = 0;
  for (const Send::Item& item : step.send().item()) {
    octets +=
        Copies(item.request().times()) * PayloadSize(item.request().payload()) +
        Copies(item.event().times()) * PayloadSize(item.event().payload());
  }
  return octets;
}

// That the testee's buffers are full is not left to chance: the reader rests
// until the testee can write no more, and goes on resting while the testee is
// sent more than the buffers hold.
bool BothWrite(const Case& made) {
  for (int i = 0; i + 1 < made.steps_size(); ++i) {
    const ResumeReader& resume = made.steps(i).resume_reader();
    if (!resume.when_blocked() || resume.after_octets() == 0 ||
        !made.steps(i + 1).has_stall_reader()) {
      continue;
    }
    uint64_t octets = 0;
    for (i += 2; i < made.steps_size(); ++i) {
      if (made.steps(i).has_resume_reader()) break;
      octets += SentBy(made.steps(i));
      // A parent must have read it all before its own octets are taken.
      const bool reads = made.role() == CHILD ||
                         made.steps(i).expect_reports().item_size() > 0;
      if (octets > 600000 && reads) return true;
    }
  }
  return false;
}

TEST_P(GeneratorTest, SomePlansMakeBothWriteAtTheSameTime) {
  Generator generator = Make(1);
  int both = 0;
  for (int i = 0; i < kPlans; ++i) {
    const Plan plan = generator.Next();
    both +=
        BothWrite(Compile(plan, generator.machine(), spec_, {}).made) ? 1 : 0;
  }
  EXPECT_GT(both, 0);
}

// A half-close that has come is behind all that the parent was told before.
TEST(CompileTest, WhoExpectsBehindADropAwaitsTheHalfClose) {
  const SpecText spec = *SpecText::Parse(EmbeddedSpec());
  Plan plan;
  plan.set_role(PARENT);
  plan.set_form(ASYNC);
  plan.set_transport(SOCKETPAIR);
  plan.add_op()->mutable_drop();
  plan.add_op()->mutable_expect();
  plan.add_op()->mutable_event();
  const Compiled made = Compile(plan, *MachineOf(PARENT, ASYNC), spec, {});
  EXPECT_TRUE(made.legal);
  int half_closed = -1;
  int sent = -1;
  for (int i = 0; i < made.made.steps_size(); ++i) {
    if (made.made.steps(i).has_expect_eof()) half_closed = i;
    if (made.made.steps(i).has_send()) sent = i;
  }
  EXPECT_GE(half_closed, 0);
  EXPECT_GT(sent, half_closed);
}

// What is seen is sought no more: three candidates for each plan find more than
// one does.
TEST_P(GeneratorTest, CoverageGrows) {
  Generator generator = Make(1);
  for (int i = 0; i < 20; ++i) generator.Next();
  const int early = generator.coverage().seen();
  for (int i = 0; i < kPlans; ++i) generator.Next();
  EXPECT_GT(generator.coverage().seen(), early);
  EXPECT_LE(generator.coverage().seen(), generator.coverage().possible());
}

// The draws are the same on every machine.
TEST(RandomTest, IsSplitMix64) {
  Random random(1, 1);
  const uint64_t first = random.Draw();
  Random again(1, 1);
  Random other(1, 2);
  EXPECT_EQ(first, again.Draw());
  EXPECT_NE(first, other.Draw());
  EXPECT_EQ(first, kFirstDraw);
}

INSTANTIATE_TEST_SUITE_P(Classes, GeneratorTest,
                         testing::Values(std::make_pair(CHILD, SYNC),
                                         std::make_pair(CHILD, ASYNC),
                                         std::make_pair(PARENT, SYNC),
                                         std::make_pair(PARENT, ASYNC)));

}  // namespace
}  // namespace forkrpc::conformance
