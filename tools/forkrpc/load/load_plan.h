// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LoadPlan: which calls a load makes of one worker, and for how long.
//
// A plain value. Times are nanoseconds of the monotonic clock, spans are
// nanoseconds.
//
//   LoadPlan plan;
//   plan.in_flight = 100;
//   plan.measure = 5000000000;

#ifndef TOOLS_FORKRPC_LOAD_LOAD_PLAN_H_
#define TOOLS_FORKRPC_LOAD_LOAD_PLAN_H_

#include <cstdint>
#include <limits>

namespace forkrpc::cli {

// What a response is compared with.
enum class Expected { kRequest, kFirstResponse, kNothing };

inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

struct LoadPlan {
  uint32_t in_flight = 1;  // calls at once, at most
  // Open loop: a call is due each so many nanoseconds, the first at `first_due`
  // behind the start. 0: closed loop, a call is made when there is room.
  double period = 0;
  double first_due = 0;
  int64_t warm_up = 0;            // calls of this time are made, not counted
  int64_t measure = kNever;       // then for so long calls are counted,
  uint64_t calls = UINT64_MAX;    // and at most so many
  int64_t timeout = 10000000000;  // of a call; and for the last ones
  Expected expected = Expected::kRequest;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_LOAD_LOAD_PLAN_H_
