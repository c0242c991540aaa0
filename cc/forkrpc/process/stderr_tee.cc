// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/stderr_tee.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/process/printable_stderr.h"
#include "forkrpc/process/tee_descriptor.h"

namespace forkrpc {

using Rest = TeeDescriptor::Rest;
using Written = TeeDescriptor::Written;

void StderrTee::Put(absl::string_view octets, MonotonicTime now) {
  if (!to_.valid() || octets.empty()) return;
  Flush(now);
  // What came before these was dropped and is not told of: so are these.
  if (gap_ > 0) return Drop(octets.size());
  if (backlog() == 0) {
    const Written written = Write(octets);
    octets.remove_prefix(written.octets);
    if (written.rest == Rest::kRefused) return Drop(octets.size());
  }
  const size_t room = kMaxBacklog - kept().size();
  Keep(octets.substr(0, room));
  if (octets.size() > room) Drop(octets.size() - room);
}

void StderrTee::Flush(MonotonicTime now) {
  if (!to_.valid()) return;
  next_flush_ = now + kRetry;
  Written written = Write(notice_);
  notice_.erase(0, written.octets);
  if (written.rest == Rest::kRefused) return OnRefused();
  if (!notice_.empty()) return;
  announced_ = 0;
  written = Write(kept());
  begin_ += written.octets;
  if (written.rest == Rest::kRefused) return OnRefused();
  if (!kept().empty()) return;
  buffer_ = std::string();
  begin_ = 0;
  if (gap_ == 0) return;
  MakeNotice();
  Flush(now);
}

Written StderrTee::Write(absl::string_view octets) {
  if (octets.empty()) return {0, Rest::kNone};
  const Written written = to_.Write(octets);
  if (written.octets > 0) {
    at_line_start_ = octets[written.octets - 1] == '\n';
  }
  return written;
}

void StderrTee::Keep(absl::string_view octets) {
  // What was written is cut off when it is as much as what is left: each octet
  // is moved once on average.
  if (begin_ >= kept().size()) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  buffer_.append(octets.data(), octets.size());
}

void StderrTee::Drop(size_t octets) {
  dropped_ += octets;
  gap_ += octets;
}

void StderrTee::OnRefused() {
  gap_ += announced_;
  announced_ = 0;
  notice_.clear();
  Drop(kept().size());
  buffer_ = std::string();
  begin_ = 0;
}

void StderrTee::MakeNotice() {
  notice_ = absl::StrCat(at_line_start_ ? "" : "\n", "forkrpc: ", gap_,
                         " octets of worker '", PrintableStderr(name_),
                         "' standard error were dropped\n");
  announced_ = gap_;
  gap_ = 0;
}

}  // namespace forkrpc
