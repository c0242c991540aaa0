// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ConnectionPump: moves octets between a ClientConnection and a stream,
// blocking, and looks after the worker's process and standard error meanwhile.
//
// One thread. A wait for a single response is one write and one read system
// call. While it cannot write it reads, so that two ends that both write never
// wait for each other. That the process has ended is seen within 50 ms, whoever
// else holds its wire: what it wrote before is still read, then the stream has
// ended for the connection. Errors of the stream go into the connection and
// come out of it as events. What SpawnOptions::on_stderr throws leaves Wait(),
// and nothing is lost. Allocates nothing.
//
//   forkrpc::SpawnOptions options;
//   options.argv = {"./greeter_worker"};
//   auto worker = forkrpc::WorkerProcess::Spawn(options);
//   if (!worker.ok()) return worker.status();
//   forkrpc::ClientConnection connection{forkrpc::ClientOptions()};
//   forkrpc::ConnectionPump pump(&connection, (*worker)->transport(),
//                                worker->get(), absl::ZeroDuration());
//   connection.StartCall("world").IgnoreError();
//   while (!connection.PollEvent() && !connection.closed()) {
//     pump.Wait(forkrpc::MonotonicTime::InfiniteFuture());
//   }

#ifndef FORKRPC_CLIENT_CONNECTION_PUMP_H_
#define FORKRPC_CLIENT_CONNECTION_PUMP_H_

#include <poll.h>

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

// Invariants:
//  1. rest_end_ counts iff way_ is kRest; then no octet behind it is received,
//     and nothing is written.
//  2. way_ is kRead only if a blocking read ends by itself within kLookEvery,
//     or there is no process to look after.
class ConnectionPump {
 public:
  // All must outlive the pump. `process` may be null: then there is nothing but
  // the stream to look after. `spin` bounds the spin before a wait.
  ConnectionPump(ClientConnection* connection, Transport* transport,
                 WorkerProcess* process, absl::Duration spin);
  ConnectionPump(const ConnectionPump&) = delete;
  ConnectionPump& operator=(const ConnectionPump&) = delete;

  // Writes what the stream takes without waiting, and half-closes if it is due.
  void Flush();

  // Flushes, then waits until octets were read or written, a call's deadline or
  // `deadline` has passed, the process has ended, or some time has gone by:
  // call it in a loop. Returns at once if there are frames to be polled first.
  // False if nothing of this has happened yet. Where `also` is given, waits for
  // that descriptor too, and sets its revents.
  //= spec/wire.md#FR-LIM-004
  //= spec/wire.md#FR-LIM-010
  bool Wait(MonotonicTime deadline, pollfd* also = nullptr);

 private:
  // How the next wait for octets is done.
  enum class Way {
    kRead,  // by a read that blocks, at first
    kPoll,  // by poll(), since nothing has come for a while, or reads could not
            // be bounded
    kRest,  // not at all: the process has ended, only what it left is read
  };

  void WaitOnce(MonotonicTime deadline, pollfd* also);
  // Whether there is nothing more to wait for; spins to `deadline` at most.
  bool Spin(absl::Span<char> space, MonotonicTime deadline);
  bool MayBlockInRead(MonotonicTime deadline) const;
  void WaitInPoll(absl::Span<char> space, MonotonicTime deadline, pollfd* also);
  // Tells the connection what a read gave.
  void OnRead(const absl::StatusOr<IoResult>& got);
  // Looks at process and standard error if nobody did for kLookEvery.
  void LookIfDue(MonotonicTime now);
  // The same after a read that gave so many octets, but now and then only,
  // since asking the clock shows in a short call. A worker that waits for its
  // standard error to be read answers nothing, and is looked at then; a flood
  // is, too.
  void LookAtTimes(size_t octets);
  // What is due for the worker's standard error, and for ours behind it.
  void SeeToStderr(bool drain);
  void LookAtProcess();
  // What the worker has written is in the kernel by now. What comes behind is
  // from a process that it has started, and may never end.
  void OnProcessEnd();
  void ReadRest();
  // What the worker has left is read, the stream has not ended, but nobody
  // answers any more.
  void OnWireHeldByOthers();

  ClientConnection* const connection_;
  Transport* const transport_;
  WorkerProcess* const process_;
  const absl::Duration spin_;
  const bool reads_end_;  // a blocking read ends by itself after kLookEvery
  Way way_;
  size_t unlooked_ = 0;  // octets, and as such the reads, since the last look
  MonotonicTime next_look_ = MonotonicTime::InfinitePast();
  uint64_t rest_end_ = 0;  // offset in the stream
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_CONNECTION_PUMP_H_
