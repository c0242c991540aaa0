// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LineReader: lines of any octets from a descriptor, as they arrive.
//
// Never waits by itself: poll fd(), then Fill(). Memory is at most two longest
// lines. A last line without line end counts. One thread. Errors are final.
//
//   while (!reader.at_end()) {
//     absl::Status status = reader.Fill();
//     if (!status.ok()) return status;
//     while (std::optional<std::string> line = reader.Next()) Use(*line);
//   }

#ifndef TOOLS_FORKRPC_LINE_READER_H_
#define TOOLS_FORKRPC_LINE_READER_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"

namespace forkrpc::cli {

// Invariants:
//  1. begin_ <= searched_ <= buffer_.size(), and no line end is in
//     [begin_, searched_) of buffer_.
//  2. The unread part is at most max_line_ octets and one read.
class LineReader {
 public:
  // `fd` must outlive the reader. A line that has no end after `max_line`
  // octets is an error.
  LineReader(int fd, size_t max_line) : fd_(fd), max_line_(max_line) {}

  int fd() const { return fd_; }

  // The next line that is here, without its line end; nullopt if there is none.
  std::optional<std::string> Next();

  // Reads once: waits if nothing is there. To be called when Next() has no
  // more. Errors: InvalidArgument (a line is too long), or what read() said.
  absl::Status Fill();

  // Whether the end was read and every line taken.
  bool at_end() const { return eof_ && begin_ == buffer_.size(); }

  // Lines taken.
  int64_t count() const { return count_; }

 private:
  const int fd_;
  const size_t max_line_;
  std::string buffer_;
  size_t begin_ = 0;
  size_t searched_ = 0;
  bool eof_ = false;
  int64_t count_ = 0;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_LINE_READER_H_
