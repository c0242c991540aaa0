// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/tap/record_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "conformance/runner/base/files.h"

namespace forkrpc::conformance {
namespace {

constexpr size_t kPiece = size_t{64} << 10;

}  // namespace

absl::StatusOr<RecordFile> RecordFile::Open(const std::string& path) {
  // Non-blocking: a named pipe that nobody reads would keep us here.
  constexpr int kFlags =
      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  ScopedFd fd(open(path.c_str(), kFlags, 0666));
  if (!fd.valid() && errno == ENOENT) {
    // Its folder is missing, perhaps.
    const absl::Status made = WriteFile(path, "");
    if (!made.ok()) return made;
    fd = ScopedFd(open(path.c_str(), kFlags, 0666));
  }
  if (!fd.valid()) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, ": cannot be written: ", strerror(errno),
        errno == ENXIO ? " (nobody reads it)" : "", "; choose another path"));
  }
  return RecordFile(path, std::move(fd));
}

void RecordFile::Append(absl::string_view text) {
  if (!status_.ok()) return;
  pending_.append(text.data(), text.size());
  if (pending_.size() >= kPiece) Flush().IgnoreError();
}

absl::Status RecordFile::Flush() {
  absl::string_view rest = pending_;
  while (status_.ok() && !rest.empty()) {
    const ssize_t count = write(fd_.get(), rest.data(), rest.size());
    if (count >= 0) {
      rest.remove_prefix(static_cast<size_t>(count));
      continue;
    }
    if (errno == EINTR) continue;
    const int error = errno;
    pollfd takes = {fd_.get(), POLLOUT, 0};
    if (error == EAGAIN &&
        poll(&takes, 1,
             static_cast<int>(absl::ToInt64Milliseconds(kPatience))) > 0) {
      continue;
    }
    status_ = absl::FailedPreconditionError(absl::StrCat(
        path_, ": is written no more: ",
        error == EAGAIN ? absl::StrCat("it has taken nothing for ",
                                       absl::FormatDuration(kPatience))
                        : strerror(error)));
  }
  pending_.clear();
  return status_;
}

}  // namespace forkrpc::conformance
