// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/send_queue.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace forkrpc {
namespace {

constexpr size_t kInitialCapacity = 4096;

}  // namespace

void SendQueue::Grow(size_t n) {
  const size_t waiting = end_ - begin_;
  // Moving down is enough, and cheap, if it frees at least half or moves
  // nothing.
  if (capacity_ - waiting >= n && (waiting == 0 || begin_ >= capacity_ / 2)) {
    std::memmove(block_.get(), block_.get() + begin_, waiting);
  } else {
    const size_t capacity =
        std::max({kInitialCapacity, 2 * capacity_, waiting + n});
    std::unique_ptr<char[]> block(new char[capacity]);
    if (waiting > 0) std::memcpy(block.get(), block_.get() + begin_, waiting);
    block_ = std::move(block);
    capacity_ = capacity;
  }
  begin_ = 0;
  end_ = waiting;
}

void SendQueue::Borrow(absl::string_view payload) {
  pieces_.push_back(Piece{gone_ + (end_ - begin_), payload, nullptr});
  pieces_size_ += payload.size();
}

absl::Span<const absl::string_view> SendQueue::Buffers() {
  size_t count = 0;
  size_t done = 0;  // octets of block_ already offered
  const auto offer_block_up_to = [&](size_t behind) {
    if (behind == done || count == kMaxBuffers) return;
    buffers_[count++] = {block_.get() + begin_ + done, behind - done};
    done = behind;
  };
  for (const Piece& piece : pieces_) {
    offer_block_up_to(piece.behind - gone_);
    if (count == kMaxBuffers) break;
    buffers_[count++] = piece.octets;
  }
  if (count < kMaxBuffers) offer_block_up_to(end_ - begin_);
  return absl::MakeConstSpan(buffers_, count);
}

void SendQueue::Consume(size_t n) {
  assert(n <= size());
  if (n == size()) {
    Clear();
    if (capacity_ > kRetainedCapacity) {
      block_.reset();
      capacity_ = 0;
    }
    return;
  }
  const auto consume_from_block = [this](size_t octets) {
    begin_ += octets;
    gone_ += octets;
  };
  while (n > 0 && !pieces_.empty()) {
    Piece& front = pieces_.front();
    const size_t before = std::min<size_t>(n, front.behind - gone_);
    consume_from_block(before);
    n -= before;
    const size_t taken = std::min(n, front.octets.size());
    front.octets.remove_prefix(taken);
    pieces_size_ -= taken;
    n -= taken;
    if (!front.octets.empty()) return;
    pieces_.pop_front();
    if (owned_ > 0) --owned_;
  }
  consume_from_block(n);
}

void SendQueue::OwnBorrowed() {
  if (owned_ == pieces_.size()) return;
  if (pieces_.size() == 1 && pieces_.front().behind - gone_ == end_ - begin_) {
    // One large payload behind everything else, as when one call is made at a
    // time: there may be room for it, and none has to be made each time anew.
    const absl::string_view octets = pieces_.front().octets;
    pieces_.clear();
    pieces_size_ = 0;
    std::memcpy(Extend(octets.size()), octets.data(), octets.size());
    return;
  }
  // Each is copied once, however many are queued.
  for (; owned_ < pieces_.size(); ++owned_) {
    Piece& piece = pieces_[owned_];
    piece.own.reset(new char[piece.octets.size()]);
    std::memcpy(piece.own.get(), piece.octets.data(), piece.octets.size());
    piece.octets = {piece.own.get(), piece.octets.size()};
  }
}

void SendQueue::Clear() {
  pieces_.clear();
  begin_ = end_ = pieces_size_ = owned_ = 0;
  gone_ = 0;
}

}  // namespace forkrpc
