// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/frame_places.h"

#include <algorithm>
#include <iterator>

namespace forkrpc {

void FramePlaces::Number(size_t index, uint32_t last) {
  for (size_t i = frames_.size(); i-- > index;) {
    frames_[i].id = last;
    // 0 is never an id.
    last = last == 1 ? 0xFFFFFFFF : last - 1;
  }
}

std::optional<uint64_t> FramePlaces::Take(uint32_t id, uint64_t from) {
  const auto first = std::lower_bound(
      frames_.begin(), frames_.end(), from,
      [](const Frame& frame, uint64_t place) { return frame.begin < place; });
  if (first == frames_.end()) return std::nullopt;
  // Ids wrap: it is their distance from the first that ascends.
  const uint32_t oldest = first->id;
  const auto found =
      std::lower_bound(first, frames_.end(), id - oldest,
                       [oldest](const Frame& frame, uint32_t distance) {
                         return frame.id - oldest < distance;
                       });
  if (found == frames_.end() || found->id != id || found->taken) {
    return std::nullopt;
  }
  found->taken = true;
  return found->begin;
}

void FramePlaces::AddHole(uint64_t begin, uint64_t end) {
  auto next = holes_.lower_bound(begin);
  if (next != holes_.end() && next->first == end) {
    end = next->second;
    next = holes_.erase(next);
  }
  if (next != holes_.begin() && std::prev(next)->second == begin) {
    std::prev(next)->second = end;
  } else {
    holes_.emplace_hint(next, begin, end);
  }
}

void FramePlaces::CloseHoles(uint64_t from) {
  uint64_t closed = 0;
  auto hole = holes_.begin();
  size_t kept = 0;
  for (Frame frame : frames_) {
    if (frame.taken || frame.begin < from) continue;
    for (; hole != holes_.end() && hole->first < frame.begin; ++hole) {
      closed += hole->second - hole->first;
    }
    frame.begin -= closed;
    frames_[kept++] = frame;
  }
  frames_.resize(kept);
  for (; hole != holes_.end(); ++hole) closed += hole->second - hole->first;
  end_ -= closed;
  holes_.clear();
}

}  // namespace forkrpc
