// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/load/interrupt.h"

namespace forkrpc::cli {
namespace {

std::atomic<bool> stop_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free,
              "a signal handler may set nothing else");

void AskToStop(int) { stop_asked.store(true, std::memory_order_relaxed); }

// One that is ignored stays so: nohup and shells do that on purpose.
void Catch(int signal, struct sigaction* old) {
  struct sigaction action = {};
  action.sa_handler = AskToStop;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(signal, nullptr, old);
  if (old->sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() {
  stop_asked.store(false, std::memory_order_relaxed);
  Catch(SIGINT, &old_int_);
  Catch(SIGTERM, &old_term_);
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &old_int_, nullptr);
  sigaction(SIGTERM, &old_term_, nullptr);
}

const std::atomic<bool>& Interrupt::stop() const { return stop_asked; }

}  // namespace forkrpc::cli
