// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TakeWorkerWire: a worker's wire, if its parent speaks on it what the worker
// does.
//
// Parents that are told to by this library say in the environment what they
// speak (transport/wire_terms.h); a worker that was started by hand, or by
// another parent, is not told and takes the wire as it is. To be called first
// thing in main(), before other threads exist: it removes the variables from
// the environment, and descriptors 0 and 1 from the program
// (transport/stdio_transport.h). Not for users: worker_main.h and
// async_worker_main.h call it.
//
//   auto wire = forkrpc::TakeWorkerWire(
//       {forkrpc::Form::kAsync, "string-pack",
//        "BlockingServerOptions::connection.form"});
//   if (!wire.ok()) std::clog << wire.status() << "\n";

#ifndef FORKRPC_SERVER_WORKER_WIRE_H_
#define FORKRPC_SERVER_WORKER_WIRE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/connection/connection.h"
#include "forkrpc/transport/fd_transport.h"

namespace forkrpc {

// What the worker's code says.
struct WorkerTerms {
  Form form;
  absl::string_view serialiser;   // empty: its functions take octets
  absl::string_view form_option;  // where its form is set, for the error
};

// Errors: those of TakeStdioTransport; FailedPrecondition, with a line that
// names both halves and what to change, if the parent speaks otherwise. Nothing
// has been read then.
absl::StatusOr<std::unique_ptr<FdTransport>> TakeWorkerWire(
    const WorkerTerms& terms);

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_WORKER_WIRE_H_
