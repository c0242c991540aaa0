// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FlushUntil: writes what a connection has queued, and waits for the peer to
// take it, up to a deadline.
//
// For who must have something out before it goes on, or ends. It writes and
// does nothing else: nothing is read, half-closed or polled, so no callback can
// run. The thread that has the connection; allocates only the text of an error.
//
//   #include "forkrpc/connection/server_connection.h"
//   #include "forkrpc/driver/flush.h"
//   #include "forkrpc/transport/fd_transport.h"
//   #include "forkrpc/transport/stream_pair.h"
//
//   auto wire = forkrpc::MakeSocketPair();
//   if (!wire.ok()) return wire.status();
//   auto transport = forkrpc::FdTransport::FromSocket(std::move(wire->ours));
//   if (!transport.ok()) return transport.status();
//   forkrpc::ServerConnection connection{forkrpc::ServerOptions()};
//   connection.SendEvent("ready").IgnoreError();
//   return forkrpc::FlushUntil(&connection, transport->get(),
//                              forkrpc::MonotonicNow() + absl::Seconds(1));

#ifndef FORKRPC_DRIVER_FLUSH_H_
#define FORKRPC_DRIVER_FLUSH_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/connection/connection.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

// How long a flush waits where nothing is said: a parent that has taken nothing
// for so long is not going to, and whoever flushes has other things to do.
inline constexpr absl::Duration kDefaultFlushTimeout = absl::Seconds(30);

// OK once the stream has taken all that was queued; the peer need not have read
// it. DeadlineExceeded if it has not by `deadline`, with the number of octets
// that are left: they stay queued, in order. If the stream fails, so does the
// connection's sending (OnSendError), and what is left is lost: Unavailable, or
// what else the transport said. At least one write is tried, whatever the
// deadline; a stream that takes a little at a time ends it 10 ms later at most.
absl::Status FlushUntil(Connection* connection, Transport* transport,
                        MonotonicTime deadline);

}  // namespace forkrpc

#endif  // FORKRPC_DRIVER_FLUSH_H_
