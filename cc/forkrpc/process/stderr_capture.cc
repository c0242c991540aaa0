// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/stderr_capture.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/process/printable_stderr.h"

namespace forkrpc {
StderrCapture::StderrCapture(OwnedFd read_end)
    : read_end_(std::move(read_end)) {
  if (!read_end_.valid()) return;
  // Our end is ours alone: the worker has the other one.
  fcntl(read_end_.get(), F_SETFL, O_RDONLY | O_NONBLOCK);
#ifdef F_SETPIPE_SZ
  // Refused where the user has too many pipe buffers: the default will do.
  fcntl(read_end_.get(), F_SETPIPE_SZ, kStderrPipeOctets);
#endif
  tail_.reserve(kTailOctets);
}

void StderrCapture::Drain(absl::FunctionRef<void(absl::string_view)> sink) {
  char buffer[16 * 1024];
  size_t drained = 0;
  while (fd() >= 0 && drained < kMaxOctetsPerDrain) {
    const ssize_t got = read(read_end_.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      ended_ = true;
      return;
    }
    const absl::string_view octets(buffer, static_cast<size_t>(got));
    Append(octets);
    sink(octets);
    drained += octets.size();
  }
}

void StderrCapture::Append(absl::string_view octets) {
  if (tail_.size() + octets.size() > kTailOctets) {
    cut_ = true;
    const size_t from_new = std::min(octets.size(), kTailOctets);
    octets.remove_prefix(octets.size() - from_new);
    const size_t from_old = std::min(tail_.size(), kTailOctets - from_new);
    tail_.erase(0, tail_.size() - from_old);
  }
  tail_.append(octets.data(), octets.size());
}

std::string StderrCapture::PrintableTail() const {
  return absl::StrCat(cut_ ? "..." : "", PrintableStderr(tail_));
}

}  // namespace forkrpc
