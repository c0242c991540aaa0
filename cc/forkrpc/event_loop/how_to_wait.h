// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// HowToWait: whether the kernel can be asked when a descriptor is ready.
//
// Loops differ in what they say of a descriptor that is closed, a file or a
// device such as /dev/null; with this their adapters do the same. Any thread;
// allocates only the text of an error.
//
//   const absl::StatusOr<Readiness> readiness = HowToWait(fd);
//   if (!readiness.ok()) return readiness.status();
//   if (*readiness == Readiness::kAlways) return WatchWithoutTheKernel(fd);

#ifndef FORKRPC_EVENT_LOOP_HOW_TO_WAIT_H_
#define FORKRPC_EVENT_LOOP_HOW_TO_WAIT_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace forkrpc {

enum class Readiness {
  kTold,    // the kernel tells it
  kAlways,  // a file: reading and writing never have to wait for somebody
};

// FailedPrecondition if `fd` is not open or a folder; ResourceExhausted if it
// is a device and there is no descriptor left to find out with.
absl::StatusOr<Readiness> HowToWait(int fd);

// The error of a loop that cannot wait for `fd`: "descriptor 7 cannot be
// waited for: " and why.
absl::Status CannotWait(int fd, absl::string_view why);

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_HOW_TO_WAIT_H_
