// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WorkerOptions, CallOptions, WorkerError: what a Worker calls, and its limits.
//
// Plain values. All callbacks run in the loop's thread, from the loop; in each
// of them everything may be done with the worker, also destroying it.
//
//   forkrpc::WorkerOptions options;
//   options.on_event = [](absl::string_view event) {
//     std::clog << event << "\n";
//   };
//   options.on_error = [](const forkrpc::WorkerError& error) {
//     std::clog << error.status << "\n";
//   };

#ifndef FORKRPC_CLIENT_WORKER_OPTIONS_H_
#define FORKRPC_CLIENT_WORKER_OPTIONS_H_

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/drain_mode.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/connection/send_queue.h"
#include "forkrpc/process/exit_status.h"

namespace forkrpc {

// Something went wrong, with one call or with the worker as a whole.
struct WorkerError {
  enum Scope { kCall, kWorker };
  Scope scope;
  // What it was. For the worker also how it ended and what its standard error
  // said last, as one line: see WorkerProcess::DescribeEnd.
  absl::Status status;
  CallId call = 0;  // kCall
  pid_t pid = 0;    // 0 if the worker is not a process of ours
  std::optional<ExitStatus> exit_status;  // once it has ended
  std::string stderr_tail;  // its last octets, not fit for a terminal
};

struct WorkerOptions {
  // Form and limits. The form must be the worker's.
  ClientOptions connection;

  // For each event, in order with the responses. Without it they are dropped
  // and counted.
  std::function<void(absl::string_view)> on_event;

  // At most once for the worker, after the calls that fail with it; and for
  // each call that fails and has no callback. Where it is not set, on_event
  // gets what a worker would have sent that raises the event "error" with the
  // message, in string-pack; where neither is, a line goes to standard error.
  std::function<void(const WorkerError&)> on_error;

  // Last of all: the worker is gone and reaped, every callback has run. Only
  // who calls a worker that is gone hears of that later.
  std::function<void()> on_destroy;

  // Above so many octets queued above_high_water() is true; on_low_water says
  // when it is false again, at the second amount, unless the worker has ended.
  // Calls are taken nevertheless, to connection.max_unsent; beyond that they
  // are refused with ResourceExhausted, and on_room says, once after such
  // refusals, when the smallest of them would be taken.
  size_t high_water = size_t{1} << 20;
  size_t low_water = size_t{256} << 10;
  std::function<void()> on_low_water;
  std::function<void()> on_room;

  // What Drain() and the destructor do first.
  DrainOptions drain;

  // How long a worker may take to end once its wire is closed; then SIGKILL.
  absl::Duration exit_grace = absl::Seconds(5);
};

struct CallOptions {
  // When the call ends with DeadlineExceeded: so long after it was made, or at
  // a point in time; the earlier counts. What has expired before anything of it
  // was written is not sent, however long the worker has not read. Else the
  // worker still executes it, and its id stays taken until it answers.
  absl::Duration timeout = absl::InfiniteDuration();
  MonotonicTime deadline = MonotonicTime::InfiniteFuture();
  // With kBorrow and a callback, the payload must stay as it is until the
  // callback runs; a large one is then not copied, which shows where the stream
  // does not take it all at once (from about 200 KiB on).
  PayloadLifetime payload = PayloadLifetime::kCopy;
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_WORKER_OPTIONS_H_
