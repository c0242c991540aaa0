// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// BlockingClientOptions: what BlockingClient and PipelinedClient are made with.
//
// A plain value.
//
//   forkrpc::BlockingClientOptions options;
//   options.connection.form = forkrpc::Form::kSync;
//   options.on_event = [](absl::string_view event) {
//     std::clog << event << "\n";
//   };

#ifndef FORKRPC_CLIENT_BLOCKING_CLIENT_OPTIONS_H_
#define FORKRPC_CLIENT_BLOCKING_CLIENT_OPTIONS_H_

#include <functional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/client/drain_mode.h"
#include "forkrpc/connection/client_connection.h"

namespace forkrpc {

struct BlockingClientOptions {
  // Form and limits. The form must be the worker's.
  ClientOptions connection;

  // Called for each event of the worker, in order with the responses, while
  // this client waits for something. It must not use the client. Without it
  // events are dropped and counted. What it throws leaves the function of the
  // client that was waiting, and the client may be used as before.
  std::function<void(absl::string_view)> on_event;

  // What Close() does first.
  DrainOptions drain;

  // How long to spin for a response before blocking; see spin_read.h.
  absl::Duration spin = absl::ZeroDuration();
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_BLOCKING_CLIENT_OPTIONS_H_
