// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// AsyncServer: a worker's functions on an event loop, many calls at a time.
//
// A function gets a request and a Responder, which it may use now or later, in
// any order. Everything happens in the loop's thread; a ThreadResponder brings
// an answer from another one. Responses made in one turn of the loop are
// written with one system call. From a parent that reads slowly no more
// requests are taken. Makes no thread; allocates nothing per call in the steady
// state. The server may be destroyed from inside its own functions, coroutines
// and callbacks. An exception that leaves a function leaves the function that
// runs the loop; its call is never answered, and all else is as if it had
// returned.
//
//   #include "forkrpc/transport/stdio_transport.h"
//
//   int main() {
//     auto wire = forkrpc::TakeStdioTransport();
//     if (!wire.ok()) return 2;
//     forkrpc::LibuvLoop loop;
//     forkrpc::AsyncServerOptions options;
//     options.done = [&](absl::Status) { loop.Stop(); };
//     auto server = forkrpc::AsyncServer::Start(
//         wire->get(),
//         [](absl::string_view request, forkrpc::Responder responder) {
//           responder.Respond(request).IgnoreError();
//         },
//         options, &loop);
//     if (!server.ok()) return 2;
//     loop.Run();
//   }
//
// async_worker_main.h has all of that in one line.

#ifndef FORKRPC_SERVER_ASYNC_SERVER_H_
#define FORKRPC_SERVER_ASYNC_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/connection/server_connection.h"
#include "forkrpc/driver/flush.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/server/async_handler.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

class AsyncServerCore;

struct AsyncServerOptions {
  // Form and limits; max_in_flight is how many functions may be at work. In the
  // sync form that is one, whatever it says, since only the oldest call can be
  // answered.
  ServerOptions connection;

  // Called once, when the service has ended: after a clean end with OK, else
  // with what BlockingServer::Serve would return. Not called if the server is
  // destroyed before.
  std::function<void(absl::Status)> done;

  // One line without its end: a call that can never be answered because its
  // responder was dropped. By default it goes to standard error. Must not
  // throw.
  std::function<void(absl::string_view)> log;

  // Once a function has failed (Responder::EndWorker): how long calls in
  // progress may take to complete. What is left after that is lost.
  absl::Duration end_grace = absl::Seconds(5);

  // Once the service ends with an error: how long the parent may take nothing
  // of what was made before. A parent that reads gets all of it.
  absl::Duration flush_grace = absl::Seconds(30);
};

class AsyncServer {
 public:
  // Serves from now on; `handler` is destroyed when the service has ended, but
  // not while it runs. `transport` must stay until then. Where the loop is
  // destroyed first, the service ends with it, and `done` is not called.
  // Responders may outlive them all. Errors: those of EventLoop::WatchFd,
  // FailedPrecondition for options that make no sense.
  static absl::StatusOr<std::unique_ptr<AsyncServer>> Start(
      Transport* transport, AsyncHandler handler, AsyncServerOptions options,
      EventLoop* loop);

  // Ends at once: what is not written is lost, and responders that are left say
  // so. For a clean end wait for `done`.
  ~AsyncServer();
  AsyncServer(const AsyncServer&) = delete;
  AsyncServer& operator=(const AsyncServer&) = delete;

  // Sends an event, at any time. The payload is copied or written before this
  // returns. Errors: see ServerConnection::SendEvent; FailedPrecondition once
  // the service has ended.
  absl::Status SendEvent(absl::string_view payload);

  // Writes all that was made, events and responses, before this returns: before
  // a function blocks the loop, or ends the process. It is for just that, so it
  // may block the loop's thread, for `timeout` at most; no function or callback
  // runs inside it. DeadlineExceeded if the parent does not read: what is left
  // stays queued, and the loop goes on writing it. Unavailable, or what the
  // transport says, if the stream is over, or the service is, and something is
  // lost. OK says that the kernel has it all, not that it was read. The loop's
  // thread; another one has to post it there, with PostEvent() before it.
  absl::Status Flush(absl::Duration timeout = kDefaultFlushTimeout);

  // SendEvent() from any thread, while the server exists.
  void PostEvent(std::string payload);

  // The worker has failed: as Responder::EndWorker, but no call's fault.
  void EndWorker(absl::Status why);

  // Octets made and not yet written: who makes events by itself can stop while
  // the parent does not read them.
  size_t unsent() const;
  // Requests taken and not answered.
  size_t in_flight() const;
  // Whether the service ended because of what the parent sent.
  bool peer_broke_protocol() const;

 private:
  explicit AsyncServer(std::shared_ptr<AsyncServerCore> core);

  const std::shared_ptr<AsyncServerCore> core_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_ASYNC_SERVER_H_
