// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/shrink.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "conformance/runner/cases/payload.h"

namespace forkrpc::conformance {
namespace {

Plan LongPlan() {
  Plan plan;
  plan.set_role(CHILD);
  plan.set_form(ASYNC);
  plan.set_transport(TCP);
  plan.set_watch(true);
  for (int i = 0; i < 20; ++i) {
    Op* const op = plan.add_op();
    op->set_joined(true);
    op->add_cut(3);
    op->mutable_call()->set_function(i == 7 ? "V" : i == 15 ? "H" : "E");
    op->mutable_call()->set_id(100 + i);
    op->mutable_call()->set_times(40);
    op->mutable_call()->add_payload()->mutable_pattern()->set_count(1000);
  }
  return plan;
}

bool Has(const Plan& plan, const std::string& function) {
  for (const Op& op : plan.op()) {
    if (op.call().function() == function) return true;
  }
  return false;
}

TEST(ShrinkTest, KeepsWhatIsNeededAlone) {
  const Plan small = ShrinkBy(LongPlan(), [](const Plan& plan) {
    return Has(plan, "V") && Has(plan, "H");
  });
  ASSERT_EQ(small.op_size(), 2) << small.DebugString();
  EXPECT_EQ(small.op(0).call().function(), "V");
  EXPECT_EQ(small.op(1).call().function(), "H");
  EXPECT_EQ(small.transport(), SOCKETPAIR);
  EXPECT_FALSE(small.watch());
  for (const Op& op : small.op()) {
    EXPECT_TRUE(op.cut().empty());
    EXPECT_EQ(op.call().id(), 0);
    EXPECT_EQ(op.call().times(), 0);
    EXPECT_TRUE(op.call().payload().empty());
  }
}

TEST(ShrinkTest, FindsABorder) {
  const Plan small = ShrinkBy(LongPlan(), [](const Plan& plan) {
    for (const Op& op : plan.op()) {
      for (const Part& part : op.call().payload()) {
        if (part.pattern().count() >= 129) return true;
      }
    }
    return false;
  });
  ASSERT_EQ(small.op_size(), 1);
  EXPECT_EQ(small.op(0).call().payload(0).pattern().count(), 129);
}

TEST(ShrinkTest, ShortensWhatMustBeMany) {
  const Plan small = ShrinkBy(LongPlan(), [](const Plan& plan) {
    uint32_t times = 0;
    for (const Op& op : plan.op()) {
      times = std::max(times, op.call().times());
    }
    return times >= 9;
  });
  ASSERT_EQ(small.op_size(), 1);
  EXPECT_EQ(small.op(0).call().times(), 9);
}

// One without the other never shows it.
TEST(ShrinkTest, LeavesOutWhatGoesInPairs) {
  Plan plan;
  for (int i = 0; i < 6; ++i) {
    plan.add_op()->mutable_call()->set_function("E");
  }
  plan.mutable_op(1)->mutable_stall();
  plan.mutable_op(4)->mutable_resume();
  plan.mutable_op(3)->mutable_call()->set_function("V");
  const Plan small = ShrinkBy(plan, [](const Plan& candidate) {
    int stalls = 0;
    int resumes = 0;
    for (const Op& op : candidate.op()) {
      stalls += op.has_stall() ? 1 : 0;
      resumes += op.has_resume() ? 1 : 0;
    }
    return stalls == resumes && Has(candidate, "V");
  });
  ASSERT_EQ(small.op_size(), 1) << small.DebugString();
  EXPECT_EQ(small.op(0).call().function(), "V");
}

// Only all of them together are enough.
TEST(ShrinkTest, MakesOneOfMany) {
  const Plan small = ShrinkBy(LongPlan(), [](const Plan& plan) {
    uint64_t octets = 0;
    for (const Op& op : plan.op()) {
      octets +=
          std::max(1U, op.call().times()) * PayloadSize(op.call().payload());
    }
    return octets > 700000;
  });
  ASSERT_EQ(small.op_size(), 1) << small.DebugString();
}

TEST(ShrinkTest, WaitsWhereNothingButTimeIsNeeded) {
  const Plan small = ShrinkBy(LongPlan(), [](const Plan& plan) {
    for (int i = 0; i + 2 < plan.op_size(); ++i) {
      if (plan.op(i).call().function() == "V") return true;
    }
    return false;
  });
  ASSERT_EQ(small.op_size(), 3) << small.DebugString();
  EXPECT_EQ(small.op(0).call().function(), "V");
  EXPECT_TRUE(small.op(1).has_expect());
  EXPECT_TRUE(small.op(2).has_expect());
}

}  // namespace
}  // namespace forkrpc::conformance
