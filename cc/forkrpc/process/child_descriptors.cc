// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/child_descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/process/spawn_options.h"

namespace forkrpc {
namespace {

// posix_spawn's helpers return their error instead of setting errno.
absl::Status FromResult(int error) {
  if (error == 0) return absl::OkStatus();
  return ErrnoStatus(error, "cannot prepare the child's descriptors");
}

}  // namespace

void ChildDescriptors::Add(int fd, int child_number) {
  entries_.push_back({fd, child_number});
}

absl::Status ChildDescriptors::Check() const {
  std::vector<bool> used(kMaxChildNumber + 1, false);
  for (const Entry& entry : entries_) {
    if (entry.child_number < 0 || entry.child_number > kMaxChildNumber) {
      return absl::FailedPreconditionError(
          absl::StrCat("a worker cannot have descriptor ", entry.child_number,
                       ": the limit is ", kMaxChildNumber));
    }
    if (used[entry.child_number]) {
      return absl::FailedPreconditionError(absl::StrCat(
          "descriptor ", entry.child_number, " of the worker is given twice"));
    }
    used[entry.child_number] = true;
    if (entry.fd >= 0 && fcntl(entry.fd, F_GETFD) < 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("descriptor ", entry.fd, ", which is to be descriptor ",
                       entry.child_number, " of the worker, is not open"));
    }
  }
  return absl::OkStatus();
}

absl::Status ChildDescriptors::AddTo(posix_spawn_file_actions_t* actions) {
  if (absl::Status status = Check(); !status.ok()) return status;
  int highest = 2;
  for (const Entry& entry : entries_) {
    highest = std::max(highest, entry.child_number);
  }
  std::vector<bool> used(highest + 1, false);
  for (const Entry& entry : entries_) {
    used[entry.child_number] = true;
    int source = entry.fd;
    if (source >= 0 && source <= highest) {
      // Its number is, or may be, another entry's target.
      source = fcntl(source, F_DUPFD_CLOEXEC, highest + 1);
      if (source < 0) {
        // EINVAL: the numbers above `highest` are beyond RLIMIT_NOFILE.
        return ErrnoStatus(errno == EINVAL ? EMFILE : errno,
                           "cannot copy a descriptor for the child");
      }
      copies_.emplace_back(source);
    }
    absl::Status status = FromResult(
        source >= 0 ? posix_spawn_file_actions_adddup2(actions, source,
                                                       entry.child_number)
                    : posix_spawn_file_actions_addopen(
                          actions, entry.child_number, "/dev/null", O_RDWR, 0));
    if (!status.ok()) return status;
  }
  for (int number = 0; number <= highest; ++number) {
    if (used[number]) continue;
    absl::Status status =
        FromResult(posix_spawn_file_actions_addclose(actions, number));
    if (!status.ok()) return status;
  }
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
  return FromResult(
      posix_spawn_file_actions_addclosefrom_np(actions, highest + 1));
#else
  return absl::OkStatus();
#endif
}

}  // namespace forkrpc
