// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// AsyncServerCore: what an AsyncServer does; its responders may outlive it.
//
// Counts who holds it, without atomics: it belongs to the loop's thread. Not
// for users.
//
//   core->Hold();
//   ...
//   core->Release();  // the last one deletes it

#ifndef FORKRPC_SERVER_ASYNC_SERVER_CORE_H_
#define FORKRPC_SERVER_ASYNC_SERVER_CORE_H_

#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/connection/server_connection.h"
#include "forkrpc/driver/loop_driver.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/server/async_server.h"
#include "forkrpc/server/responder.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

// Invariants: (1) holders_ counts the AsyncServer, each responder that was not
// used, and who is at work inside; (2) lost_ of the calls in flight have no
// responder any more; (3) after ended_ neither user nor driver is called, and
// handler_ is gone unless it is running.
class AsyncServerCore {
 public:
  AsyncServerCore(Transport* transport, AsyncHandler handler,
                  AsyncServerOptions options, EventLoop* loop);

  absl::Status Start();
  // Ends without a word.
  void Stop();

  void Hold() { ++holders_; }
  void Release() {
    if (--holders_ == 0) delete this;
  }

  absl::Status Respond(CallId call, absl::string_view payload);
  absl::Status SendEvent(absl::string_view payload);
  void Fail(absl::Status why);
  void OnDropped(CallId call);
  void Log(absl::string_view line) const;

  EventLoop* loop() const { return loop_; }
  // For tasks of other threads, to be read in the loop's: null once it has
  // ended.
  const std::shared_ptr<AsyncServerCore*>& link() const { return link_; }
  const ServerConnection& connection() const { return connection_; }

 private:
  ~AsyncServerCore() = default;

  void Poll();
  void Serve(CallId call, absl::string_view request);
  // Large payloads are borrowed: writes what the stream takes, copies the rest,
  // or leaves it where it was received.
  void AfterSend(absl::string_view payload);
  // Ends the service if it has failed and all is written, or if nothing can
  // happen any more.
  void CheckEnd();
  void End(absl::Status status);
  // Looks whether the parent is still there while nothing is read from it.
  void LookForParent();

  Transport* const transport_;
  EventLoop* const loop_;
  const AsyncServerOptions options_;
  const std::shared_ptr<AsyncServerCore*> link_;
  AsyncHandler handler_;
  ServerConnection connection_;
  std::shared_ptr<LoopDriver> driver_;
  std::unique_ptr<Timer> parent_timer_;
  absl::string_view request_;  // that handler_ works on
  absl::Status failure_;
  size_t holders_ = 0;
  size_t lost_ = 0;
  bool half_closed_ = false;
  bool looking_ = false;
  bool serving_ = false;  // handler_ is running
  bool ended_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_ASYNC_SERVER_CORE_H_
