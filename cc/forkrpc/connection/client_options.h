// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ClientOptions: form and limits of a ClientConnection.
//
// Plain values.
//
//   forkrpc::ClientOptions options;
//   options.max_in_flight = 100;
//   forkrpc::ClientConnection connection(options);

#ifndef FORKRPC_CONNECTION_CLIENT_OPTIONS_H_
#define FORKRPC_CONNECTION_CLIENT_OPTIONS_H_

#include <cstddef>

#include "forkrpc/connection/connection.h"

namespace forkrpc {

// The last id, and how many there are.
inline constexpr CallId kMaxCallId = 0xFFFFFFFF;

struct ClientOptions {
  Form form = Form::kAsync;
  // What responses and events may be; requests are held to it too.
  WireLimits limits;
  // Calls in flight at once, those no longer waited for included. By default
  // as many as there are ids: who makes calls knows how many are wise.
  size_t max_in_flight = kMaxCallId;
  // Octets of requests queued and not written, which a child that does not read
  // piles up. A call that would exceed it is refused, unless it is the only
  // one.
  size_t max_unsent = size_t{64} << 20;
  // Octets of the receive buffer at first, 512 to 64 Mi; see the table in
  // server_connection.h for what it changes.
  size_t receive_buffer_octets = kReceiveBufferOctets;
  // The id of the first call. Another start makes captures of several
  // connections easier to tell apart.
  CallId first_id = 1;
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_CLIENT_OPTIONS_H_
