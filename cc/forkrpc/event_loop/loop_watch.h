// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LoopWatch: an FdWatch that its loop can end.
//
// Every watch of the loops here is one: it stands in a ring of its loop, which
// closes it if the loop is destroyed first. One thread.

#ifndef FORKRPC_EVENT_LOOP_LOOP_WATCH_H_
#define FORKRPC_EVENT_LOOP_LOOP_WATCH_H_

#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/event_loop/ring.h"

namespace forkrpc {

class LoopWatch : public FdWatch, public RingNode {
 public:
  // From now on the watch does nothing and has nothing of the loop. Its
  // callback is destroyed, now or when it returns; that may destroy the watch.
  virtual void Close() = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_LOOP_WATCH_H_
