// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// FailedWorker: what can be asked about a worker after a call has failed.
//
// One thread. See call_failure.h, which asks.
//
//   void Tell(FailedWorker* worker) {
//     if (worker->is_no_worker()) std::cerr << worker->DescribeWorker();
//   }

#ifndef TOOLS_FORKRPC_FAILED_WORKER_H_
#define TOOLS_FORKRPC_FAILED_WORKER_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "forkrpc/process/exit_status.h"

namespace forkrpc::cli {

class FailedWorker {
 public:
  virtual ~FailedWorker() = default;

  // Whether the connection has ended.
  virtual bool ended() const = 0;

  // For error texts: how the worker has ended, or that it has not. Closes the
  // wire if the connection has ended, and may wait a moment.
  virtual std::string DescribeWorker() = 0;

  // Whether the program behaves as no worker would: it ended before it had read
  // a request, or it broke the wire before it had sent one frame.
  virtual bool is_no_worker() const = 0;

  // Whether the worker has sent a frame; octets that make none do not count.
  virtual bool has_spoken() const = 0;

  // What the worker has written to standard error last.
  virtual absl::string_view stderr_tail() const = 0;

  // Once it has ended and was reaped.
  virtual const std::optional<ExitStatus>& exit_status() const = 0;
};

}  // namespace forkrpc::cli

#endif  // TOOLS_FORKRPC_FAILED_WORKER_H_
