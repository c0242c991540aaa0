// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SegmentQueue: one direction of a captured TCP stream, put in order.
//
// Segments come in any order, more than once and overlapping; octets go out in
// order and once. What never comes is a gap, which is named when the capture
// ends or when more than kMostWaiting octets wait behind it. Octets that were
// sent again are taken as they came first. One thread; memory is that of the
// octets that wait, and a segment in order does not. The first error of the
// listener is returned and no more is handed out.
//
//   SegmentQueue queue;
//   absl::Status status = queue.Add(0, "abc", 3, &listener);
//   if (status.ok()) status = queue.Finish(&listener);

#ifndef TOOLS_CAPTURE_SEGMENT_QUEUE_H_
#define TOOLS_CAPTURE_SEGMENT_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace forkrpc::capture {

// Why octets are not there.
enum class Missing {
  kNotCaptured,  // their segment is not in the capture
  kCut,          // their segment is, but its end was left out
};

class DirectionListener {
 public:
  virtual ~DirectionListener() = default;

  // The next octets; never none.
  virtual absl::Status OnOctets(absl::string_view octets) = 0;
  // The next `length` octets, at `offset` of the direction, are not there.
  virtual absl::Status OnGap(uint64_t offset, uint64_t length, Missing why) = 0;
  // The direction ended in order. Once.
  virtual absl::Status OnHalfClose() = 0;
};

// Invariants:
// 1. All that lies before next_ was handed out, or named as a gap.
// 2. Between calls each segment that waits begins behind next_.
class SegmentQueue {
 public:
  static constexpr size_t kMostWaiting = size_t{16} << 20;

  // A segment of `length` octets at `offset` of the direction, of which the
  // capture has `octets`, the first ones. A negative offset is before the
  // direction's beginning: that much is left out.
  absl::Status Add(int64_t offset, absl::string_view octets, uint64_t length,
                   DirectionListener* listener);

  // The direction ends at that offset. A second end is left out.
  absl::Status AddEnd(int64_t offset, DirectionListener* listener);

  // The capture has ended: names the gaps, and hands out what waits.
  absl::Status Finish(DirectionListener* listener);

  // How many octets were handed out or named as gaps.
  uint64_t next() const { return next_; }

 private:
  struct Segment {
    std::string octets;
    uint64_t length;
  };

  // Hands out what is in order.
  absl::Status HandOut(DirectionListener* listener);
  absl::Status HandOutSegment(uint64_t offset, absl::string_view octets,
                              uint64_t length, DirectionListener* listener);
  // Gives the first gap up, and hands out what waits behind it.
  absl::Status GiveUpGap(DirectionListener* listener);
  void Wait(uint64_t offset, absl::string_view octets, uint64_t length);

  uint64_t next_ = 0;
  std::map<uint64_t, Segment> waiting_;  // by offset
  size_t waiting_octets_ = 0;            // with what a segment itself takes
  std::optional<uint64_t> end_;
  bool ended_ = false;  // OnHalfClose() was called
};

}  // namespace forkrpc::capture

#endif  // TOOLS_CAPTURE_SEGMENT_QUEUE_H_
