// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WorkerPool: calls into as many worker processes as there is work for.
//
// Everything happens in the loop's thread. A callback runs exactly once, from
// the loop and never from inside a function of the pool; calling, retiring,
// draining and destroying the pool is legal in all of them. An exception that
// leaves one leaves the loop's function that runs callbacks; all else is as if
// the callback had returned. A worker that ends fails only its own calls, each
// with how the worker ended, and is replaced. There are never more processes
// than PoolOptions::max_processes, whatever becomes of them. Makes no thread.
// What a worker is told to do stays between it and its parent: the pool sends
// and takes no messages of its own.
//
//   forkrpc::LibuvLoop loop;
//   forkrpc::PoolOptions options;
//   options.program.argv = {"./greeter"};
//   options.on_destroy = [&] { loop.Stop(); };
//   auto pool = forkrpc::WorkerPool::Create(options, &loop);
//   if (!pool.ok()) return pool.status();
//   for (const char* name : {"Ada", "Grace"}) {
//     (*pool)->Call(name, [](absl::StatusOr<absl::string_view> response) {
//       if (response.ok()) std::cout << *response << "\n";
//     });
//   }
//   pool->reset();  // drains: the calls are answered, then the workers end
//   loop.Run();
//
// A crash loop. When PoolOptions::restart.max_failures workers in a row end
// without any response in between (by themselves, killed by the pool, or
// replaced for their age or memory), the pool stops starting workers: on_error
// says so once, calls that wait fail with the same status, and so do new ones,
// unless a worker is there that has answered before. After restart.pause it
// starts one worker on trial (for the next call, or to have `idle` ones): its
// first response puts everything right, its failure begins the next pause.
// Restart() ends a pause by hand.
//
// Several launchers (PoolOptions::launchers). Each has a crash loop of its own:
// the others are used, on_error says which is left alone, and only when all are
// calls fail, with a status that names each and its last failure. A call that a
// worker had when it ended is lost with it, though it may never have come out
// of the launcher: only one that is `idempotent` is tried elsewhere.

#ifndef FORKRPC_POOL_WORKER_POOL_H_
#define FORKRPC_POOL_WORKER_POOL_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/client/call_callback.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/pool/pool_options.h"

namespace forkrpc {

class PoolCore;

class WorkerPool {
 public:
  // Starts no worker yet: the loop does, for the first call or to have `idle`
  // ones. If `loop` is destroyed before on_destroy was called, the workers are
  // ended and no callback runs any more. Errors: FailedPrecondition with the
  // name of an option that makes no sense.
  static absl::StatusOr<std::unique_ptr<WorkerPool>> Create(PoolOptions options,
                                                            EventLoop* loop);

  // Drains without a limit of time. Does not wait for that.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Makes a call; `callback`, which must not be empty, gets its end. Errors:
  // - ResourceExhausted: the queue is full (on_room says when it is not), or
  // the
  //   payload is over the limit;
  // - DeadlineExceeded: the message says whether it waited or was at work; if
  //   its deadline has passed when it is made no worker is given it;
  // - Unavailable, or what was wrong with the connection: the worker was lost
  //   and may have executed it, with how the worker ended; or a crash loop;
  // - Cancelled; FailedPrecondition after Drain().
  // The payload is copied or written before this returns. Returns the call's
  // id, for Cancel(); 0 if it was refused.
  PoolCallId Call(absl::string_view payload, CallCallback callback);
  PoolCallId Call(absl::string_view payload, const PoolCallOptions& options,
                  CallCallback callback);

  // Stops waiting for a call: it ends with Cancelled. A worker to which any of
  // it was written executes it nevertheless; so it does after a deadline.
  // NotFound if no such call is waited for.
  absl::Status Cancel(PoolCallId call);

  // Lets a worker finish its calls, within PoolOptions::retire_grace, and end,
  // and has it replaced if there is work for another: because of what an event
  // of it says, for example.
  // NotFound if there is no such worker.
  absl::Status Retire(uint64_t worker);
  // The same for all that are there now: after a new program was installed.
  void RetireAll();

  // Ends a pause after a crash loop.
  void Restart();

  // No more calls: those made are executed and answered, then the workers end.
  // After `grace` the workers are killed and what is left fails with
  // DeadlineExceeded. `done` gets OK if no call was lost and every worker ended
  // with status 0, before on_destroy is called.
  void Drain(absl::Duration grace = absl::InfiniteDuration(),
             absl::AnyInvocable<void(absl::Status)> done = nullptr);

  PoolStats stats() const;
  // In the order in which they were started.
  std::vector<PoolWorkerInfo> workers() const;
  // In the order of PoolOptions::launchers; one if there are none.
  std::vector<PoolLauncherInfo> launchers() const;

 private:
  explicit WorkerPool(std::shared_ptr<PoolCore> core);

  // Outlives this object while it drains.
  const std::shared_ptr<PoolCore> core_;
};

}  // namespace forkrpc

#endif  // FORKRPC_POOL_WORKER_POOL_H_
