// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/benchmarks/paired.h"

#include <algorithm>
#include <vector>

#include "forkrpc/base/clock.h"

namespace forkrpc {
namespace {

// Nanoseconds per operation over one slice.
double RunSlice(Work work, absl::Duration slice) {
  const MonotonicTime start = MonotonicNow();
  int64_t operations = 0;
  absl::Duration elapsed;
  do {
    operations += work();
    elapsed = MonotonicNow() - start;
  } while (elapsed < slice);
  return absl::ToDoubleNanoseconds(elapsed) / operations;
}

double Quantile(std::vector<double>* values, double q) {
  std::sort(values->begin(), values->end());
  return (*values)[static_cast<size_t>(q * (values->size() - 1))];
}

}  // namespace

Paired MeasurePaired(Work a, Work b, int slices, absl::Duration slice) {
  RunSlice(a, slice);
  RunSlice(b, slice);
  std::vector<double> as, bs;
  for (int i = 0; i < slices; ++i) {
    // The order changes, so that neither always runs in the other's wake.
    if (i % 2 == 0) as.push_back(RunSlice(a, slice));
    bs.push_back(RunSlice(b, slice));
    if (i % 2 != 0) as.push_back(RunSlice(a, slice));
  }
  Paired result;
  result.a = Quantile(&as, 0.25);
  result.a_median = Quantile(&as, 0.5);
  result.b = Quantile(&bs, 0.25);
  result.b_median = Quantile(&bs, 0.5);
  return result;
}

}  // namespace forkrpc
