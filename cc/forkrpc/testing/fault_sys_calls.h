// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FaultSysCalls: a FaultPlan at the system calls of FdTransport.
//
// EINTR, EAGAIN, short counts, errors and ends come from where the kernel's
// would. A SysCalls table has no room for state, so that a plan belongs to a
// descriptor: attach it before the transport is made. Different ends may be
// used from different threads, each from one at a time.
//
//   FaultSysCalls faults(fd, StreamEnd::kClient, plan);
//   auto transport = FdTransport::FromSocket(OwnedFd(fd),
//   FaultSysCalls::table());
//
// Half-closing goes through no table; faults of it are ignored.

#ifndef FORKRPC_TESTING_FAULT_SYS_CALLS_H_
#define FORKRPC_TESTING_FAULT_SYS_CALLS_H_

#include <sys/types.h>

#include <cstddef>

#include "forkrpc/testing/fault_plan.h"
#include "forkrpc/transport/sys_calls.h"

namespace forkrpc {

class FaultSysCalls {
 public:
  static constexpr int kMaxFd = 1024;

  // Takes the faults of `plan` that are for `end`. `fd` is below kMaxFd, and
  // nothing is attached to it.
  FaultSysCalls(int fd, StreamEnd end, const FaultPlan& plan);
  // After the transport.
  ~FaultSysCalls();
  FaultSysCalls(const FaultSysCalls&) = delete;
  FaultSysCalls& operator=(const FaultSysCalls&) = delete;

  // For the transports of all attached descriptors; others are left alone.
  static const SysCalls* table();

  // System calls made so far.
  int count(FaultOp op) const { return calls_[static_cast<int>(op)]; }

 private:
  struct Table;

  // Whether the plan answers this call, with `*answer` and errno; if not,
  // `*most` octets may be moved.
  bool Answers(FaultOp op, ssize_t* answer, size_t* most);

  const int fd_;
  FaultPlan faults_;
  int calls_[3] = {};
};

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_FAULT_SYS_CALLS_H_
