// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ReportWorkerError: tells whoever is there to be told of a WorkerError.
//
// That is on_error; without it on_event, which gets what a worker would have
// sent that raises the event "error" with the message, in string-pack; without
// that, standard error gets a line. Any thread in which these may be called.
//
//   ReportWorkerError(error, options);

#ifndef FORKRPC_CLIENT_REPORT_ERROR_H_
#define FORKRPC_CLIENT_REPORT_ERROR_H_

#include "forkrpc/client/worker_options.h"

namespace forkrpc {

void ReportWorkerError(const WorkerError& error, const WorkerOptions& options);

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_REPORT_ERROR_H_
