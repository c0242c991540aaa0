// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LivingTestee: one process of a testee, which serves one session after the
// other.
//
// The wire of a session is offered at an address that the process opens; a
// folder of its own, which goes with it, has the addresses. What a session
// leaves behind is looked at when it has ended. One thread at a time;
// destruction kills it.
//
//   auto living = LivingTestee::Start(testee, CHILD, SYNC);
//   absl::Status taken = (*living)->Offer(run, settings);
//   if (taken.ok()) outcome = RunAmongMany(..., (*living)->Lend(), &alive);
//   if (alive.has_value()) amiss = (*living)->TakeBack(*std::move(alive));

#ifndef CONFORMANCE_RUNNER_VERDICT_LIVING_TESTEE_H_
#define CONFORMANCE_RUNNER_VERDICT_LIVING_TESTEE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "conformance/runner/testee/manifest.h"
#include "conformance/runner/testee/testee_process.h"
#include "conformance/runner/verdict/case_runner.h"
#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

// Invariants:
// 1. sessions_ counts those that were offered; run_ is the id of the last.
// 2. Between Lend and TakeBack the process is somebody else's.
class LivingTestee {
 public:
  // Descriptors that a process may have open in excess of those that its first
  // session left: a runtime opens some when it first needs them.
  static constexpr int kFreeDescriptors = 8;

  // Unavailable: the machine; others as TesteeProcess::Start.
  static absl::StatusOr<std::unique_ptr<LivingTestee>> Start(
      const Testee& testee, Role role, Form form);

  LivingTestee(const LivingTestee&) = delete;
  LivingTestee& operator=(const LivingTestee&) = delete;
  ~LivingTestee();

  // Offers the wire of the run's session and waits until it is taken. Errors:
  // FailedPrecondition (the process does not take it; it may have ended),
  // Cancelled, and Unavailable or Internal as MeetingPoint.
  absl::Status Offer(const CaseRun& run, const RunSettings& settings);

  TesteeProcess Lend() { return std::move(*process_); }
  // After a session that the process has ended well. What the session left
  // behind that it must not, or "".
  std::string TakeBack(TesteeProcess process);

  // What the process did since its last session that it must not, or "".
  std::string AmissBetween();
  // Tells the process to end; what was wrong with that, or "".
  std::string Retire(const RunSettings& settings);

  int sessions() const { return sessions_; }
  const std::string& run() const { return run_; }

 private:
  LivingTestee() = default;

  std::string folder_;
  std::optional<TesteeProcess> process_;
  int sessions_ = 0;
  std::string run_;
  std::optional<int> descriptors_;  // after the first session
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_VERDICT_LIVING_TESTEE_H_
