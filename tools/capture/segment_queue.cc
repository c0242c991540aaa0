// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/capture/segment_queue.h"

#include <algorithm>
#include <utility>

namespace forkrpc::capture {
namespace {

// What a segment that waits takes beside its octets, about.
constexpr size_t kSegmentCost = 128;

}  // namespace

absl::Status SegmentQueue::Add(int64_t offset, absl::string_view octets,
                               uint64_t length, DirectionListener* listener) {
  if (offset < 0) {
    const uint64_t before = 0 - static_cast<uint64_t>(offset);
    octets.remove_prefix(
        static_cast<size_t>(std::min<uint64_t>(before, octets.size())));
    length -= std::min(before, length);
    offset = 0;
  }
  const auto from = static_cast<uint64_t>(offset);
  if (from + length <= next_) return absl::OkStatus();
  if (from > next_) {
    Wait(from, octets, length);
    while (waiting_octets_ > kMostWaiting) {
      const absl::Status status = GiveUpGap(listener);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }
  const absl::Status status = HandOutSegment(from, octets, length, listener);
  return status.ok() ? HandOut(listener) : status;
}

absl::Status SegmentQueue::AddEnd(int64_t offset, DirectionListener* listener) {
  if (end_.has_value()) return absl::OkStatus();
  end_ = static_cast<uint64_t>(std::max<int64_t>(offset, 0));
  return HandOut(listener);
}

absl::Status SegmentQueue::Finish(DirectionListener* listener) {
  while (!waiting_.empty()) {
    const absl::Status status = GiveUpGap(listener);
    if (!status.ok()) return status;
  }
  if (end_.has_value() && *end_ > next_) {
    const uint64_t offset = std::exchange(next_, *end_);
    const absl::Status status =
        listener->OnGap(offset, next_ - offset, Missing::kNotCaptured);
    if (!status.ok()) return status;
  }
  return HandOut(listener);
}

absl::Status SegmentQueue::HandOut(DirectionListener* listener) {
  while (!waiting_.empty() && waiting_.begin()->first <= next_) {
    const uint64_t offset = waiting_.begin()->first;
    const Segment segment = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    waiting_octets_ -= kSegmentCost + segment.octets.size();
    const absl::Status status =
        HandOutSegment(offset, segment.octets, segment.length, listener);
    if (!status.ok()) return status;
  }
  if (ended_ || !end_.has_value() || next_ < *end_) return absl::OkStatus();
  ended_ = true;
  return listener->OnHalfClose();
}

absl::Status SegmentQueue::HandOutSegment(uint64_t offset,
                                          absl::string_view octets,
                                          uint64_t length,
                                          DirectionListener* listener) {
  const uint64_t behind = offset + length;
  if (behind <= next_) return absl::OkStatus();
  const uint64_t known = next_ - offset;
  if (known < octets.size()) {
    octets.remove_prefix(static_cast<size_t>(known));
    next_ += octets.size();
    const absl::Status status = listener->OnOctets(octets);
    if (!status.ok()) return status;
  }
  if (next_ == behind) return absl::OkStatus();
  const uint64_t gap = std::exchange(next_, behind);
  return listener->OnGap(gap, behind - gap, Missing::kCut);
}

absl::Status SegmentQueue::GiveUpGap(DirectionListener* listener) {
  const uint64_t offset = std::exchange(next_, waiting_.begin()->first);
  const absl::Status status =
      listener->OnGap(offset, next_ - offset, Missing::kNotCaptured);
  return status.ok() ? HandOut(listener) : status;
}

void SegmentQueue::Wait(uint64_t offset, absl::string_view octets,
                        uint64_t length) {
  const auto [at, is_new] = waiting_.try_emplace(offset);
  Segment& segment = at->second;
  if (is_new) {
    waiting_octets_ += kSegmentCost;
  } else if (segment.octets.size() >= octets.size() &&
             segment.length >= length) {
    return;
  }
  waiting_octets_ -= segment.octets.size();
  if (is_new || segment.octets.size() < octets.size()) {
    segment.octets.assign(octets.data(), octets.size());
  }
  segment.length = is_new ? length : std::max(segment.length, length);
  waiting_octets_ += segment.octets.size();
}

}  // namespace forkrpc::capture
