// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WeakHandle<T>: a pointer to a T that becomes null when the T is gone.
//
// What std::weak_ptr is, for one thread only: the loop's. It costs a counter
// that is not atomic, which shows with millions of calls a second. The T has a
// WeakSource, which makes handles; a handle may outlive both. Allocates once
// for each WeakSource.
//
//   struct Server {
//     forkrpc::WeakSource<Server> source{this};
//   };
//   auto server = std::make_unique<Server>();
//   forkrpc::WeakHandle<Server> handle = server->source.MakeHandle();
//   server.reset();
//   if (handle.get() == nullptr && handle.is_set()) std::cout << "gone\n";

#ifndef FORKRPC_SERVER_WEAK_HANDLE_H_
#define FORKRPC_SERVER_WEAK_HANDLE_H_

#include <cstddef>
#include <utility>

namespace forkrpc {

template <typename T>
class WeakSource;

// Invariant: block_ is null if the handle was made of nothing, moved from or
// reset; else this is one of block_->holders.
template <typename T>
class WeakHandle {
 public:
  WeakHandle() = default;
  WeakHandle(WeakHandle&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)) {}
  WeakHandle& operator=(WeakHandle&& other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~WeakHandle() { reset(); }

  // The T, or null if it is gone or the handle is not set.
  T* get() const { return block_ == nullptr ? nullptr : block_->target; }
  bool is_set() const { return block_ != nullptr; }

  void reset() {
    if (block_ != nullptr) std::exchange(block_, nullptr)->Release();
  }

 private:
  friend class WeakSource<T>;

  struct Block {
    void Release() {
      if (--holders == 0) delete this;
    }

    T* target;
    size_t holders;
  };

  explicit WeakHandle(Block* block) : block_(block) { ++block_->holders; }

  Block* block_ = nullptr;
};

// Part of the T, or kept by it.
template <typename T>
class WeakSource {
 public:
  explicit WeakSource(T* target)
      : block_(new typename WeakHandle<T>::Block{target, 1}) {}
  WeakSource(const WeakSource&) = delete;
  WeakSource& operator=(const WeakSource&) = delete;
  ~WeakSource() {
    Cut();
    block_->Release();
  }

  WeakHandle<T> MakeHandle() const { return WeakHandle<T>(block_); }

  // All handles say null from now on.
  void Cut() { block_->target = nullptr; }

 private:
  typename WeakHandle<T>::Block* const block_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_WEAK_HANDLE_H_
