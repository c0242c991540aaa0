// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// SigpipeGuard: writes to a pipe whose reader is gone without being killed.
//
// A pipe has no MSG_NOSIGNAL. While a guard lives, SIGPIPE is blocked in this
// thread; the one that a failed write has raised is taken away again. The
// process's dispositions are never touched: they belong to the program. No
// allocation; errno is left as it was. Costs two system calls.
//
//   forkrpc::SigpipeGuard guard;
//   if (write(fd, data, size) < size) guard.DiscardRaised();

#ifndef FORKRPC_TRANSPORT_SIGPIPE_GUARD_H_
#define FORKRPC_TRANSPORT_SIGPIPE_GUARD_H_

#include <signal.h>

namespace forkrpc {

// Invariants: (1) after destruction the thread's signal mask is what it was;
// (2) a SIGPIPE that was pending before the guard is pending after it.
class SigpipeGuard {
 public:
  SigpipeGuard();
  ~SigpipeGuard();
  SigpipeGuard(const SigpipeGuard&) = delete;
  SigpipeGuard& operator=(const SigpipeGuard&) = delete;

  // Call after a write in this thread that did not take everything: the kernel
  // raises SIGPIPE also where the reader went after it had taken some octets,
  // and then reports a short count, not EPIPE.
  void DiscardRaised();

 private:
  sigset_t mask_before_;
  bool was_pending_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_TRANSPORT_SIGPIPE_GUARD_H_
