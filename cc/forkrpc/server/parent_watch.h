// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ParentWatch: finds out that the parent is gone while nothing is read from it.
//
// Who reads learns it by that. Where a worker is held back, or has stopped
// taking requests, the wire is looked at four times a second, so that the
// worker ends within a second of its parent. The loop's thread.
//
//   #include "forkrpc/transport/fd_transport.h"
//   #include "forkrpc/transport/stream_pair.h"
//
//   auto wire = forkrpc::MakeSocketPair();
//   if (!wire.ok()) return wire.status();
//   auto transport = forkrpc::FdTransport::FromSocket(std::move(wire->ours));
//   if (!transport.ok()) return transport.status();
//   forkrpc::LibuvLoop loop;
//   forkrpc::ParentWatch watch(transport->get(), &loop, [&](bool gone) {
//     if (gone) std::cout << "the parent is gone\n";
//     loop.Stop();
//   });
//   wire->theirs.Reset();
//   watch.LookSoon();
//   loop.Run();

#ifndef FORKRPC_SERVER_PARENT_WATCH_H_
#define FORKRPC_SERVER_PARENT_WATCH_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

// Invariant: due_ says whether timer_ is set.
class ParentWatch {
 public:
  // `on_look` is called with whether the parent is gone, once for each
  // LookSoon(); it may destroy the watch.
  ParentWatch(const Transport* transport, EventLoop* loop,
              absl::AnyInvocable<void(bool gone)> on_look);
  ParentWatch(const ParentWatch&) = delete;
  ParentWatch& operator=(const ParentWatch&) = delete;

  // Looks once, soon; does nothing if that is due already.
  void LookSoon();

 private:
  void Look();

  const Transport* const transport_;
  absl::AnyInvocable<void(bool gone)> on_look_;
  const std::unique_ptr<Timer> timer_;
  bool due_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_PARENT_WATCH_H_
