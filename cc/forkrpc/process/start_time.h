// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ProcessStartTime: tells two processes apart that had the same number.
//
// Read from /proc. A number is given again only after all others, so that two
// owners of one number did not start in the same clock tick. Any thread; no
// allocation.
//
//   const uint64_t before = forkrpc::ProcessStartTime(pid);
//   // ... the child may have been reaped, and its number given to another ...
//   if (forkrpc::ProcessStartTime(pid) != before) return;  // a stranger

#ifndef FORKRPC_PROCESS_START_TIME_H_
#define FORKRPC_PROCESS_START_TIME_H_

#include <sys/types.h>

#include <cstdint>

namespace forkrpc {

// In clock ticks since the machine started; also of a zombie. 0 if there is no
// such process or /proc does not show it.
uint64_t ProcessStartTime(pid_t pid);

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_START_TIME_H_
