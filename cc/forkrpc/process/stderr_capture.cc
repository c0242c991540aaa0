// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/stderr_capture.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/transport/sigpipe_guard.h"

namespace forkrpc {
namespace {

// Writes all of `octets`; gives up at the first error.
void Forward(int fd, absl::string_view octets) {
  SigpipeGuard guard;
  while (!octets.empty()) {
    const ssize_t taken = write(fd, octets.data(), octets.size());
    if (taken < 0 && errno == EINTR) continue;
    if (taken < static_cast<ssize_t>(octets.size())) guard.DiscardRaised();
    if (taken <= 0) return;
    octets.remove_prefix(static_cast<size_t>(taken));
  }
}

}  // namespace

StderrCapture::StderrCapture(OwnedFd read_end, int forward_fd)
    : read_end_(std::move(read_end)), forward_fd_(forward_fd) {
  if (!read_end_.valid()) return;
  // Our end is ours alone: the worker has the other one.
  fcntl(read_end_.get(), F_SETFL, O_RDONLY | O_NONBLOCK);
#ifdef F_SETPIPE_SZ
  // Refused where the user has too many pipe buffers: the default will do.
  fcntl(read_end_.get(), F_SETPIPE_SZ, kStderrPipeOctets);
#endif
  tail_.reserve(kTailOctets);
}

void StderrCapture::Drain() {
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
    if (forward_fd_ >= 0) Forward(forward_fd_, octets);
    Append(octets);
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

std::string PrintableStderr(absl::string_view octets) {
  while (!octets.empty() && (octets.back() == '\n' || octets.back() == '\r')) {
    octets.remove_suffix(1);
  }
  std::string text;
  for (const char c : octets) {
    if (c == '\n') {
      text += " | ";
    } else if (c >= 0x20 && c < 0x7f) {
      text += c;
    } else {
      absl::StrAppendFormat(&text, "\\x%02x", static_cast<unsigned char>(c));
    }
  }
  return text;
}

}  // namespace forkrpc
