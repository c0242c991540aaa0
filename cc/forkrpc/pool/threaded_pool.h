// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ThreadedPool: a WorkerPool for a program without a loop, to be called from
// any thread.
//
// It has one thread, which it starts and ends, with a loop of its own: all
// callbacks of PoolOptions and of futures run there, and what they throw ends
// the program. Every function may be called from any thread at any time, but
// the destructor, and Close() from the pool's own thread. Payloads and
// responses are copied.
//
//   forkrpc::PoolOptions options;
//   options.program.argv = {"./greeter"};
//   auto pool = forkrpc::ThreadedPool::Create(options);
//   if (!pool.ok()) return pool.status();
//   forkrpc::CallFuture ada = (*pool)->Submit("Ada");
//   forkrpc::CallFuture grace = (*pool)->Submit("Grace");
//   for (forkrpc::CallFuture* future : {&ada, &grace}) {
//     const absl::StatusOr<std::string> response = future->Take();
//     if (response.ok()) std::cout << *response << "\n";
//   }
//
// map_calls.h has many inputs at once.

#ifndef FORKRPC_POOL_THREADED_POOL_H_
#define FORKRPC_POOL_THREADED_POOL_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forkrpc/pool/call_future.h"
#include "forkrpc/pool/pool_options.h"

namespace forkrpc {

class ThreadedPoolCore;

// Invariants:
// 1. The thread runs until all calls have ended and all workers are gone.
// 2. Each call that was submitted ends, whatever becomes of the pool.
class ThreadedPool {
 public:
  // Starts the thread; workers are started as WorkerPool does. on_destroy of
  // the options is called last of all, in the pool's thread. Errors:
  // FailedPrecondition with the name of an option that makes no sense,
  // ResourceExhausted if there are no descriptors for a loop.
  static absl::StatusOr<std::unique_ptr<ThreadedPool>> Create(
      PoolOptions options);

  // As Python's ProcessPoolExecutor: waits until every call that was submitted
  // has ended and the workers are gone. Close() before has a limit.
  ~ThreadedPool();
  ThreadedPool(const ThreadedPool&) = delete;
  ThreadedPool& operator=(const ThreadedPool&) = delete;

  // Makes a call. How it ends: see WorkerPool::Call(); ResourceExhausted also
  // if more than max_queue_octets wait for the pool's thread.
  CallFuture Submit(std::string payload, const PoolCallOptions& options = {});

  // No more calls are taken: those made are answered and the workers end, for
  // which this waits. After `grace` the workers are killed, and what is left
  // fails with DeadlineExceeded. OK if no call was lost and every worker ended
  // with status 0; a second time the first one's end. FailedPrecondition in the
  // pool's own thread, which cannot wait for itself.
  absl::Status Close(absl::Duration grace = absl::InfiniteDuration());

  // What is now; zeros once the pool is closed. Waits for the pool's thread.
  PoolStats stats() const;

 private:
  explicit ThreadedPool(std::shared_ptr<ThreadedPoolCore> core,
                        std::thread thread);

  // Futures that can be cancelled have weak references.
  const std::shared_ptr<ThreadedPoolCore> core_;
  std::thread thread_;
};

}  // namespace forkrpc

#endif  // FORKRPC_POOL_THREADED_POOL_H_
