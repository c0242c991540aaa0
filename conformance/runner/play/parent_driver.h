// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ParentDriver: the runner as child, for testees that are parents.
//
// It gives commands to the adapter, binds the requests that come over the wire
// to the calls that were commanded, sends responses and events, and compares
// the adapter's reports. Whatever the case says, it judges each request's id
// and that no call ends twice. See Driver for threads and errors.
//
//   ParentDriver driver(run, seed, &session);
//   absl::Status status = driver.Do(step);

#ifndef CONFORMANCE_RUNNER_PLAY_PARENT_DRIVER_H_
#define CONFORMANCE_RUNNER_PLAY_PARENT_DRIVER_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "conformance/runner/play/driver.h"

namespace forkrpc::conformance {

// Invariants:
// 1. in_flight_ holds the ids of the calls whose request has come and whose
//    response has not been sent (async form).
// 2. A call that has ended stays ended.
class ParentDriver : public Driver {
 public:
  ParentDriver(const CaseRun& run, uint64_t seed, Session* session)
      : Driver(run, seed, session) {}

 protected:
  absl::Status DoForRole(const Step& step) override;
  std::string Describe(const Frame& frame) const override;
  absl::Status DoExpectExit(ExpectExit::Status wanted) override;

 private:
  struct Call {
    std::string payload;
    bool requested = false;
    uint32_t id = 0;       // async form, if requested
    uint64_t arrival = 0;  // number of its request, if requested
    bool ended = false;    // a result or a failure was reported
    bool failed = false;
  };
  struct Report {
    enum Kind { kResult, kEvent, kFailed, kError, kClosed } kind;
    std::string tag;
    std::string payload;
    std::string Text() const;
  };
  // Octets to send; `answered` is null unless they are a call's response.
  struct Item {
    std::string octets;
    const Call* answered;
  };

  absl::Status DoCommand(const Command& command);
  absl::Status DoExpectRequests(const ExpectRequests& expect);
  // Binds a request to the first call in *waiting that it can be for.
  absl::Status Bind(const Frame& frame, std::vector<Call*>* waiting);
  absl::Status DoSend(const Send& send);
  absl::Status AddResponses(const Response& response, std::vector<Item>* items);
  // Sorts those items that belong to a call, by the arrival of its request,
  // among the places that they have.
  template <typename T, typename CallOf>
  static void InOrderOfArrival(std::vector<T>* items, CallOf call_of);
  uint32_t StrayId() const;
  absl::Status DoExpectReports(const ExpectReports& expect);
  void AddReports(const ExpectReports::Item& item,
                  std::vector<Report>* wanted) const;
  absl::Status ExpectReport(const Report& wanted);
  absl::Status DoExpectError(bool probe);
  absl::Status DoExpectSilence();
  absl::Status DoCleanEnd();

  // Until a line of the adapter waits, or its output has ended.
  // FailedPrecondition if it reports nothing although it is alive.
  absl::Status AwaitReport(absl::string_view what);
  // The next report that is not `failed`; those end their calls here.
  absl::StatusOr<Report> NextReport(absl::string_view what);
  absl::StatusOr<Report> ParseReport(absl::string_view line) const;
  absl::Status EndCall(const std::string& tag, bool failed);
  absl::Status AwaitFailed(const std::string& tag);
  // Sends a nonce as an event and returns it.
  std::string SendBarrier();

  std::map<std::string, Call> calls_;
  std::set<uint32_t> in_flight_;
  std::set<std::string> probes_;
  uint64_t arrivals_ = 0;
  uint32_t barriers_ = 0;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_PLAY_PARENT_DRIVER_H_
