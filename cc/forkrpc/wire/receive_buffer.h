// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ReceiveBuffer: octets that have arrived and are not yet consumed, in one
// piece of memory, without trusting anything the peer says about their number.
//
// One thread at a time. Memory follows the octets received: the sum of all
// allocations alive at once is at most 2 x octets received + 64 KiB, whatever
// `wanted` says; and what a first block is larger than the usual one. In the
// steady state nothing is allocated or copied.
//
//   forkrpc::ReceiveBuffer buffer;
//   absl::Span<char> space = buffer.Prepare(/*wanted=*/2);
//   buffer.Commit(absl::string_view("hi").copy(space.data(), space.size()));
//   if (buffer.readable().size() >= 2) buffer.Consume(2);

#ifndef FORKRPC_WIRE_RECEIVE_BUFFER_H_
#define FORKRPC_WIRE_RECEIVE_BUFFER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace forkrpc {

// How it stays within its bound when a long frame arrives for the first time:
// doubling a block keeps the old one alive beside the new, which would cost
// three times the octets received. So octets that do not fit are gathered in
// overflow blocks, each no larger than what has arrived so far, and moved into
// one block when the frame is whole. That block stays, and the next frame of
// that size is received in place.
//
// Invariants:
//  1. begin_ <= end_ <= capacity_; the readable octets are [begin_, end_) of
//     main_, and those in overflow_ follow them.
//  2. If overflow_ is not empty, main_ is full: end_ == capacity_.
//  3. The memory alive is at most 2 x received_ + slack_.
//= spec/wire.md#FR-LIM-001
class ReceiveBuffer {
 public:
  // The allowance beyond twice the octets received.
  static constexpr size_t kSlack = size_t{64} << 10;
  // The first block, where nothing is said: about 1,300 small frames in one
  // read. What else it may be: at least a few frames, and no more than a typing
  // error should cost.
  static constexpr size_t kInitialCapacity = size_t{32} << 10;
  static constexpr size_t kLeastCapacity = 512;
  static constexpr size_t kMostCapacity = size_t{64} << 20;
  // The block grows to this size when reads keep filling it.
  static constexpr size_t kStreamCapacity = size_t{256} << 10;
  // A larger block is given back after so many fillings in a row that used less
  // than a quarter of it.
  static constexpr int kShrinkAfter = 16;

  // `first_capacity` octets are allocated for the first read; what is outside
  // kLeastCapacity to kMostCapacity counts as the nearer one. A smaller block
  // grows as soon as reads fill it, a larger one stays.
  explicit ReceiveBuffer(size_t first_capacity = kInitialCapacity);
  ReceiveBuffer(const ReceiveBuffer&) = delete;
  ReceiveBuffer& operator=(const ReceiveBuffer&) = delete;

  // Space for more octets, never empty. `wanted` is how many octets from the
  // front the next frame has, as far as known; it may be a lie. Ends the life
  // of views into readable().
  absl::Span<char> Prepare(size_t wanted);

  // `n` octets have been written to the front of the space last prepared.
  void Commit(size_t n);

  // The octets at the front that stand in one piece: all of buffered(), but for
  // those in overflow.
  absl::string_view readable() const {
    return absl::string_view(main_.get() + begin_, end_ - begin_);
  }

  // Octets received and not consumed.
  size_t buffered() const { return end_ - begin_ + overflow_size_; }

  // Octets received, ever.
  uint64_t received() const { return received_; }

  // Makes readable() all of buffered(). Views stay valid until Prepare().
  void Gather();

  // Copies the first `n` octets, or as many as are buffered, to `to`; returns
  // how many.
  size_t Peek(char* to, size_t n) const;

  // Takes `n` octets, at most readable().size(), from the front. They stay in
  // memory until Prepare().
  void Consume(size_t n) { begin_ += n; }

 private:
  struct Block {
    std::unique_ptr<char[]> octets;
    size_t capacity = 0;
    size_t size = 0;
  };

  // Whether `more` octets of memory may be alive beside what is now.
  bool MayAllocate(size_t more) const;
  // Chooses the size of the main block while it is empty.
  void ResizeEmpty(size_t wanted);
  // Moves the readable octets into a main block of `capacity`.
  void MoveToNewBlock(size_t capacity);
  absl::Span<char> PrepareOverflow(size_t wanted);

  const size_t first_capacity_;
  // kSlack, and what the first block is larger than kInitialCapacity.
  const size_t slack_;
  std::unique_ptr<char[]> main_;
  std::unique_ptr<char[]> retired_;  // what views may point into after Gather()
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t received_ = 0;  // octets committed, ever
  std::vector<Block> overflow_;
  size_t overflow_size_ = 0;  // octets in overflow_
  bool was_full_ = false;     // the block was filled to its end
  int small_fillings_ = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_WIRE_RECEIVE_BUFFER_H_
