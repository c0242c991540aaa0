// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/wire/receive_buffer.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace forkrpc {
namespace {

// Below this much free space a read is not worth a system call: the octets in
// front are moved down first.
constexpr size_t kMinSpace = 4096;

// Of kSlack, for what stands beside the blocks: the allocator's rounding, and
// the rest of a connection.
constexpr size_t kBeside = size_t{8} << 10;

// Uninitialised, unlike std::make_unique.
std::unique_ptr<char[]> AllocateOctets(size_t n) {
  return std::unique_ptr<char[]>(new char[n]);
}

}  // namespace

ReceiveBuffer::ReceiveBuffer(size_t first_capacity)
    : first_capacity_(
          std::max(kLeastCapacity, std::min(first_capacity, kMostCapacity))),
      slack_(kSlack + std::max(first_capacity_, kInitialCapacity) -
             kInitialCapacity) {}

bool ReceiveBuffer::MayAllocate(size_t more) const {
  assert(overflow_.empty());
  return capacity_ + more + kBeside <= 2 * received_ + slack_;
}

absl::Span<char> ReceiveBuffer::Prepare(size_t wanted) {
  retired_.reset();
  if (!overflow_.empty()) return PrepareOverflow(wanted);
  if (begin_ == end_) ResizeEmpty(wanted);

  const bool fits_here = wanted <= capacity_ - begin_;
  if (begin_ > 0 && (!fits_here || capacity_ - end_ < kMinSpace)) {
    std::memmove(main_.get(), main_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  // A small block that is never empty when it is full, since a part of a frame
  // is left, would never grow.
  if (was_full_ && capacity_ < kInitialCapacity && wanted <= capacity_) {
    was_full_ = false;
    wanted = 2 * capacity_;
  }
  if (wanted > capacity_ && MayAllocate(wanted)) MoveToNewBlock(wanted);
  if (end_ == capacity_) return PrepareOverflow(wanted);
  return absl::MakeSpan(main_.get() + end_, capacity_ - end_);
}

void ReceiveBuffer::ResizeEmpty(size_t wanted) {
  const size_t used = end_;
  begin_ = end_ = 0;
  size_t capacity = std::max(capacity_, first_capacity_);
  if (was_full_ && capacity < kStreamCapacity) capacity *= 2;
  was_full_ = false;

  small_fillings_ = used < capacity_ / 4 ? small_fillings_ + 1 : 0;
  if (capacity > kStreamCapacity && small_fillings_ >= kShrinkAfter) {
    capacity = std::max(first_capacity_, std::min(wanted, kStreamCapacity));
    small_fillings_ = 0;
  }
  if (capacity == capacity_) return;
  // The old block is freed first, so that only the new one counts. It may be
  // made: a block is doubled only when it was filled, and the first fits
  // slack_.
  capacity_ = 0;
  assert(MayAllocate(capacity));
  main_.reset();
  main_ = AllocateOctets(capacity);
  capacity_ = capacity;
}

void ReceiveBuffer::MoveToNewBlock(size_t capacity) {
  std::unique_ptr<char[]> block = AllocateOctets(capacity);
  const size_t size = end_ - begin_;
  if (size > 0) std::memcpy(block.get(), main_.get() + begin_, size);
  main_ = std::move(block);
  capacity_ = capacity;
  begin_ = 0;
  end_ = size;
}

absl::Span<char> ReceiveBuffer::PrepareOverflow(size_t wanted) {
  assert(end_ == capacity_);
  if (overflow_.empty() || overflow_.back().size == overflow_.back().capacity) {
    // No more than has arrived, so that the sum stays below twice that; where
    // no frame asks for it, just enough for a read.
    const size_t missing = wanted > buffered()
                               ? std::min(wanted - buffered(), buffered())
                               : kMinSpace;
    overflow_.push_back(Block{AllocateOctets(missing), missing, 0});
  }
  Block& last = overflow_.back();
  return absl::MakeSpan(last.octets.get() + last.size,
                        last.capacity - last.size);
}

void ReceiveBuffer::Commit(size_t n) {
  received_ += n;
  if (overflow_.empty()) {
    assert(n <= capacity_ - end_);
    end_ += n;
    if (end_ == capacity_) was_full_ = true;
    return;
  }
  Block& last = overflow_.back();
  assert(n <= last.capacity - last.size);
  last.size += n;
  overflow_size_ += n;
}

void ReceiveBuffer::Gather() {
  if (overflow_.empty()) return;
  const size_t size = buffered();
  std::unique_ptr<char[]> block = AllocateOctets(size);
  Peek(block.get(), size);
  overflow_.clear();
  overflow_size_ = 0;
  retired_ = std::move(main_);
  main_ = std::move(block);
  capacity_ = end_ = size;
  begin_ = 0;
}

size_t ReceiveBuffer::Peek(char* to, size_t n) const {
  const size_t wanted = n;
  const auto copy = [&to, &n](const char* from, size_t size) {
    size = std::min(size, n);
    if (size > 0) std::memcpy(to, from, size);
    to += size;
    n -= size;
  };
  copy(main_.get() + begin_, end_ - begin_);
  for (const Block& part : overflow_) copy(part.octets.get(), part.size);
  return wanted - n;
}

}  // namespace forkrpc
