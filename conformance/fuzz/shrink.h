// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Shrink: a plan made small that shows the same trouble.
//
// Operations are left out, many at first, then one by one and two by two; two
// of a kind become one that does as much, others a mere wait; what is left is
// made plainer: payloads shorter, ids and counts small, no cuts, one socket.
// That again until nothing changes. Every step must show the same signature. At
// most 600 plans are tried, and 50 of them may hang; what is not small then may
// depend on time, and is gone through again with more patience.
//
//   const Plan small = Shrink(plan, trouble, machine, without, bench, 1);

#ifndef CONFORMANCE_FUZZ_SHRINK_H_
#define CONFORMANCE_FUZZ_SHRINK_H_

#include "absl/functional/function_ref.h"
#include "conformance/fuzz/trouble.h"

namespace forkrpc::conformance {

// `tries`: how often a flaky one may be tried before it is taken for gone.
Plan Shrink(const Plan& plan, const Trouble& trouble, const Machine& machine,
            const Without& without, const Bench& bench, int tries);

// The same with any test: true if the plan still shows it.
Plan ShrinkBy(const Plan& plan, absl::FunctionRef<bool(const Plan&)> shows);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_SHRINK_H_
