// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Driver: plays the steps of a case against a running testee.
//
// A step ends with OkStatus or with the reason why the case is not passed:
//   FailedPrecondition, DataLoss  the testee did what it must not (FAIL)
//   Unavailable                   it ended where it must not (FAIL or CRASH)
//   DeadlineExceeded              nothing moved any more (HANG)
//   Cancelled                     the run was interrupted (NOT_LOOKED_AT)
//   Internal                      the case or the runner is wrong (HARNESS)
// What both roles have in common is here; ChildDriver and ParentDriver do the
// rest. One thread; the session must outlive the driver.
//
//   std::unique_ptr<Driver> driver = MakeDriver(run, seed, &session);
//   for (const Step& step : run.conformance_case->steps())
//     if (absl::Status status = driver->Do(step); !status.ok()) return status;

#ifndef CONFORMANCE_RUNNER_PLAY_DRIVER_H_
#define CONFORMANCE_RUNNER_PLAY_DRIVER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "conformance/runner/cases/case_run.h"
#include "conformance/runner/cases/splits.h"
#include "conformance/runner/play/mismatch.h"
#include "conformance/runner/play/session.h"
#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

class Driver {
 public:
  virtual ~Driver() = default;

  absl::Status Do(const Step& step);

 protected:
  Driver(const CaseRun& run, uint64_t seed, Session* session)
      : run_(run), splits_(seed, run.Id()), session_(*session) {}

  // The steps that depend on the role.
  virtual absl::Status DoForRole(const Step& step) = 0;
  // How a frame from the testee is called: "event ...", "request id 3 ...".
  virtual std::string Describe(const Frame& frame) const = 0;

  Session& session() { return session_; }
  Form form() const { return run_.form; }

  // Queues the items in the step's cuts or chunking, or else in the run's.
  void QueueItems(const std::vector<std::string>& items, const Send& send);
  // What is sent of an item's octets; the others are kept for TakeRest.
  std::string FirstOctets(const Send::Item& item, std::string octets);
  std::string TakeRest() { return std::exchange(rest_, {}); }
  // The next frame. Unavailable if the testee ends instead; `judge_header` is
  // asked once about a header whose payload has not arrived.
  absl::StatusOr<Frame> NextFrame(
      absl::string_view what,
      absl::FunctionRef<absl::Status(const FrameHeader&)> judge_header);
  // `wrong`, which is about the header of the frame that is arriving, with the
  // clause and in words what is wrong, where its octets and those behind it
  // tell. `payloads` are those that could be its, were the length right.
  absl::Status ExplainHeader(const absl::Status& wrong,
                             const std::vector<std::string>& payloads);
  absl::Status AwaitEof();
  // What more there is to say of a frame that came instead of the end of the
  // stream, with a comma before it.
  virtual std::string RemarkOnUnasked(const Frame& frame) const;
  virtual absl::Status DoExpectExit(ExpectExit::Status wanted);

 private:
  absl::Status DoResumeReader(const ResumeReader& step);
  absl::Status AwaitBlocked();
  // Whether the program has not ended, nor is about to.
  bool Lives();
  absl::Status DoAwaitRead();
  absl::Status DoExpectMemory(uint64_t max_growth);
  void DoMarkMemory();
  absl::Status DoExpectDescriptors(uint32_t max_growth);

  const CaseRun run_;
  Splits splits_;
  Session& session_;
  std::string rest_;
  std::optional<int> descriptor_mark_;
  std::optional<uint64_t> resident_mark_;  // kB
  std::optional<uint64_t> address_mark_;   // kB
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_PLAY_DRIVER_H_
