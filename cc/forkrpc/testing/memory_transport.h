// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// MemoryTransport: a Transport over two pipes in memory, without descriptors.
//
// For simulations: one thread, no system call, so a call never waits; a kBlock
// call that would have to is an error (Internal). Allocates nothing after
// construction. What a kernel would do is done here too: a full pipe takes a
// part or nothing, what was written before a close can still be read, writing
// to a reader that is gone is Unavailable.
//
//   MemoryPipe up(4096), down(4096);
//   MemoryTransport client(&down, &up), server(&up, &down);

#ifndef FORKRPC_TESTING_MEMORY_TRANSPORT_H_
#define FORKRPC_TESTING_MEMORY_TRANSPORT_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

// One direction. Invariant: the octets under way are the `size_` from `begin_`
// on, modulo the capacity.
class MemoryPipe {
 public:
  // `capacity` is at least 1.
  explicit MemoryPipe(size_t capacity) : ring_(capacity) {}

  // Takes as much as there is room for.
  size_t Put(absl::string_view octets) {
    const size_t n = std::min(octets.size(), ring_.size() - size_);
    const size_t at = (begin_ + size_) % ring_.size();
    const size_t first = std::min(n, ring_.size() - at);
    if (first > 0) std::memcpy(&ring_[at], octets.data(), first);
    if (n > first) std::memcpy(&ring_[0], octets.data() + first, n - first);
    size_ += n;
    return n;
  }

  size_t Get(absl::Span<char> to) {
    const size_t n = std::min(to.size(), size_);
    const size_t first = std::min(n, ring_.size() - begin_);
    if (first > 0) std::memcpy(to.data(), &ring_[begin_], first);
    if (n > first) std::memcpy(to.data() + first, &ring_[0], n - first);
    begin_ = (begin_ + n) % ring_.size();
    size_ -= n;
    return n;
  }

  size_t size() const { return size_; }
  bool full() const { return size_ == ring_.size(); }
  void CloseWriter() { writer_closed_ = true; }
  void CloseReader() { reader_closed_ = true; }
  bool writer_closed() const { return writer_closed_; }
  bool reader_closed() const { return reader_closed_; }

 private:
  std::vector<char> ring_;
  size_t begin_ = 0;
  size_t size_ = 0;
  bool writer_closed_ = false;
  bool reader_closed_ = false;
};

class MemoryTransport final : public Transport {
 public:
  // The pipes must outlive it.
  MemoryTransport(MemoryPipe* in, MemoryPipe* out) : in_(in), out_(out) {}
  ~MemoryTransport() override { Close(); }

  absl::StatusOr<IoResult> Read(absl::Span<char> buffer, IoMode mode) override {
    const size_t n = in_->Get(buffer);
    if (n > 0) return IoResult{IoResult::kOctets, n};
    if (in_->writer_closed()) return IoResult{IoResult::kEof, 0};
    return Blocked(mode);
  }

  absl::StatusOr<IoResult> Write(absl::Span<const absl::string_view> buffers,
                                 IoMode mode) override {
    if (out_->writer_closed()) {
      return absl::FailedPreconditionError("Write after ShutdownWrite");
    }
    if (out_->reader_closed()) {
      return absl::UnavailableError("cannot write to the peer: it is gone");
    }
    size_t taken = 0;
    for (const absl::string_view buffer : buffers) {
      const size_t n = out_->Put(buffer);
      taken += n;
      if (n < buffer.size()) break;
    }
    if (taken > 0) return IoResult{IoResult::kOctets, taken};
    return Blocked(mode);
  }

  absl::Status ShutdownWrite() override {
    out_->CloseWriter();
    return absl::OkStatus();
  }

  absl::Status SetReadTimeout(absl::Duration) override {
    return absl::FailedPreconditionError("a pipe in memory has no timeout");
  }

  int read_fd() const override { return -1; }
  int write_fd() const override { return -1; }

  // As closing both descriptors.
  void Close() {
    in_->CloseReader();
    out_->CloseWriter();
  }

 private:
  static absl::StatusOr<IoResult> Blocked(IoMode mode) {
    if (mode == IoMode::kNonBlock) return IoResult{IoResult::kWouldBlock, 0};
    return absl::InternalError("a blocking call would wait for ever");
  }

  MemoryPipe* const in_;
  MemoryPipe* const out_;
};

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_MEMORY_TRANSPORT_H_
