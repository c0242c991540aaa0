// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The axes of a case: which runs it stands for.
//
// Pure functions over the case proto; any thread. A case at a size is another
// case, so that whoever plays it knows nothing of sizes.
//
//   for (const CaseRun& run : AxesOf(c)) Judge(run);

#ifndef CONFORMANCE_RUNNER_CASES_AXES_H_
#define CONFORMANCE_RUNNER_CASES_AXES_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "conformance/runner/cases/case_run.h"
#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

// InvalidArgument if a form or a value stands twice, is none, is none of the
// role's or is too large, or if there are sizes but no `size` parts, or the
// other way round.
absl::Status CheckAxes(const Case& c);

// The product of forms and axes in a fixed order. The runs point to `c`, also
// those that have a size.
std::vector<CaseRun> AxesOf(const Case& c);

// The case without sizes: octets stand in place of its `size` parts.
Case AtSize(const Case& c, uint64_t size);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CASES_AXES_H_
