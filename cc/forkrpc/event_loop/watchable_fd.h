// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CheckWatchable: whether a descriptor can be waited for.
//
// Loops differ in what they say of a descriptor that is closed or a file; with
// this their adapters say the same. Any thread; allocates only the text of an
// error.
//
//   const absl::Status watchable = CheckWatchable(fd);
//   if (!watchable.ok()) return watchable;

#ifndef FORKRPC_EVENT_LOOP_WATCHABLE_FD_H_
#define FORKRPC_EVENT_LOOP_WATCHABLE_FD_H_

#include <errno.h>
#include <sys/stat.h>

#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace forkrpc {

// FailedPrecondition if `fd` is not open, or a file or folder: these are always
// ready, and waiting for them says nothing.
inline absl::Status CheckWatchable(int fd) {
  struct stat about;
  const char* why = nullptr;
  if (fstat(fd, &about) != 0) {
    why = std::strerror(errno);
  } else if (S_ISREG(about.st_mode) || S_ISDIR(about.st_mode)) {
    why = "it is a file or a folder";
  }
  if (why == nullptr) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("descriptor ", fd, " cannot be waited for: ", why));
}

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_WATCHABLE_FD_H_
