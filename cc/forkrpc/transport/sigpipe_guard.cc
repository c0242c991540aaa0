// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/sigpipe_guard.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

namespace forkrpc {
namespace {

sigset_t OnlySigpipe() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  return set;
}

}  // namespace

SigpipeGuard::SigpipeGuard() {
  const int saved_errno = errno;
  const sigset_t sigpipe = OnlySigpipe();
  pthread_sigmask(SIG_BLOCK, &sigpipe, &mask_before_);
  // None can be pending unless the program itself blocks it.
  if (sigismember(&mask_before_, SIGPIPE) == 1) {
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
  }
  errno = saved_errno;
}

SigpipeGuard::~SigpipeGuard() {
  const int saved_errno = errno;
  pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  errno = saved_errno;
}

void SigpipeGuard::DiscardRaised() {
  if (was_pending_) return;
  const int saved_errno = errno;
  const sigset_t sigpipe = OnlySigpipe();
  const timespec at_once = {0, 0};
  // Fails with EAGAIN, rightly, when the program ignores SIGPIPE.
  while (sigtimedwait(&sigpipe, nullptr, &at_once) < 0 && errno == EINTR) {
  }
  errno = saved_errno;
}

}  // namespace forkrpc
