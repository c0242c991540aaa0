// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TeeDescriptor: writes to what a descriptor stands for, and never waits.
//
// It has a descriptor of its own, so that it goes on writing to the same place
// when the number is closed or given to something else. O_NONBLOCK belongs to
// the open file, which other processes may share, so it is never changed:
// a pipe or terminal is opened once more, to a socket it is said call by call,
// and where neither is possible poll() is asked first. A file on disk never
// makes a writer wait. SIGPIPE is never raised. One thread at a time; no
// allocation unless Open fails.
//
//   absl::StatusOr<forkrpc::TeeDescriptor> tee =
//       forkrpc::TeeDescriptor::Open(STDERR_FILENO);
//   if (!tee.ok()) return tee.status();
//   const forkrpc::TeeDescriptor::Written written = tee->Write("a line\n");

#ifndef FORKRPC_PROCESS_TEE_DESCRIPTOR_H_
#define FORKRPC_PROCESS_TEE_DESCRIPTOR_H_

#include <cstddef>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/owned_fd.h"

namespace forkrpc {

// Invariant: fd() is not the descriptor that was opened, and close-on-exec.
class TeeDescriptor {
 public:
  // What became of the octets behind those that were taken.
  enum class Rest { kNone, kWouldBlock, kRefused };
  struct Written {
    size_t octets;  // taken, from the front
    Rest rest;      // kRefused: the reader is gone, the disk is full, ...
  };

  // Writes to nothing.
  TeeDescriptor() = default;

  // Writes to what `fd` stands for; to nothing if `fd` is not open or not open
  // for writing. ResourceExhausted when no descriptor is left.
  static absl::StatusOr<TeeDescriptor> Open(int fd);

  // Whether there is anything to write to.
  bool valid() const { return fd_.valid(); }
  // For poll(); -1 if not valid().
  int fd() const { return fd_.get(); }

  // Writes as much of `octets` as is taken without waiting. Needs valid().
  Written Write(absl::string_view octets);

 private:
  enum class Way {
    kPlain,        // a file: never waits
    kSend,         // a socket
    kNonblocking,  // an open file of our own with O_NONBLOCK
    kPollFirst,    // somebody else's, in whatever mode
  };

  TeeDescriptor(OwnedFd fd, Way way, size_t most)
      : fd_(std::move(fd)), way_(way), most_(most) {}

  static absl::StatusOr<TeeDescriptor> Duplicate(int fd, Way way, size_t most);

  bool IsReady() const;

  OwnedFd fd_;
  Way way_ = Way::kPlain;
  size_t most_ = 0;  // octets for one write
};

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_TEE_DESCRIPTOR_H_
