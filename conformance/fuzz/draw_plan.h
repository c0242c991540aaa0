// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// DrawPlan: a plan at random.
//
// About half are legal from end to end, most others have one fault, some have
// octets that were changed at random. Pure: the same draws give the same plan.
//
//   Random random(seed, number);
//   const Plan plan = DrawPlan(CHILD, ASYNC, &random);

#ifndef CONFORMANCE_FUZZ_DRAW_PLAN_H_
#define CONFORMANCE_FUZZ_DRAW_PLAN_H_

#include "conformance/fuzz/random.h"
#include "forkrpc/fuzz_plan.pb.h"

namespace forkrpc::conformance {

Plan DrawPlan(Role role, Form form, Random* random);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_DRAW_PLAN_H_
