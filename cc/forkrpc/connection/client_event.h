// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ClientEvent: a thing that happened to a ClientConnection.
//
// A plain value; its payload is the connection's.
//
//   forkrpc::ClientEvent event{forkrpc::ClientEvent::kResponse, 7, "hi", {}};
//   std::cout << event.call << " " << event.payload << "\n";  // 7 hi

#ifndef FORKRPC_CONNECTION_CLIENT_EVENT_H_
#define FORKRPC_CONNECTION_CLIENT_EVENT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/connection/connection.h"

namespace forkrpc {

// What happened, in the order in which it did.
struct ClientEvent {
  enum Kind {
    kResponse,    // `call` ended with `payload`
    kEvent,       // the child raised an event with `payload`
    kCallFailed,  // `call` ended without a response; `status` says why
    kClosed,      // last event: `status` is OK after a clean end
  };
  Kind kind;
  CallId call = 0;            // kResponse and kCallFailed
  absl::string_view payload;  // valid until the next ReceiveBuffer()
  absl::Status status;        // kCallFailed and kClosed, else OK
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_CLIENT_EVENT_H_
