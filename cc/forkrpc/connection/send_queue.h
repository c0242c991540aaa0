// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SendQueue: frames waiting to be written, copied or borrowed.
//
// One thread at a time. Small payloads are copied behind their headers, so that
// a thousand calls are one buffer and one system call; a large payload may be
// borrowed from the caller and is then never copied. A frame of which nothing
// was written may be removed: that takes logarithmic time, and only who does it
// pays for it. In the steady state nothing is allocated.
//
//   forkrpc::SendQueue queue(forkrpc::FrameLayout::kIdAndLength);
//   queue.Add(7, "hi", forkrpc::PayloadLifetime::kCopy);
//   queue.Add(8, "not sent", forkrpc::PayloadLifetime::kCopy);
//   queue.Remove(8, 8);
//   std::string written;
//   for (absl::string_view octets : queue.Buffers()) {
//     absl::StrAppend(&written, octets);
//   }
//   queue.Consume(written.size());

#ifndef FORKRPC_CONNECTION_SEND_QUEUE_H_
#define FORKRPC_CONNECTION_SEND_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/base/big_endian.h"
#include "forkrpc/base/copy_octets.h"
#include "forkrpc/connection/frame_places.h"
#include "forkrpc/wire/frame.h"
#include "forkrpc/wire/frame_encoder.h"

namespace forkrpc {

// Who keeps a payload until it has been written.
enum class PayloadLifetime {
  kCopy,    // the queue, in a copy
  kBorrow,  // the caller, until it was consumed or OwnBorrowed() was called
};

// A place is a count of octets of block_, from where it was last empty.
//
// Invariants:
//  1. Owned octets waiting are [begin_, end_) of block_ but for the holes in
//     places_, and those of pieces_. begin_ is at the place gone_.
//  2. pieces_ is in wire order; each is behind the octets in front of its place
//     `behind`, which ascends. Pieces of removed frames are empty.
//  3. size_beside_ is the sum of the octets in pieces_, less those in holes. It
//     may wrap below 0; size() does not.
//  4. The pieces before the one at `owned_` are not borrowed.
//  5. The frames from the place whole_ on, and none before it, are those of
//     which nothing is consumed. All holes are behind it, none is at gone_.
class SendQueue {
 public:
  // Buffers offered at once; more would not make a write cheaper.
  static constexpr size_t kMaxBuffers = 16;
  // A payload below this is copied even if it may be borrowed: the copy costs
  // less than another buffer in the system call.
  static constexpr size_t kMinBorrow = size_t{16} << 10;
  // A larger block is given back when the queue runs empty.
  static constexpr size_t kRetainedCapacity = size_t{1} << 20;

  // All frames have `layout`.
  explicit SendQueue(FrameLayout layout) : layout_(layout) {}
  SendQueue(const SendQueue&) = delete;
  SendQueue& operator=(const SendQueue&) = delete;

  // Adds a frame; payload.size() must fit 32 bits.
  //= spec/wire.md#FR-FRM-008
  void Add(uint32_t id, absl::string_view payload, PayloadLifetime lifetime) {
    const bool copy =
        lifetime == PayloadLifetime::kCopy || payload.size() < kMinBorrow;
    char* to = Extend(HeaderSize(layout_) + (copy ? payload.size() : 0));
    to = EncodeHeader(layout_, id, static_cast<uint32_t>(payload.size()), to);
    if (copy) {
      CopyOctets(to, payload.data(), payload.size());
    } else {
      Borrow(payload);
    }
  }

  // Octets waiting.
  size_t size() const { return end_ - begin_ + size_beside_; }
  bool empty() const { return size() == 0; }

  // The front of what waits, in wire order; empty if nothing does. Valid until
  // the next call that is not const.
  absl::Span<const absl::string_view> Buffers();

  // `n` octets, at most those in Buffers(), have been written.
  //= spec/wire.md#FR-LIM-003
  void Consume(size_t n);

  // Removes the frame that was added with `id`, unless some of it is consumed,
  // or there is none: false then. Its payload is borrowed no more. Ids must
  // have been counted up, as those of calls are; `newest` was added last, and
  // if the layout has no id none was left out before it.
  bool Remove(uint32_t id, uint32_t newest) {
    return !empty() && RemoveWaiting(id, newest);
  }

  // Copies what is still borrowed: the caller wants its memory back.
  void OwnBorrowed();

  // Forgets everything.
  void Clear();

 private:
  // A large payload, in its place among the octets of block_.
  struct Piece {
    uint64_t behind;  // a place
    absl::string_view octets;
    std::unique_ptr<char[]> own;  // where they are, unless they are borrowed
  };

  // Room for `n` more owned octets, counted as waiting.
  char* Extend(size_t n) {
    if (capacity_ - end_ < n) Grow(n);
    char* const at = block_.get() + end_;
    end_ += n;
    return at;
  }
  void Grow(size_t n);
  void Borrow(absl::string_view payload);

  // The place behind all octets.
  uint64_t end_place() const { return gone_ + (end_ - begin_); }
  char* at(uint64_t place) const {
    return block_.get() + begin_ + static_cast<ptrdiff_t>(place - gone_);
  }
  uint32_t LengthAt(uint64_t frame) const {
    return LoadBigEndian32(at(frame) + HeaderSize(layout_) - 4);
  }
  // The first piece that is behind `place` and not at it.
  std::deque<Piece>::iterator PieceBehind(uint64_t place);
  void PopPiece();
  bool FrontIsHole() const;
  void DropFrontHole();
  // Moves whole_ behind the frames that have begun to be consumed.
  void FindWhole();
  bool RemoveWaiting(uint32_t id, uint32_t newest);
  // Has places_ know all frames.
  void FindPlaces(uint32_t newest);
  // Moves octets so that there are no holes; returns the size of those.
  size_t CloseHoles();
  // Clear(), and gives a large block back.
  void RunEmpty();

  const FrameLayout layout_;
  std::unique_ptr<char[]> block_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t gone_ = 0;
  uint64_t whole_ = 0;
  std::deque<Piece> pieces_;
  size_t size_beside_ = 0;
  size_t owned_ = 0;
  std::unique_ptr<FramePlaces> places_;  // null until a frame is removed
  absl::string_view buffers_[kMaxBuffers];
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_SEND_QUEUE_H_
