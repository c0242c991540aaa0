// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WorkerLoad: how many calls a worker of a pool has, and has had.
//
// A plain value: the Dispatcher counts it, the WorkerSet decides by it. Not for
// users.
//
//   WorkerLoad load;
//   load.in_flight = load.awaited = load.assigned = 1;
//   set.OnLoad(worker, load, now);

#ifndef FORKRPC_POOL_WORKER_LOAD_H_
#define FORKRPC_POOL_WORKER_LOAD_H_

#include <cstddef>
#include <cstdint>

namespace forkrpc {

// Invariant: awaited <= in_flight <= assigned - answered.
struct WorkerLoad {
  bool idle() const { return in_flight == 0; }
  // It is at work on calls that nobody waits for any more, and on none else.
  bool hung() const { return in_flight > 0 && awaited == 0; }

  size_t in_flight = 0;   // calls that it has not answered
  size_t awaited = 0;     // those of them that somebody waits for
  uint64_t assigned = 0;  // calls that it was given since its start
  uint64_t answered = 0;  // those that it has answered
};

}  // namespace forkrpc

#endif  // FORKRPC_POOL_WORKER_LOAD_H_
