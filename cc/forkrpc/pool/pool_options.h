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
//     std::clog << error.status << "\n";
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
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/drain_mode.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/pool/pool_launcher.h"
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
  // How long the call may take, from Call() on, and on the clock of
  // MonotonicNow() when it must have ended: the earlier counts, whether the
  // call waits for a worker or is at work in one. It ends with
  // DeadlineExceeded, and is never given to a worker afterwards.
  absl::Duration timeout = absl::InfiniteDuration();
  MonotonicTime deadline = MonotonicTime::InfiniteFuture();
  // It does no harm to execute this call more than once: when its worker is
  // lost, it is tried again by another. Its request is kept until it ends.
  bool idempotent = false;
};

struct PoolError {
  enum Scope {
    kWorker,    // one has ended that was not told to, could not be started, or
                // had to be killed because it was hung or retired without end
    kPool,      // a crash loop: none is started for a while
    kLauncher,  // the same of one of several launchers: it is left alone
  };
  Scope scope;
  // With how the worker ended and what its standard error said last.
  absl::Status status;
  PoolWorkerId worker;                    // kWorker; pid 0 if it never started
  std::string launcher;                   // which, where there are several
  std::optional<ExitStatus> exit_status;  // once it has ended
  std::string stderr_tail;  // its last octets, not fit for a terminal
  // The calls that have failed with it: those that were tried again are not
  // among them. `status` says how many, and names the first of them.
  std::vector<PoolCallId> lost_calls;
};

// When a worker is replaced that has done nothing wrong. It finishes its calls
// and does not count towards `max` meanwhile, but towards `max_processes`. One
// that has answered no call by then is as good as one that has failed: see
// RestartOptions.
struct RecycleOptions {
  uint64_t max_calls = std::numeric_limits<uint64_t>::max();  // at least 1
  absl::Duration max_age = absl::InfiniteDuration();          // more than 0
  // Of the process, not of what it has started; looked at so often, at least
  // 1 ms apart.
  size_t max_resident_octets = std::numeric_limits<size_t>::max();
  absl::Duration memory_interval = absl::Seconds(1);
};

struct PoolOptions {
  // What each worker is. kCapture instead of the default kTee keeps their
  // standard error out of this program's.
  SpawnOptions program;
  // Several programs by which workers are started, in place of `program`.
  std::vector<PoolLauncher> launchers;
  // Form and limits of each connection; the form must be the workers'.
  ClientOptions connection;
  // How a worker is told that nothing more comes. Where `program` starts it
  // through another one, such as socat: see client/drain_mode.h.
  DrainOptions drain;
  // How long a worker may take to end that has nothing left to do.
  absl::Duration exit_grace = absl::Seconds(5);

  // Workers that take calls, at most.
  int max = 4;
  // Processes that are alive, at most: besides those that take calls the ones
  // that finish their last calls and the ones that are ending. While there are
  // so many none is started. At least `max`; 0: twice `max`.
  int max_processes = 0;
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

  // What may wait for a worker: a call beyond these is refused with
  // ResourceExhausted. One that waits alone may be of any size, and one that is
  // tried again is not refused.
  size_t max_queue = std::numeric_limits<size_t>::max();
  size_t max_queue_octets = size_t{64} << 20;
  // Once after calls were refused so: there is room again for the smallest.
  std::function<void()> on_room;

  RecycleOptions recycle;
  RestartOptions restart;
  // Seed of the jitter; 0 takes one from the clock and the process.
  uint64_t jitter_seed = 0;

  // A worker whose call exceeds its deadline is killed: SIGTERM, after
  // `kill_grace` SIGKILL. Otherwise it goes on with it, and the call keeps its
  // place in it until it answers. Calls that share the worker are lost.
  bool kill_on_deadline = false;
  absl::Duration kill_grace = absl::Seconds(1);
  // A worker is hung that is at work on calls that have exceeded their
  // deadlines or were cancelled, and on none else: it is given no more until it
  // answers one. After so long without an answer it is killed and replaced, and
  // on_error says so.
  absl::Duration hung_grace = absl::Minutes(1);
  // How long a worker that is replaced may take to finish its calls. Then it is
  // killed, the calls that it has are lost, and on_error says so. The pool's
  // Drain() has a grace of its own.
  absl::Duration retire_grace = absl::Minutes(1);
  // How many workers an idempotent call is given to, at most: a call that ends
  // each of them must not do so for ever.
  int max_attempts = 3;

  // For each event, in order with the responses of the same worker. Without it
  // they are dropped and counted.
  std::function<void(const PoolWorkerId&, absl::string_view)> on_event;

  // For each line of a worker's standard error, in place of what
  // program.stderr_mode does with it: see SpawnOptions::on_stderr, which is not
  // set beside it.
  std::function<void(const PoolWorkerId&, absl::string_view line)> on_stderr;

  // After the calls that fail for the same reason. Without it a line goes to
  // standard error.
  std::function<void(const PoolError&)> on_error;

  // Last of all: every worker is gone and reaped, every callback has run.
  std::function<void()> on_destroy;
};

// What a worker's process is doing; it goes from one to the next, never back.
enum class WorkerState {
  kServing,   // takes calls
  kRetiring,  // finishes the calls that it has, then it ends
  kDying,     // was killed, or has failed: its end is waited for
};

// One worker as it is now.
struct PoolWorkerInfo {
  PoolWorkerId id;
  size_t launcher = 0;  // its place in PoolOptions::launchers
  WorkerState state = WorkerState::kServing;
  bool hung = false;     // see PoolOptions::hung_grace
  size_t in_flight = 0;  // those no longer waited for included
  uint64_t answered = 0;
};

// Counts since the pool was made, and what is now.
struct PoolStats {
  size_t processes = 0;  // serving + retiring + dying
  size_t serving = 0;
  size_t retiring = 0;
  size_t dying = 0;
  size_t idle = 0;  // of those that serve
  size_t hung = 0;  // of those that serve or retire
  size_t queued = 0;
  size_t queued_octets = 0;
  size_t in_flight = 0;   // in all workers, those no longer waited for included
  uint64_t started = 0;   // workers
  uint64_t failed = 0;    // that ended, or did not start, without being told to
  uint64_t retired = 0;   // that were replaced or ended by the pool or Retire
  uint64_t killed = 0;    // by a call's deadline, hung_grace or retire_grace
  uint64_t answered = 0;  // calls, with a response
  uint64_t lost = 0;      // calls that failed with their worker
  uint64_t retried = 0;   // times that an idempotent call was queued again
  uint64_t dropped_events = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_POOL_POOL_OPTIONS_H_
