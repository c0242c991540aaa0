// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ChildDescriptors: which descriptors a child process gets, and under which
// numbers.
//
// Turns a list of (descriptor here, number there) into posix_spawn file actions
// after which the child has exactly those: descriptors that are in the way of
// another one's number are moved first, so any permutation is right, and all
// others are closed, also those that some library opened without close-on-exec.
// One thread at a time.
//
//   #include <spawn.h>
//
//   posix_spawn_file_actions_t actions;
//   posix_spawn_file_actions_init(&actions);
//   forkrpc::ChildDescriptors descriptors;
//   descriptors.Add(-1, 0);  // /dev/null
//   descriptors.Add(STDERR_FILENO, 1);
//   const absl::Status status = descriptors.AddTo(&actions);
//   posix_spawn_file_actions_destroy(&actions);
//   return status;

#ifndef FORKRPC_PROCESS_CHILD_DESCRIPTORS_H_
#define FORKRPC_PROCESS_CHILD_DESCRIPTORS_H_

#include <spawn.h>

#include <vector>

#include "absl/status/status.h"
#include "forkrpc/base/owned_fd.h"

namespace forkrpc {

// Invariant: what is listed is not owned and must stay open until the child has
// started; the copies made by AddTo are close-on-exec and live as long as this.
class ChildDescriptors {
 public:
  // The child shall find `fd` as `child_number` (0 to kMaxChildNumber, each
  // used once). `fd` -1 stands for /dev/null.
  void Add(int fd, int child_number);

  // Adds the actions. FailedPrecondition for a number out of range or used
  // twice and for a descriptor that is not open; ResourceExhausted when no
  // descriptor is left for a copy.
  absl::Status AddTo(posix_spawn_file_actions_t* actions);

 private:
  struct Entry {
    int fd;
    int child_number;
  };

  absl::Status Check() const;

  std::vector<Entry> entries_;
  std::vector<OwnedFd> copies_;
};

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_CHILD_DESCRIPTORS_H_
