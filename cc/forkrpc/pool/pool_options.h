// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PoolOptions, PoolCallOptions, PoolError: what a WorkerPool is told, and
// tells.
//
// Plain values. All callbacks run in the loop's thread, from the loop; in each
// of them everything may be done with the pool, also destroying it.
//
//   forkrpc::PoolOptions options;
//   options.program.argv = {"./greeter"};
//   options.max = 8;
//   options.recycle.max_calls = 1000;
//   options.on_error = [](const forkrpc::PoolError& error) {
//     Log(error.status.ToString());
//   };

#ifndef FORKRPC_POOL_POOL_OPTIONS_H_
#define FORKRPC_POOL_POOL_OPTIONS_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/pool/restart_policy.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/process/spawn_options.h"

namespace forkrpc {

// Names a call of a pool: never 0, never given twice.
using PoolCallId = uint64_t;

// Which worker: its number counts from 1 in a pool and is never given twice.
struct PoolWorkerId {
  uint64_t number = 0;
  pid_t pid = 0;
};

struct PoolCallOptions {
  // When the call ends with DeadlineExceeded, on the clock of MonotonicNow(),
  // whether it waits for a worker or is at work in one.
  MonotonicTime deadline = MonotonicTime::InfiniteFuture();
  // It does no harm to execute this call more than once: when its worker is
  // lost, it is tried again by another. Its request is kept until it ends.
  bool idempotent = false;
};

struct PoolError {
  enum Scope {
    kWorker,  // one has ended that was not told to, or could not be started
    kPool,    // a crash loop: none is started for a while
  };
  Scope scope;
  // With how the worker ended and what its standard error said last.
  absl::Status status;
  PoolWorkerId worker;                    // kWorker; pid 0 if it never started
  std::optional<ExitStatus> exit_status;  // once it has ended
  std::string stderr_tail;  // its last octets, not fit for a terminal
};

// When a worker is replaced that has done nothing wrong. It finishes its calls
// and does not count towards `max` meanwhile.
struct RecycleOptions {
  uint64_t max_calls = std::numeric_limits<uint64_t>::max();
  absl::Duration max_age = absl::InfiniteDuration();
  // Of the process, not of what it has started; looked at so often.
  size_t max_resident_octets = std::numeric_limits<size_t>::max();
  absl::Duration memory_interval = absl::Seconds(1);
};

struct PoolOptions {
  // What each worker is. kCapture instead of the default kTee keeps their
  // standard error out of this program's.
  SpawnOptions program;
  // Form and limits of each connection; the form must be the workers'.
  ClientOptions connection;
  // How long a worker may take to end that has nothing left to do.
  absl::Duration exit_grace = absl::Seconds(5);

  // Workers that take calls, at most.
  int max = 4;
  // Idle workers that are kept, so that a call finds one.
  int idle = 0;
  // Calls in flight in one worker, at most. More than one keeps a worker busy
  // while its response is on the way, and fills a worker that serves many at a
  // time; a call that waits behind another is lost with it, and cannot go to a
  // worker that becomes free earlier.
  int load = 1;
  // How long a call must have found all workers busy, or too few been idle,
  // before another is started. The first one is started at once.
  absl::Duration start = absl::Milliseconds(100);
  // How long a worker beyond `idle` has nothing to do before it is ended.
  absl::Duration stop = absl::Seconds(10);

  // What may wait for a worker: a call beyond these is refused, for a queue
  // that grows without end only hides that nobody is served in time.
  size_t max_queue = 10000;
  size_t max_queue_octets = size_t{64} << 20;

  RecycleOptions recycle;
  RestartOptions restart;
  // Seed of the jitter; 0 takes one from the clock and the process.
  uint64_t jitter_seed = 0;

  // A worker whose call exceeds its deadline is killed: SIGTERM, after
  // `kill_grace` SIGKILL. Otherwise it goes on with it, and has no room for
  // another call until it answers. Calls that share the worker are lost.
  bool kill_on_deadline = false;
  absl::Duration kill_grace = absl::Seconds(1);
  // How many workers an idempotent call is given to, at most: a call that ends
  // each of them must not do so for ever.
  int max_attempts = 3;

  // For each event, in order with the responses of the same worker. Without it
  // they are dropped and counted.
  std::function<void(const PoolWorkerId&, absl::string_view)> on_event;

  // After the calls that fail for the same reason. Without it a line goes to
  // standard error.
  std::function<void(const PoolError&)> on_error;

  // Last of all: every worker is gone and reaped, every callback has run.
  std::function<void()> on_destroy;
};

// One worker as it is now.
struct PoolWorkerInfo {
  PoolWorkerId id;
  size_t in_flight = 0;  // those no longer waited for included
  uint64_t answered = 0;
  bool retiring = false;  // takes no more calls
};

// Counts since the pool was made, and what is now.
struct PoolStats {
  size_t workers = 0;  // those that take calls
  size_t idle = 0;     // of those
  size_t queued = 0;
  size_t in_flight = 0;   // in all workers, those no longer waited for included
  uint64_t started = 0;   // workers
  uint64_t failed = 0;    // workers that ended without being told to
  uint64_t retired = 0;   // workers replaced or ended by the pool, or by Retire
  uint64_t killed = 0;    // workers killed because of a deadline
  uint64_t answered = 0;  // calls, with a response
  uint64_t lost = 0;      // calls that failed with their worker
  uint64_t retried = 0;   // times that an idempotent call was queued again
  uint64_t dropped_events = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_POOL_POOL_OPTIONS_H_
