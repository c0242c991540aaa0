// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LowDescriptors: keeps what is opened meanwhile off the numbers 0, 1 and 2.
//
// A program that was started with its standard input, output or error closed
// gets these numbers for the next descriptors that it opens. A loop's own must
// not be among them: who prints would print into the loop, and libuv aborts
// when it closes one. While this exists, /dev/null stands on each of the three
// that is closed; afterwards they are closed again. The program should not open
// or close one of the three meanwhile, in another thread. Cannot fail: where
// there is no descriptor left, what is to be opened fails too. Never allocates.
//
//   const LowDescriptors low;
//   const int fd = eventfd(0, EFD_CLOEXEC);  // > 2

#ifndef FORKRPC_EVENT_LOOP_LOW_DESCRIPTORS_H_
#define FORKRPC_EVENT_LOOP_LOW_DESCRIPTORS_H_

#include "forkrpc/base/owned_fd.h"

namespace forkrpc {

class LowDescriptors {
 public:
  LowDescriptors();
  LowDescriptors(const LowDescriptors&) = delete;
  LowDescriptors& operator=(const LowDescriptors&) = delete;

 private:
  OwnedFd taken_[3];
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_LOW_DESCRIPTORS_H_
