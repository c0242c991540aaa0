// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/line_reader.h"

#include <errno.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "forkrpc/base/errno_status.h"

namespace forkrpc::cli {
namespace {

constexpr size_t kReadSize = size_t{64} << 10;

}  // namespace

std::optional<std::string> LineReader::Next() {
  const size_t end = buffer_.find('\n', searched_);
  if (end != std::string::npos) {
    std::string line = buffer_.substr(begin_, end - begin_);
    begin_ = searched_ = end + 1;
    ++count_;
    return line;
  }
  searched_ = buffer_.size();
  if (!eof_ || begin_ == buffer_.size()) return std::nullopt;
  std::string line = buffer_.substr(begin_);
  begin_ = buffer_.size();
  ++count_;
  return line;
}

absl::Status LineReader::Fill() {
  buffer_.erase(0, begin_);
  searched_ -= begin_;
  begin_ = 0;
  if (buffer_.size() > max_line_) {
    return absl::InvalidArgumentError(absl::StrCat(
        "line ", count_ + 1, " is longer than ", max_line_, " octets"));
  }
  const size_t size = buffer_.size();
  buffer_.resize(size + kReadSize);
  ssize_t got;
  do {
    got = read(fd_, &buffer_[size], kReadSize);
  } while (got < 0 && errno == EINTR);
  const int error = errno;
  buffer_.resize(size + (got > 0 ? got : 0));
  if (got < 0 && (error == EAGAIN || error == EWOULDBLOCK)) {
    return absl::OkStatus();  // somebody has set O_NONBLOCK: poll again
  }
  if (got < 0) return ErrnoStatus(error, "cannot read the input");
  if (got == 0) eof_ = true;
  return absl::OkStatus();
}

}  // namespace forkrpc::cli
