// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// StderrCapture: keeps the end of what a worker writes to standard error.
//
// Owns the reading end of the worker's pipe, made non-blocking and enlarged,
// and keeps the last kTailOctets, whatever the amount written. It hands the
// octets on as well. One thread at a time. Allocates its buffer once.
//
//   int ends[2];
//   if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
//   forkrpc::StderrCapture capture{forkrpc::OwnedFd(ends[0])};
//   forkrpc::OwnedFd worker_side(ends[1]);
//   if (write(worker_side.get(), "no such table", 13) != 13) return {};
//   // When capture.fd() is readable:
//   capture.Drain([](absl::string_view octets) { std::clog << octets; });
//   std::cout << "its stderr ended: " << capture.PrintableTail() << "\n";

#ifndef FORKRPC_PROCESS_STDERR_CAPTURE_H_
#define FORKRPC_PROCESS_STDERR_CAPTURE_H_

#include <cstddef>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/owned_fd.h"

namespace forkrpc {

// What a worker can write before somebody must read. Modest, because the kernel
// counts pipe buffers per user.
inline constexpr int kStderrPipeOctets = 256 * 1024;

// Invariants: (1) tail() is the last min(kTailOctets, all) octets that were
// read; (2) fd() is -1 from the end of the stream on, while the descriptor
// stays open to destruction: whoever watches it in an event loop may end that
// first.
class StderrCapture {
 public:
  // Enough for the last words and a stack trace, short enough for an error.
  static constexpr size_t kTailOctets = 4096;
  // What one Drain reads at most, so that a flood cannot hold its caller.
  static constexpr size_t kMaxOctetsPerDrain = 1024 * 1024;

  // Takes `read_end` (-1: nothing to capture).
  explicit StderrCapture(OwnedFd read_end);

  // Readable when there is something to drain; -1 after the end.
  int fd() const { return ended_ ? -1 : read_end_.get(); }

  // Reads what is there without waiting for more, and hands it to `sink` in
  // pieces.
  void Drain(absl::FunctionRef<void(absl::string_view)> sink);

  // The last octets as they were written.
  absl::string_view tail() const { return tail_; }

  // The tail for an error text, see PrintableStderr; "..." stands for what is
  // cut off.
  std::string PrintableTail() const;

 private:
  void Append(absl::string_view octets);

  OwnedFd read_end_;
  bool ended_ = false;
  bool cut_ = false;  // octets have fallen off the front of the tail
  std::string tail_;
};

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_STDERR_CAPTURE_H_
