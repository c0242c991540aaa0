// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SendQueue: frames waiting to be written, copied or borrowed.
//
// One thread at a time. Small payloads are copied behind their headers, so that
// a thousand calls are one buffer and one system call; a large payload may be
// borrowed from the caller and is then never copied. In the steady state
// nothing is allocated.
//
//   queue.Add(FrameLayout::kIdAndLength, 7, "hi", PayloadLifetime::kCopy);
//   ssize_t n = writev(fd, queue.Buffers());
//   queue.Consume(n);

#ifndef FORKRPC_CONNECTION_SEND_QUEUE_H_
#define FORKRPC_CONNECTION_SEND_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/base/copy_octets.h"
#include "forkrpc/wire/frame.h"
#include "forkrpc/wire/frame_encoder.h"

namespace forkrpc {

// Who keeps a payload until it has been written.
enum class PayloadLifetime {
  kCopy,    // the queue, in a copy
  kBorrow,  // the caller, until it was consumed or OwnBorrowed() was called
};

// Invariants:
//  1. Owned octets waiting are [begin_, end_) of block_, and those of pieces_.
//  2. pieces_ is in wire order; each entry's `behind` counts the octets of
//     block_ in front of it, from where block_ was last empty, of which gone_
//     have been consumed; it does not decrease.
//  3. pieces_size_ is the sum of the octets in pieces_.
//  4. The pieces before the one at `owned_` are not borrowed.
class SendQueue {
 public:
  // Buffers offered at once; more would not make a write cheaper.
  static constexpr size_t kMaxBuffers = 16;
  // A payload below this is copied even if it may be borrowed: the copy costs
  // less than another buffer in the system call.
  static constexpr size_t kMinBorrow = size_t{16} << 10;
  // A larger block is given back when the queue runs empty.
  static constexpr size_t kRetainedCapacity = size_t{1} << 20;

  SendQueue() = default;
  SendQueue(const SendQueue&) = delete;
  SendQueue& operator=(const SendQueue&) = delete;

  // Adds a frame; payload.size() must fit 32 bits.
  //= spec/wire.md#FR-FRM-008
  void Add(FrameLayout layout, uint32_t id, absl::string_view payload,
           PayloadLifetime lifetime) {
    const bool copy =
        lifetime == PayloadLifetime::kCopy || payload.size() < kMinBorrow;
    char* to = Extend(HeaderSize(layout) + (copy ? payload.size() : 0));
    to = EncodeHeader(layout, id, static_cast<uint32_t>(payload.size()), to);
    if (copy) {
      CopyOctets(to, payload.data(), payload.size());
    } else {
      Borrow(payload);
    }
  }

  // Octets waiting.
  size_t size() const { return end_ - begin_ + pieces_size_; }
  bool empty() const { return size() == 0; }

  // The front of what waits, in wire order; empty if nothing does. Valid until
  // the next call that is not const.
  absl::Span<const absl::string_view> Buffers();

  // `n` octets, at most those in Buffers(), have been written.
  //= spec/wire.md#FR-LIM-003
  void Consume(size_t n);

  // Copies what is still borrowed: the caller wants its memory back.
  void OwnBorrowed();

  // Forgets everything.
  void Clear();

 private:
  // A large payload, in its place among the octets of block_.
  struct Piece {
    uint64_t behind;
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

  std::unique_ptr<char[]> block_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t gone_ = 0;
  std::deque<Piece> pieces_;
  size_t pieces_size_ = 0;
  size_t owned_ = 0;
  absl::string_view buffers_[kMaxBuffers];
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_SEND_QUEUE_H_
