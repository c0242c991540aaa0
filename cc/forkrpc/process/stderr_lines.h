// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// StderrLines: a worker's standard error as lines, for a callback.
//
// Put takes octets, Deliver calls the callback for each line that is complete.
// An exception that leaves the callback leaves Deliver; the line is given, and
// the lines behind it are due: call Deliver again. In the callback Put may be
// called, and Deliver does nothing. One thread at a time. Keeps what is not
// delivered, in one buffer.
//
//   forkrpc::StderrLines lines(
//       [](absl::string_view line) { std::cout << line << "\n"; });
//   lines.Put("one\ntw");
//   lines.Deliver();  // "one"
//   lines.End();
//   lines.Deliver();  // "tw"

#ifndef FORKRPC_PROCESS_STDERR_LINES_H_
#define FORKRPC_PROCESS_STDERR_LINES_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace forkrpc {

// Invariants: (1) the lines given, with their line ends, are the octets put, in
// order; (2) no line is longer than kMaxLine; (3) once Deliver has returned,
// what is kept is less than one line.
class StderrLines {
 public:
  using Callback = std::function<void(absl::string_view line)>;

  // A longer line is given in pieces of this size, so that memory does not
  // follow what a worker writes.
  static constexpr size_t kMaxLine = 64 * 1024;

  explicit StderrLines(Callback callback) : callback_(std::move(callback)) {}

  void Put(absl::string_view octets);
  // Nothing more comes: what is left counts as a line.
  void End();

  // Calls the callback for each line, without its line feed.
  void Deliver();

  // Whether Deliver may have something to do.
  bool due() const { return due_; }
  // Octets that are kept.
  size_t kept() const { return buffer_.size() - begin_; }

 private:
  std::optional<absl::string_view> TakeLine();

  Callback callback_;
  std::string buffer_;  // kept from begin_ on
  size_t begin_ = 0;
  size_t searched_ = 0;  // no line feed is kept before this
  std::string line_;     // the one that is being given
  bool due_ = false;
  bool ended_ = false;
  bool delivering_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_STDERR_LINES_H_
