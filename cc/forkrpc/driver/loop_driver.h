// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LoopDriver: moves octets between a Connection and a Transport on an
// EventLoop.
//
// What client and server have in common. It reads when the connection wants
// octets, and writes what has been queued once in a turn of the loop: many
// frames, one system call; what has expired by then is not. The user is told
// when there is something to poll; it tells the driver when it has polled or
// queued. An exception of the user's passes through; the user is told again in
// the next turn, so that nothing is left behind. One thread, that of the loop.
// Allocates nothing in the steady state.
//
//   #include "forkrpc/connection/client_connection.h"
//   #include "forkrpc/transport/fd_transport.h"
//   #include "forkrpc/transport/stream_pair.h"
//
//   auto wire = forkrpc::MakeSocketPair();
//   if (!wire.ok()) return wire.status();
//   auto transport = forkrpc::FdTransport::FromSocket(std::move(wire->ours));
//   if (!transport.ok()) return transport.status();
//   forkrpc::LibuvLoop loop;
//   forkrpc::ClientConnection connection{forkrpc::ClientOptions()};
//   auto driver = std::make_shared<forkrpc::LoopDriver>(
//       &connection, transport->get(), &loop, [&] {
//         while (connection.PollEvent()) loop.Stop();
//       });
//   const absl::Status status = driver->Start();
//   if (!status.ok()) return status;
//   connection.StartCall("hi").IgnoreError();
//   driver->Update();
//   wire->theirs.Reset();  // so the call ends, with an error
//   loop.Run();
//   driver->Stop();

#ifndef FORKRPC_DRIVER_LOOP_DRIVER_H_
#define FORKRPC_DRIVER_LOOP_DRIVER_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/connection/connection.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

// Invariants:
//  1. A turn is due (turn_due_) iff a task that runs it waits in the loop.
//  2. After Stop() neither connection nor transport is used, and the user is
//     not called.
class LoopDriver : public std::enable_shared_from_this<LoopDriver> {
 public:
  // `connection`, `transport` and `loop` must stay until Stop(). `on_input` is
  // called from the loop when there may be something to poll; it may Stop() the
  // driver and let go of it. Own the driver by shared_ptr: a task in the loop
  // must know whether it is still there.
  LoopDriver(Connection* connection, Transport* transport, EventLoop* loop,
             absl::AnyInvocable<void()> on_input);
  LoopDriver(const LoopDriver&) = delete;
  LoopDriver& operator=(const LoopDriver&) = delete;

  // Begins to watch the transport. Errors: those of EventLoop::WatchFd.
  absl::Status Start();

  // Something was queued or polled, or the connection wants something else than
  // before: writes, and reads on, before the loop next waits.
  void Update() {
    if (!turn_due_ && connection_ != nullptr) ScheduleTurn();
  }

  // Writes what the stream takes now: for who has borrowed a payload to the
  // connection and wants it back.
  void FlushNow();

  // The same, and waits in place of the loop until all is written or `deadline`
  // has passed; see flush.h. The user is not told before the next turn.
  absl::Status Flush(MonotonicTime deadline);

  // Reads nothing until `paused` is false again. Goes on writing, and tells the
  // user after each turn: a call may end, or room be made, without reading.
  void SetPaused(bool paused);

  // Reads once and tells the user nothing; false if nothing has arrived, or the
  // connection takes no more now: for who knows that the peer has ended.
  bool Read();

  // Ends it.
  void Stop();

 private:
  void ScheduleTurn();
  // Writes, lets the user poll what has become possible, waits.
  void RunTurn();
  void OnReady(unsigned ready);
  // Writing has failed. The peer may live: it learns that nothing more comes,
  // and ends.
  void StopWriting();
  // Tells the user that there may be something to poll.
  void LetPoll();
  // Tells the loop what to wait for next.
  void Wait();

  Connection* connection_;
  Transport* transport_;
  EventLoop* const loop_;
  absl::AnyInvocable<void()> on_input_;
  std::unique_ptr<FdWatch> watch_;        // the read end, or both
  std::unique_ptr<FdWatch> write_watch_;  // null if they are one
  bool turn_due_ = false;
  bool write_blocked_ = false;
  bool paused_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_DRIVER_LOOP_DRIVER_H_
