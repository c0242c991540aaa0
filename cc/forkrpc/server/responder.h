// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Responder: the answer that a call of an AsyncServer is still owed.
//
// Belongs to the loop's thread; ThreadResponder (thread_responder.h) is for
// another one. It may outlive the server, the transport and the loop. A
// responder that is destroyed without having been used is never silent: the
// server logs it, and once the parent has half-closed and all other calls are
// answered, the worker ends with a status other than 0, so that the parent's
// call fails.
//
//   #include "forkrpc/server/async_worker_main.h"
//
//   std::unique_ptr<forkrpc::Timer> timer;
//   std::optional<forkrpc::Responder> waiting;
//
//   int main() {
//     forkrpc::AsyncWorkerOptions options;
//     options.init = [](forkrpc::AsyncServer*, forkrpc::LibuvLoop* loop) {
//       timer = loop->MakeTimer(
//           [] { waiting->Respond("done").IgnoreError(); });
//     };
//     return forkrpc::AsyncWorkerMain(
//         [](absl::string_view, forkrpc::Responder responder) {
//           waiting = std::move(responder);
//           timer->Set(forkrpc::MonotonicNow() + absl::Milliseconds(5));
//         },
//         options);
//   }

#ifndef FORKRPC_SERVER_RESPONDER_H_
#define FORKRPC_SERVER_RESPONDER_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/connection/connection.h"
#include "forkrpc/driver/flush.h"
#include "forkrpc/server/reply.h"
#include "forkrpc/server/thread_responder.h"
#include "forkrpc/server/weak_handle.h"

namespace forkrpc {

class AsyncServerCore;

// Invariant: core_ is set iff this was neither moved from nor used.
class Responder {
 public:
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&& other) noexcept {
    std::swap(core_, other.core_);
    std::swap(call_, other.call_);
    return *this;
  }
  ~Responder() {
    if (core_.is_set()) Drop();
  }

  // Answers the call. The payload is copied or written before this returns.
  // Errors: FailedPrecondition if it was answered before, or the service has
  // ended; ResourceExhausted if the payload is too long, and then the call may
  // still be answered; what became of the connection, if it is gone.
  absl::Status Respond(absl::string_view payload);

  // The function has failed, and with it the worker: on this wire no response
  // means an error. No more requests are taken, the calls in progress complete
  // (for AsyncServerOptions::end_grace at most), everything is written, then
  // the service ends with `why`. The first reason counts.
  //= spec/wire.md#FR-ERR-008
  //= spec/wire.md#FR-ERR-012
  void EndWorker(absl::Status why);

  // Does what the reply of a function says that returns one: Respond() or
  // EndWorker(). A response that cannot be sent, being too long, and
  // AnswerLater(), which is for BlockingServer, end the worker.
  void Settle(const Reply& reply);

  // Sends an event: before this call's response if it is sent before it.
  absl::Status SendEvent(absl::string_view payload);

  // AsyncServer::Flush(), before the call is answered: after that it is
  // FailedPrecondition here, as everything else.
  absl::Status Flush(absl::Duration timeout = kDefaultFlushTimeout);

  CallId call() const { return call_; }

  // For answering from another thread.
  ThreadResponder ForThread() &&;

 private:
  friend class AsyncServerCore;
  Responder(WeakHandle<AsyncServerCore> core, CallId call)
      : core_(std::move(core)), call_(call) {}

  absl::Status WhyUnusable();
  void Drop();

  WeakHandle<AsyncServerCore> core_;
  CallId call_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_RESPONDER_H_
