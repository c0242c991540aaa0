// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// DiffClass: where implementations differ although each does what it may.
//
// The same plans are played to all of them. What is compared is what each sent,
// however it was cut into writes, and how it ended. A difference inside what
// the specification allows is a place where it leaves a choice, wanted or not;
// one that breaks a MUST is left to FuzzClass. Differences of one kind are
// counted together. Call from one thread.
//
//   absl::StatusOr<DiffResult> result = DiffClass(CHILD, ASYNC, testees, ...);

#ifndef CONFORMANCE_FUZZ_DIFF_H_
#define CONFORMANCE_FUZZ_DIFF_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "conformance/fuzz/trouble.h"

namespace forkrpc::conformance {

struct Difference {
  std::string kind;    // "exit: status 10 / status 1"
  uint64_t plan = 0;   // the first that showed it
  uint64_t count = 0;  // how many did
};

struct DiffOptions {
  uint64_t seed = 1;
  uint64_t plans = 1000;
  int jobs = 1;
  std::vector<absl::Duration> watchdogs;  // one for each testee
  const std::atomic<bool>* interrupted = nullptr;
  // Between batches: plans played, kinds of difference seen.
  std::function<void(uint64_t plans, size_t kinds)> on_progress;
};

struct DiffResult {
  uint64_t plans = 0;     // all of them played
  uint64_t compared = 0;  // without a broken MUST
  std::vector<Difference> differences;
};

// Whether a run may be compared: it broke no MUST, was supported, and the
// harness was right.
bool IsComparable(const Tried& tried);

// What `a` and `b` did in one plan, if that is not the same: see Difference.
std::vector<std::string> Differences(const Tried& a, const Tried& b);

absl::StatusOr<DiffResult> DiffClass(Role role, Form form,
                                     const std::vector<const Testee*>& testees,
                                     const SpecText& spec,
                                     const DiffOptions& options);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_DIFF_H_
