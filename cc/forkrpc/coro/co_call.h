// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CoCall: a call into a Worker that a coroutine awaits.
//
// C++20. The call is made at once, not only when it is awaited: two calls that
// are made before the first is awaited overlap. The coroutine goes on in the
// loop's thread, inside the call's callback, and may do there what a callback
// may. Every end of a call, the worker's own included, is a status. A coroutine
// that is destroyed while it waits only stops waiting: the worker executes the
// call, and its response is dropped. It does not matter whether the Worker
// object still exists then. Copies the response; otherwise as Worker::Call.
//
//   #include "forkrpc/coro/task.h"
//
//   forkrpc::Task<void> Greet(forkrpc::Worker* worker) {
//     auto ada = forkrpc::CoCall(worker, "Ada");
//     auto grace = forkrpc::CoCall(worker, "Grace");
//     absl::StatusOr<std::string> first = co_await std::move(ada);
//     absl::StatusOr<std::string> second = co_await std::move(grace);
//     if (first.ok()) std::cout << *first << "\n";
//     if (second.ok()) std::cout << *second << "\n";
//   }
//
//   int main() {
//     forkrpc::LibuvLoop loop;
//     forkrpc::SpawnOptions program;
//     program.argv = {"./greeter"};
//     forkrpc::WorkerOptions options;
//     options.on_destroy = [&] { loop.Stop(); };
//     auto worker = forkrpc::Worker::Spawn(program, options, &loop);
//     if (!worker.ok()) return 1;
//     forkrpc::Task<void> greet = Greet(worker->get());
//     greet.Start();
//     worker->reset();  // drains: both calls are answered
//     loop.Run();
//   }

#ifndef FORKRPC_CORO_CO_CALL_H_
#define FORKRPC_CORO_CO_CALL_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/coro/pending.h"

namespace forkrpc {

using PendingCall = Pending<absl::StatusOr<std::string>>;

inline PendingCall CoCall(Worker* worker, absl::string_view payload,
                          const CallOptions& options = {}) {
  auto [callback, pending] = MakePending<absl::StatusOr<std::string>>();
  worker->Call(
      payload, options,
      [done = std::move(callback)](absl::StatusOr<absl::string_view> response) {
        if (response.ok()) {
          done(std::string(*response));
        } else {
          done(std::move(response).status());
        }
      });
  return std::move(pending);
}

}  // namespace forkrpc

#endif  // FORKRPC_CORO_CO_CALL_H_
