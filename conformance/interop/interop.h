// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Interop: every parent of the testees with every child of them, in both forms.
//
// The order of the result is that of the testees, whatever was played first.
// Call from one thread; it uses `jobs`.
//
//   InteropReport report = PlayAll(testees, options);
//   std::cout << InteropTable(report);

#ifndef CONFORMANCE_INTEROP_INTEROP_H_
#define CONFORMANCE_INTEROP_INTEROP_H_

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "conformance/runner/testee/manifest.h"
#include "forkrpc/interop_result.pb.h"

namespace forkrpc::conformance {

struct InteropOptions {
  int jobs = 1;
  absl::Duration limit = absl::Seconds(20);  // see PairOptions
  std::string logs;                          // a folder; "" = none
  const std::atomic<bool>* interrupted = nullptr;
  // Is told after each pair, in any thread but one at a time.
  std::function<void(size_t done, size_t total)> progress;
};

// CheckInstalled() of each has been called.
InteropReport PlayAll(const std::vector<Testee>& testees,
                      const InteropOptions& options);

// For each form a table, parents down and children across: "ok", "child
// FR-ORD-005", "parent" and "child" where no clause is known, "not tried"; then
// what was broken, a line each.
std::string InteropTable(const InteropReport& report);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_INTEROP_INTEROP_H_
