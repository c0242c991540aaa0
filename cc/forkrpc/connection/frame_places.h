// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FramePlaces: where in a SendQueue which frame begins, and where frames were
// taken out.
//
// Knows places only, which are counts of octets, and no octets. A queue has one
// from the first removal until it runs empty: who removes nothing pays nothing.
// One thread at a time. Each function takes logarithmic time, but for
// CloseHoles(), which looks at everything. Memory follows the frames.
//
//   forkrpc::FramePlaces places(0);
//   places.Append(7, 10);  // in [0, 10)
//   places.Append(8, 20);  // in [10, 30)
//   std::optional<uint64_t> place = places.Take(7, 0);
//   if (place.has_value()) places.AddHole(*place, *place + 10);
//   std::cout << places.holes().size() << "\n";  // 1

#ifndef FORKRPC_CONNECTION_FRAME_PLACES_H_
#define FORKRPC_CONNECTION_FRAME_PLACES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/btree_map.h"

namespace forkrpc {

// Invariants:
//  1. frames_ is in the order of places, which is the order in which ids were
//     given: counted up, with gaps, from 0xFFFFFFFF to 1.
//  2. holes_ has the ends of the holes by their beginnings; no two touch.
class FramePlaces {
 public:
  using Holes = absl::btree_map<uint64_t, uint64_t>;

  // The first frame will begin at `begin`.
  explicit FramePlaces(uint64_t begin) : end_(begin) {}

  // A frame of `size` octets behind all others.
  void Append(uint32_t id, uint64_t size) {
    frames_.push_back(Frame{end_, id, false});
    end_ += size;
  }
  // Where the next one begins.
  uint64_t end() const { return end_; }
  // It begins there if that is further: what was in front need not be known.
  void SkipTo(uint64_t place) { end_ = std::max(end_, place); }
  size_t size() const { return frames_.size(); }

  // Gives the frames from the one at `index` on ids that end with `last`.
  void Number(size_t index, uint32_t last);

  // Where the frame with `id` begins, if that is at `from` or behind it; it is
  // taken then, and not found a second time.
  std::optional<uint64_t> Take(uint32_t id, uint64_t from);

  // What is between `begin` and `end` is no more.
  void AddHole(uint64_t begin, uint64_t end);
  const Holes& holes() const { return holes_; }
  // All in front of it is written, so that nobody meets it any more.
  void DropFirstHole() { holes_.erase(holes_.begin()); }

  // What is behind holes moves down by their size, so that there are none.
  // Forgets the frames in front of `from`, and those that were taken.
  void CloseHoles(uint64_t from);

 private:
  struct Frame {
    uint64_t begin;
    uint32_t id;
    bool taken;
  };

  std::vector<Frame> frames_;
  Holes holes_;
  uint64_t end_;
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_FRAME_PLACES_H_
