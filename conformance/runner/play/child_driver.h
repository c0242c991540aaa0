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

#ifndef CONFORMANCE_RUNNER_PLAY_CHILD_DRIVER_H_
#define CONFORMANCE_RUNNER_PLAY_CHILD_DRIVER_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "conformance/runner/play/driver.h"
#include "conformance/runner/wire/frame_scanner.h"

namespace forkrpc::conformance {

// Invariants:
// 1. ids_ holds the id of every tag that was sent.
// 2. sent_ has scanned all octets that were queued; requests_ counts the whole
//    requests among them, answers_ the responses that came.
class ChildDriver : public Driver {
 public:
  ChildDriver(const CaseRun& run, uint64_t seed, Session* session)
      : Driver(run, seed, session),
        sent_(run.form == ASYNC ? Layout::kIdLength : Layout::kLength) {}

 protected:
  absl::Status DoForRole(const Step& step) override;
  std::string Describe(const Frame& frame) const override;
  std::string RemarkOnUnasked(const Frame& frame) const override;

 private:
  struct Expected {
    bool is_event = false;
    uint32_t id = 0;  // 0 in a response: any but 0
    std::string name;
    std::string payload;

    bool FitsId(uint32_t got) const;
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
  // The complaint about a frame that is none of those wanted.
  absl::Status Unwanted(const std::string& wanted, const Frame& frame,
                        const std::vector<Sequence>& sequences);
  void CountSent(const std::string& octets);
  absl::Status DoExpectSilence();
  absl::Status DoCleanEnd();
  std::string RequestFrame(uint32_t id, const std::string& payload) const;

  uint32_t next_id_ = 1;
  uint32_t barriers_ = 0;
  std::map<std::string, uint32_t> ids_;
  FrameScanner sent_;
  uint64_t requests_ = 0;
  uint64_t answers_ = 0;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_PLAY_CHILD_DRIVER_H_
