// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/shrink.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

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

}  // namespace
}  // namespace forkrpc::conformance
