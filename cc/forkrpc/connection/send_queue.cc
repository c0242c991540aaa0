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
  borrowed_.push_back(Borrowed{end_ - begin_, payload});
  borrowed_size_ += payload.size();
}

absl::Span<const absl::string_view> SendQueue::Buffers() {
  size_t count = 0;
  size_t done = 0;  // owned octets already offered
  const auto offer_owned_up_to = [&](size_t behind) {
    if (behind == done || count == kMaxBuffers) return;
    buffers_[count++] = {block_.get() + begin_ + done, behind - done};
    done = behind;
  };
  for (const Borrowed& borrowed : borrowed_) {
    offer_owned_up_to(borrowed.behind);
    if (count == kMaxBuffers) break;
    buffers_[count++] = borrowed.octets;
  }
  if (count < kMaxBuffers) offer_owned_up_to(end_ - begin_);
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
  size_t owned = 0;  // owned octets consumed
  while (n > 0 && !borrowed_.empty()) {
    Borrowed& front = borrowed_.front();
    const size_t before = std::min(n, front.behind - owned);
    owned += before;
    n -= before;
    const size_t taken = std::min(n, front.octets.size());
    front.octets.remove_prefix(taken);
    borrowed_size_ -= taken;
    n -= taken;
    if (!front.octets.empty()) break;
    borrowed_.pop_front();
  }
  if (borrowed_.empty()) owned += n;
  begin_ += owned;
  for (Borrowed& borrowed : borrowed_) borrowed.behind -= owned;
}

void SendQueue::OwnBorrowed() {
  if (borrowed_.empty()) return;
  if (borrowed_.size() == 1 && borrowed_.front().behind == end_ - begin_) {
    // One large payload behind everything else, as when one call is made at a
    // time: there may be room for it, and none has to be made each time anew.
    const absl::string_view octets = borrowed_.front().octets;
    borrowed_.clear();
    borrowed_size_ = 0;
    std::memcpy(Extend(octets.size()), octets.data(), octets.size());
    return;
  }
  const size_t all = size();
  std::unique_ptr<char[]> block(new char[all]);
  char* to = block.get();
  size_t done = 0;
  const auto copy = [&to](const char* from, size_t n) {
    if (n > 0) std::memcpy(to, from, n);
    to += n;
  };
  for (const Borrowed& borrowed : borrowed_) {
    copy(block_.get() + begin_ + done, borrowed.behind - done);
    done = borrowed.behind;
    copy(borrowed.octets.data(), borrowed.octets.size());
  }
  copy(block_.get() + begin_ + done, end_ - begin_ - done);
  borrowed_.clear();
  borrowed_size_ = 0;
  block_ = std::move(block);
  capacity_ = end_ = all;
  begin_ = 0;
}

void SendQueue::Clear() {
  borrowed_.clear();
  begin_ = end_ = borrowed_size_ = 0;
}

}  // namespace forkrpc
