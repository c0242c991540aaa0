// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// StderrCapture: keeps the end of what a worker writes to standard error.
//
// Owns the reading end of the worker's pipe, made non-blocking and enlarged,
// and keeps the last kTailOctets, whatever the amount written. It can hand the
// octets on as well. One thread at a time. Allocates its buffer once.
//
//   forkrpc::StderrCapture capture(std::move(read_end), STDERR_FILENO);
//   capture.Drain();                           // when capture.fd() is readable
//   Log("its stderr ended: ", capture.PrintableTail());

#ifndef FORKRPC_PROCESS_STDERR_CAPTURE_H_
#define FORKRPC_PROCESS_STDERR_CAPTURE_H_

#include <cstddef>
#include <string>

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

  // Takes `read_end` (-1: nothing to capture). Octets read are written to
  // `forward_fd` too unless it is -1; it is not owned, and what it refuses is
  // lost.
  StderrCapture(OwnedFd read_end, int forward_fd);

  // Readable when there is something to drain; -1 after the end.
  int fd() const { return ended_ ? -1 : read_end_.get(); }

  // Reads what is there without waiting for more. Forwarding may wait for
  // whoever reads forward_fd, as any write to standard error does.
  void Drain();

  // The last octets as they were written.
  absl::string_view tail() const { return tail_; }

  // The tail for an error text, see PrintableStderr.
  std::string PrintableTail() const;

 private:
  void Append(absl::string_view octets);

  OwnedFd read_end_;
  int forward_fd_;
  bool ended_ = false;
  bool cut_ = false;  // octets have fallen off the front of the tail
  std::string tail_;
};

// `octets` on one line and without control octets: " | " for line ends, \xNN
// for octets outside printable ASCII. Line ends at the end are dropped.
std::string PrintableStderr(absl::string_view octets);

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_STDERR_CAPTURE_H_
