// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// AsyncServerCore: what an AsyncServer does.
//
// A shared block: the AsyncServer owns it, whoever runs inside it holds it for
// so long, and responders and posted tasks have weak handles. Belongs to the
// loop's thread. Not for users.
//
//   #include "forkrpc/transport/fd_transport.h"
//   #include "forkrpc/transport/stream_pair.h"
//
//   auto wire = forkrpc::MakeSocketPair();
//   if (!wire.ok()) return wire.status();
//   auto transport = forkrpc::FdTransport::FromSocket(std::move(wire->ours));
//   if (!transport.ok()) return transport.status();
//   forkrpc::LibuvLoop loop;
//   auto core = std::make_shared<forkrpc::AsyncServerCore>(
//       transport->get(),
//       [](absl::string_view request, forkrpc::Responder responder) {
//         responder.Respond(request).IgnoreError();
//       },
//       forkrpc::AsyncServerOptions(), &loop);
//   const absl::Status started = core->Start();
//   core->Stop();
//   return started;

#ifndef FORKRPC_SERVER_ASYNC_SERVER_CORE_H_
#define FORKRPC_SERVER_ASYNC_SERVER_CORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/connection/server_connection.h"
#include "forkrpc/driver/loop_driver.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/server/async_server.h"
#include "forkrpc/server/parent_watch.h"
#include "forkrpc/server/responder.h"
#include "forkrpc/server/server_link.h"
#include "forkrpc/server/weak_handle.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

// Invariants: (1) lost_ of the calls in flight have no responder any more; (2)
// end_ is not OK in kCompleting and kFlushing only; (3) in kEnded neither user,
// driver nor loop is called, weak handles are null, and handler_ is null.
class AsyncServerCore : public std::enable_shared_from_this<AsyncServerCore> {
 public:
  AsyncServerCore(Transport* transport, AsyncHandler handler,
                  AsyncServerOptions options, EventLoop* loop);
  AsyncServerCore(const AsyncServerCore&) = delete;
  AsyncServerCore& operator=(const AsyncServerCore&) = delete;

  absl::Status Start();
  // Ends without a word.
  void Stop();

  absl::Status Respond(CallId call, absl::string_view payload);
  absl::Status SendEvent(absl::string_view payload);
  absl::Status Flush(absl::Duration timeout);
  // The worker has failed: see Responder::EndWorker.
  void EndWorker(absl::Status why);
  // A call gets no response: its function has failed, or its responder was
  // dropped.
  void OnFailed(absl::Status why);
  void OnDropped(CallId call);
  void Log(absl::string_view line) const;

  Responder MakeResponder(CallId call) {
    return Responder(source_.MakeHandle(), call);
  }
  // For other threads.
  const std::shared_ptr<ServerLink>& link() const { return link_; }
  const ServerConnection& connection() const { return connection_; }

 private:
  enum class State {
    kServing,     // requests are taken
    kDraining,    // the parent has half-closed: what is in flight is answered
    kCompleting,  // a function has failed: so are calls in progress
    kFlushing,    // only what was made is written
    kEnded,
  };

  bool takes_requests() const { return state_ < State::kCompleting; }
  size_t calls_left() const { return connection_.in_flight() - lost_; }

  void Poll();
  void Serve(CallId call, absl::string_view request);
  // Large payloads are borrowed: writes what the stream takes, copies the rest,
  // or leaves it where it was received.
  void AfterSend(absl::string_view payload);
  // Goes on to the next state if this one's work is done.
  void CheckState();
  void BeginFlushing();
  void End(absl::Status status);
  void OnParentLook(bool gone);
  void OnGraceOver();
  void OnLoopEnd();

  Transport* const transport_;
  EventLoop* const loop_;
  const AsyncServerOptions options_;
  WeakSource<AsyncServerCore> source_{this};
  std::shared_ptr<ServerLink> link_;
  // Poll() shares it: the function must not be destroyed while it runs.
  std::shared_ptr<AsyncHandler> handler_;
  ServerConnection connection_;
  std::shared_ptr<LoopDriver> driver_;
  std::unique_ptr<ParentWatch> parent_watch_;
  std::unique_ptr<Timer> grace_timer_;
  std::unique_ptr<EndWatch> loop_end_;
  State state_ = State::kServing;
  absl::Status end_;
  size_t lost_ = 0;
  uint64_t sent_before_grace_ = 0;
  absl::string_view request_;  // a large one that the function works on
};

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_ASYNC_SERVER_CORE_H_
