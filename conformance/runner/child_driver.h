// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ChildDriver: the runner as parent, for testees that are children.
//
// It gives each request its id (1, 2, 3, ... in the async form), knows which id
// each tag has, and compares frames with what the case expects, in any order
// that the case allows. See Driver for threads and errors.
//
//   ChildDriver driver(run, seed, &session);
//   absl::Status status = driver.Do(step);

#ifndef CONFORMANCE_RUNNER_CHILD_DRIVER_H_
#define CONFORMANCE_RUNNER_CHILD_DRIVER_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "conformance/runner/driver.h"

namespace forkrpc::conformance {

// Invariant: ids_ holds the id of every tag that was sent.
class ChildDriver : public Driver {
 public:
  ChildDriver(const CaseRun& run, uint64_t seed, Session* session)
      : Driver(run, seed, session) {}

 protected:
  absl::Status DoForRole(const Step& step) override;
  std::string Describe(const Frame& frame) const override;

 private:
  struct Expected {
    bool is_event = false;
    uint32_t id = 0;  // 0 in a response: any but 0
    std::string name;
    std::string payload;

    bool FitsHeader(const FrameHeader& header) const;
    std::string Text() const;
  };
  using Sequence = std::deque<Expected>;

  absl::Status DoSend(const Send& send);
  absl::Status AddRequests(const Request& request,
                           std::vector<std::string>* items);
  absl::Status DoExpectFrames(const ExpectFrames& expect);
  absl::Status AddExpected(const ExpectFrames::Item& item, Sequence* sequence);
  absl::Status Await(std::vector<Sequence>* sequences);
  absl::Status DoExpectSilence();
  absl::Status DoCleanEnd();
  std::string RequestFrame(uint32_t id, const std::string& payload) const;

  uint32_t next_id_ = 1;
  uint32_t barriers_ = 0;
  std::map<std::string, uint32_t> ids_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CHILD_DRIVER_H_
