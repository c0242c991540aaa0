// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// RecordFile: a file that grows while a wire is watched.
//
// What is appended is written in pieces, at the latest when Flush() is called.
// A file that takes nothing for kPatience, such as a pipe that nobody reads, or
// that cannot be written any more, is given up, once and for good: no wire
// waits for it longer. One thread.
//
//   absl::StatusOr<RecordFile> file = RecordFile::Open("tap.log");
//   file->Append(text);
//   if (!file->Flush().ok()) ...

#ifndef CONFORMANCE_TAP_RECORD_FILE_H_
#define CONFORMANCE_TAP_RECORD_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "conformance/runner/base/scoped_fd.h"

namespace forkrpc::conformance {

// Invariant: once status_ is an error, nothing is pending nor written.
class RecordFile {
 public:
  static constexpr absl::Duration kPatience = absl::Seconds(1);

  // Empties the file or makes it. FailedPrecondition, "PATH: cannot be written:
  // REASON; ...", also for a named pipe that nobody reads.
  static absl::StatusOr<RecordFile> Open(const std::string& path);

  void Append(absl::string_view text);
  // The first failure, now or before.
  absl::Status Flush();
  bool pending() const { return !pending_.empty(); }

 private:
  RecordFile(std::string path, ScopedFd fd)
      : path_(std::move(path)), fd_(std::move(fd)) {}

  std::string path_;
  ScopedFd fd_;
  std::string pending_;
  absl::Status status_;
};

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_TAP_RECORD_FILE_H_
