// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// MeasurePaired: two ways of doing a thing, timed in turn, as a ratio.
//
// A machine's speed drifts by more than the differences of interest, so both
// are run in short slices, A B B A A B ..., and compared by the lower quartile
// of their slices: what disturbs a slice only ever makes it slower. One thread.
//
//   Paired p = MeasurePaired([&] { Raw(100); return 100; },
//                            [&] { Library(100); return 100; });
//   // p.b / p.a: how many times as long the library takes

#ifndef FORKRPC_BENCHMARKS_PAIRED_H_
#define FORKRPC_BENCHMARKS_PAIRED_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace forkrpc {

struct Paired {
  // Lower quartile and median over the slices, nanoseconds per operation.
  double a = 0, a_median = 0;
  double b = 0, b_median = 0;
  double ratio() const { return b / a; }
};

// Does some operations, about a millisecond's worth; returns how many.
using Work = absl::FunctionRef<int64_t()>;

// Runs `slices` slices of `slice` each for both, after one of each to warm up.
Paired MeasurePaired(Work a, Work b, int slices = 40,
                     absl::Duration slice = absl::Milliseconds(20));

}  // namespace forkrpc

#endif  // FORKRPC_BENCHMARKS_PAIRED_H_
