// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/stderr_lines.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/string_view.h"

namespace forkrpc {

void StderrLines::Put(absl::string_view octets) {
  // What was given is cut off when it is as much as what is left: each octet is
  // moved once on average.
  if (begin_ > 0 && begin_ >= kept()) {
    buffer_.erase(0, begin_);
    searched_ -= begin_;
    begin_ = 0;
  }
  buffer_.append(octets.data(), octets.size());
  due_ =
      due_ || kept() > kMaxLine || octets.find('\n') != absl::string_view::npos;
}

void StderrLines::End() {
  ended_ = true;
  due_ = due_ || kept() > 0;
}

void StderrLines::Deliver() {
  if (delivering_ || !due_) return;
  delivering_ = true;
  const absl::Cleanup end = [this] { delivering_ = false; };
  while (std::optional<absl::string_view> line = TakeLine()) {
    // In the callback more may be put into the buffer.
    line_.assign(line->data(), line->size());
    callback_(line_);
  }
  due_ = false;
}

std::optional<absl::string_view> StderrLines::TakeLine() {
  const size_t feed = std::min(buffer_.find('\n', searched_), buffer_.size());
  const bool found = feed < buffer_.size();
  size_t size = feed - begin_;
  size_t taken = size + 1;
  searched_ = feed;
  if (size > kMaxLine) {
    size = taken = kMaxLine;
  } else if (!found) {
    if (!ended_ || size == 0) return std::nullopt;
    taken = size;
  } else {
    searched_ = feed + 1;
  }
  const absl::string_view line =
      absl::string_view(buffer_).substr(begin_, size);
  begin_ += taken;
  return line;
}

}  // namespace forkrpc
