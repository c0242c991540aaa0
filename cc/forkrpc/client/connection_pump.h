// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ConnectionPump: moves octets between a ClientConnection and a stream,
// blocking, and looks after the worker's standard error meanwhile.
//
// One thread. A wait for a single response is one write and one read system
// call. While it cannot write it reads, so that two ends that both write never
// wait for each other. Errors of the stream go into the connection and come out
// of it as events. Allocates nothing.
//
//   pump.Flush();
//   while (!(event = connection.PollEvent()) && !connection.closed()) {
//     pump.Wait(MonotonicTime::InfiniteFuture());
//   }

#ifndef FORKRPC_CLIENT_CONNECTION_PUMP_H_
#define FORKRPC_CLIENT_CONNECTION_PUMP_H_

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

class ConnectionPump {
 public:
  // All must outlive the pump. `process` may be null: then nobody's standard
  // error is drained. `spin` bounds the spin before a blocking read.
  ConnectionPump(ClientConnection* connection, Transport* transport,
                 WorkerProcess* process, absl::Duration spin);
  ConnectionPump(const ConnectionPump&) = delete;
  ConnectionPump& operator=(const ConnectionPump&) = delete;

  // Writes what the stream takes without waiting, and half-closes if it is due.
  void Flush();

  // Flushes, then waits until octets were read or written, a call's deadline or
  // `deadline` has passed, or some time has gone by: call it in a loop. Returns
  // at once if there are frames to be polled first.
  //= spec/wire.md#FR-LIM-004
  void Wait(MonotonicTime deadline);

 private:
  // Waits for whatever there is to wait for.
  void WaitPolling(absl::Span<char> space, MonotonicTime deadline);
  // Tells the connection what a read gave.
  void OnRead(const absl::StatusOr<IoResult>& got);

  ClientConnection* const connection_;
  Transport* const transport_;
  WorkerProcess* const process_;
  const absl::Duration spin_;
  // A blocking read would leave standard error to itself; true where reads
  // cannot be bounded, and for the rest of a wait whose read has timed out.
  bool always_poll_ = false;
  bool poll_next_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_CONNECTION_PUMP_H_
