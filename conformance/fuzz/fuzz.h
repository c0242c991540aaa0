// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FuzzClass: plans against one class of a testee until something is found.
//
// Plans are tried in batches, several at a time; what was found is looked at
// between batches, in the order of the plans, so that the result of a correct
// harness does not depend on how many are tried at a time. A SHOULD that the
// testee is seen to break is not asked for in later batches. Call from one
// thread.
//
//   FuzzOptions options;
//   options.plans = 10000;
//   absl::StatusOr<FuzzResult> result = FuzzClass(CHILD, ASYNC, testee, spec,
//   options);

#ifndef CONFORMANCE_FUZZ_FUZZ_H_
#define CONFORMANCE_FUZZ_FUZZ_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "conformance/fuzz/trouble.h"

namespace forkrpc::conformance {

struct Finding {
  Trouble trouble;
  Plan plan;        // as it was drawn
  Plan shrunk;      // as small as it could be made
  Without without;  // with which both are compiled
  int shown = 0;    // of `reruns` reruns, how many showed it again
  int reruns = 0;
  bool firm() const { return shown == reruns; }
};

struct FuzzOptions {
  uint64_t seed = 1;
  uint64_t plans = 10000;
  absl::Duration time = absl::InfiniteDuration();
  int jobs = 1;
  absl::Duration watchdog = absl::Seconds(2);
  int reruns = 3;
  bool shrink = true;
  bool fresh = false;  // each plan has a process of its own
  // Finding, of whatever level, that a rerun shows again; batches of one.
  bool stop_at_first = false;
  size_t most_findings = 20;  // of a MUST; the class is given up then
  uint64_t most_hangs = 60;   // likewise
  Without without;
  const std::atomic<bool>* interrupted = nullptr;
  std::function<void(uint64_t plans, size_t findings)> on_progress;
};

struct FuzzResult {
  uint64_t plans = 0;
  uint64_t unsupported = 0;
  absl::Duration time;
  int pairs_seen = 0;
  int pairs = 0;
  std::vector<Finding> findings;  // one for each signature, first seen first
  std::string harness;            // what is wrong with us, and in which plan
  std::string given_up;           // why, or ""
  ClassResult shared;             // what was shared, and what differed
};

absl::StatusOr<FuzzResult> FuzzClass(Role role, Form form, const Testee& testee,
                                     const SpecText& spec,
                                     const FuzzOptions& options);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_FUZZ_FUZZ_H_
