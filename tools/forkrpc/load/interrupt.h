// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Interrupt: whether the user has asked this program to end, while it lives.
//
// The first SIGINT or SIGTERM sets stop(), the second ends the program as if
// nobody had caught it. One object at a time; stop() may be read by any thread.
//
//   const Interrupt interrupt;
//   while (!interrupt.stop().load()) Work();

#ifndef TOOLS_FORKRPC_LOAD_INTERRUPT_H_
#define TOOLS_FORKRPC_LOAD_INTERRUPT_H_

#include <signal.h>

#include <atomic>

namespace forkrpc::cli {

class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  const std::atomic<bool>& stop() const;

 private:
  struct sigaction old_int_;
  struct sigaction old_term_;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_LOAD_INTERRUPT_H_
