// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// DiffClass: where implementations differ although each does what it may.
//
// The same plans are played to all of them. What is compared is what each sent,
// however it was cut into writes, and how it ended. A difference inside what
// the specification allows is a place where it leaves a choice, wanted or not;
// one that breaks a MUST is left to FuzzClass, and counted here: what was not
// compared is no agreement. What is of one kind is counted together. Call from
// one thread.
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

// Plans that were compared with nobody's, because of this testee.
struct LeftOut {
  std::string testee;
  std::string why;     // "broke MUST FR-ORD-001", "unsupported", "harness"
  std::string reason;  // in the first plan
  uint64_t plan = 0;   // the first
  uint64_t count = 0;
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
  // By testee, in their order. A plan is left out if it cannot be compared for
  // one of them, and counted for each because of whom.
  std::vector<LeftOut> left_out;
};

// Why a run may not be compared: it broke a MUST, was not supported, or the
// harness was wrong. "" if it may.
std::string WhyLeftOut(const Tried& tried);

// What `a` and `b` did in one plan, if that is not the same: see Difference.
std::vector<std::string> Differences(const Tried& a, const Tried& b);

absl::StatusOr<DiffResult> DiffClass(Role role, Form form,
                                     const std::vector<const Testee*>& testees,
                                     const SpecText& spec,
                                     const DiffOptions& options);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_DIFF_H_
