// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/watched_transport.h"

#include <sys/ioctl.h>
#include <sys/stat.h>

namespace forkrpc::cli {

absl::StatusOr<IoResult> WatchedTransport::Read(absl::Span<char> buffer,
                                                IoMode mode) {
  absl::StatusOr<IoResult> got = below_->Read(buffer, mode);
  if (!got.ok()) {
    // A local socket is reset when its peer closes it with octets unread.
    left_unread_ = true;
  } else if (got->kind == IoResult::kEof) {
    if (PipeHoldsOctets()) left_unread_ = true;
  } else if (got->kind == IoResult::kOctets) {
    received_ = true;
  }
  return got;
}

absl::StatusOr<IoResult> WatchedTransport::Write(
    absl::Span<const absl::string_view> buffers, IoMode mode) {
  absl::StatusOr<IoResult> put = below_->Write(buffers, mode);
  if (!put.ok()) {
    left_unread_ = true;
  } else if (put->kind == IoResult::kOctets) {
    written_ = true;
  }
  return put;
}

bool WatchedTransport::PipeHoldsOctets() const {
  struct stat kind;
  if (write_fd() < 0 || fstat(write_fd(), &kind) != 0) return false;
  // Of a socket FIONREAD counts the other direction.
  if (!S_ISFIFO(kind.st_mode)) return false;
  int octets = 0;
  return ioctl(write_fd(), FIONREAD, &octets) == 0 && octets > 0;
}

}  // namespace forkrpc::cli
