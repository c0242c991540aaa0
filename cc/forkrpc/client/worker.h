// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Worker: calls into a worker process, answered by callbacks of an event loop.
//
// Everything happens in the loop's thread. A callback runs exactly once, from
// the loop and never from inside a function of the worker; calling, draining
// and destroying the worker is legal in all of them. Calls that are made in one
// turn of the loop are written with one system call. Speaks both forms. Memory
// follows what is received and what the user queued. Makes no thread.
//
//   forkrpc::LibuvLoop loop;
//   forkrpc::SpawnOptions program;
//   program.argv = {"./greeter"};
//   forkrpc::WorkerOptions options;
//   options.on_destroy = [&] { loop.Stop(); };
//   auto worker = forkrpc::Worker::Spawn(program, options, &loop);
//   if (!worker.ok()) return worker.status();
//   (*worker)->Call("world", [](absl::StatusOr<absl::string_view> response) {
//     if (response.ok()) std::cout << *response << "\n";
//   });
//   worker->reset();  // drains: the call is answered, then the worker ends
//   loop.Run();

#ifndef FORKRPC_CLIENT_WORKER_H_
#define FORKRPC_CLIENT_WORKER_H_

#include <sys/types.h>

#include <cstddef>
#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/client/call_callback.h"
#include "forkrpc/client/worker_options.h"
#include "forkrpc/connection/connection.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

class WorkerCore;

class Worker {
 public:
  // Starts a worker, and tells it the form, and the name of the serialiser if
  // there is one: see WireTerms. Errors: see WorkerProcess::Spawn and
  // EventLoop::WatchFd.
  //
  // A loop that is destroyed before on_destroy was called ends the worker: its
  // wire is closed, after a second (shared by all workers of the loop) it is
  // killed, it is reaped, and no callback is called any more.
  static absl::StatusOr<std::unique_ptr<Worker>> Spawn(
      const SpawnOptions& program, WorkerOptions options, EventLoop* loop,
      absl::string_view serialiser = {});

  // Uses a stream that somebody else made, and that non-blocking reads and
  // writes are fit for.
  static absl::StatusOr<std::unique_ptr<Worker>> Connect(
      std::unique_ptr<Transport> transport, WorkerOptions options,
      EventLoop* loop);

  // Drains without a limit of time: what was called is still executed and
  // answered, then the worker ends. Does not wait for that. Ends a pause.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Makes a call; `callback` gets its end. Errors: ResourceExhausted if a limit
  // refuses it (on_room says when it is worth trying again);
  // FailedPrecondition after Drain(); Cancelled; DeadlineExceeded, with nothing
  // sent if nothing was by the deadline; and if it was lost with the worker,
  // why, and how the worker ended. The payload is copied or
  // written before this returns, unless the options say that it is borrowed.
  // With an empty callback the response is dropped and an error goes to
  // on_error.
  //
  // Returns the call's id, for Cancel(); 0 if it was refused.
  CallId Call(absl::string_view payload, CallCallback callback);
  CallId Call(absl::string_view payload, const CallOptions& options,
              CallCallback callback);

  // Stops waiting for a call: it ends with Cancelled. If nothing of its request
  // was written it is not sent, else the worker still executes it; so it is at
  // a deadline. If its end is decided and its callback still to come, OK all
  // the same, and it keeps that end. NotFound if no such call is waited for.
  absl::Status Cancel(CallId call);
  // The same if nothing of its request was written, so that the worker knows
  // nothing of it; else false, and the call goes on.
  bool CancelUnsent(CallId call);

  // Ends a call that could not be made, such as one whose request cannot be
  // encoded: `callback` gets `why` from the loop, as if Call() had refused it.
  CallId Refuse(absl::Status why, CallCallback callback);

  // No more calls: those made are executed and answered, then the worker ends:
  // see drain_mode.h for when it hears of that. After `grace` it is killed, and
  // what is left fails. `done` gets OK if it drained and ended with status 0,
  // before on_destroy is called.
  void Drain(absl::Duration grace = absl::InfiniteDuration(),
             absl::AnyInvocable<void(absl::Status)> done = nullptr);

  // Ends the worker without draining: SIGTERM, after `grace` SIGKILL. What is
  // in flight fails, naming that; calls are refused; the worker's end is no
  // error then. May be called again: the earlier time counts.
  void Terminate(absl::Duration grace);

  // Reads no more until false: the worker is held back by its full stream.
  // Calls are still sent, cancelled and ended by their deadlines. What a worker
  // that ends has written waits to be read; Drain()'s grace and Terminate() end
  // that.
  void SetPaused(bool paused);

  // Whether Call() would take a payload of so many octets now.
  bool can_call(size_t payload_size = 0) const;
  bool above_high_water() const;
  // Calls whose ids are taken, those no longer waited for included.
  size_t in_flight() const;
  size_t dropped_events() const;
  // 0 if the worker is not a process of ours.
  pid_t pid() const;
  // The loop in whose thread it is; null once that was destroyed.
  EventLoop* loop() const;

 private:
  explicit Worker(std::shared_ptr<WorkerCore> core);

  // Outlives this object while it drains.
  const std::shared_ptr<WorkerCore> core_;
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_WORKER_H_
