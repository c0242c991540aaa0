// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// BlockingServer: a worker's loop without event loop or thread.
//
// Reads a request, runs the function, writes the response; in either form. One
// thread. A parent that reads slowly holds it back in write(), with one batch
// of output in memory: 64 KiB and one payload. In the steady state nothing is
// allocated.
//
//   #include "forkrpc/transport/stdio_transport.h"
//
//   int main() {
//     auto wire = forkrpc::TakeStdioTransport();
//     if (!wire.ok()) return 2;
//     forkrpc::BlockingServer server(wire->get(), {});
//     const absl::Status end = server.Serve([](forkrpc::ServerCall& call) {
//       return absl::StrCat("hello, ", call.request());
//     });
//     return end.ok() ? 0 : 1;
//   }
//
// worker_main.h has all of that in one line.

#ifndef FORKRPC_SERVER_BLOCKING_SERVER_H_
#define FORKRPC_SERVER_BLOCKING_SERVER_H_

#include <cstddef>
#include <type_traits>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/connection/server_connection.h"
#include "forkrpc/driver/flush.h"
#include "forkrpc/server/reply.h"
#include "forkrpc/transport/transport.h"

namespace forkrpc {

// When output is written, if not before: always when 64 KiB of it are waiting,
// before the server reads, at the end of Serve(), and by Flush().
enum class FlushPolicy {
  // Each event before SendEvent() returns, responses after each call: for
  // functions that say how far they are.
  kEachEvent,
  // After each call, with the events that it has sent: a response never waits
  // for a later call, and many events are one system call. But what a function
  // sends before it computes for long arrives after that, unless it calls
  // Flush().
  kEachCall,
  // When no request is waiting that has arrived: one system call for many short
  // calls, but a response waits for those behind it. A call that has sent
  // events is written when it ends.
  kWhenIdle,
};

struct BlockingServerOptions {
  ServerOptions connection;
  FlushPolicy flush = FlushPolicy::kEachCall;
  // How long to spin for the next request before blocking; see spin_read.h.
  absl::Duration spin = absl::ZeroDuration();
};

class BlockingServer;

// One call, while its function runs.
class ServerCall {
 public:
  // Valid until the function returns.
  absl::string_view request() const { return request_; }

  // For answering later, in the async form: the function returns AnswerLater(),
  // and a later one calls server()->Respond(id, ...).
  CallId id() const { return id_; }
  BlockingServer* server() const { return server_; }

  // Sends an event; it arrives before this call's response if it is sent
  // before it. It is written when the function returns, unless much is waiting
  // before: where it must not wait, Flush() pushes it out, or
  // FlushPolicy::kEachEvent each.
  //= spec/wire.md#FR-EVT-004
  absl::Status SendEvent(absl::string_view payload);

  // BlockingServer::Flush().
  absl::Status Flush(absl::Duration timeout = kDefaultFlushTimeout);

 private:
  friend class BlockingServer;
  ServerCall(BlockingServer* server, CallId id, absl::string_view request)
      : server_(server), id_(id), request_(request) {}

  BlockingServer* const server_;
  const CallId id_;
  const absl::string_view request_;
};

class BlockingServer {
 public:
  // `transport` must outlive the server.
  BlockingServer(Transport* transport, const BlockingServerOptions& options);
  BlockingServer(const BlockingServer&) = delete;
  BlockingServer& operator=(const BlockingServer&) = delete;

  // Serves until the parent half-closes, then drains. OK after a clean end.
  // Otherwise what went wrong: DataLoss or ResourceExhausted (what the parent
  // sent), Unavailable (the parent is gone), FailedPrecondition (a call was
  // never answered), or what the function ended the worker with. Whatever was
  // made before is written.
  //
  // `handler` is the worker's function: called as handler(ServerCall&), it
  // returns a Reply, or a payload by itself (reply.h). A template, so that the
  // function is part of the loop.
  //
  // An exception that leaves the function leaves Serve(), after what was made
  // before is written. Its call is then in flight, as after AnswerLater(), and
  // Serve() may be called again.
  //= spec/wire.md#FR-CLS-008
  //= spec/wire.md#FR-ERR-015
  template <typename Handler>
  absl::Status Serve(Handler&& handler) {
    using Result = std::invoke_result_t<Handler&, ServerCall&>;
    CheckIsReply<Result>();
    const FlushAtEnd flush_at_end(this);
    absl::Status end;
    do {
      CallId id;
      absl::string_view request;
      while (connection_.PollRequest(&id, &request)) {
        ServerCall call(this, id, request);
        absl::Status status;
        if constexpr (server_internal::kIsPayload<Result>) {
          // A result that is an object stays until it is copied or written.
          auto&& payload = handler(call);
          status = Respond(id, server_internal::AsView(payload));
        } else if constexpr (IsReply<Result>::value) {
          status = Take(id, handler(call));
        }
        if (ABSL_PREDICT_FALSE(!status.ok())) return status;
        if (ABSL_PREDICT_FALSE(NeedsCare())) {
          status = AfterCall();
          if (!status.ok()) return status;
        }
      }
    } while (Proceed(&end));
    return end;
  }

  // Whether Serve() ended because of what the parent sent.
  bool peer_broke_protocol() const {
    return absl::IsDataLoss(connection_.status()) ||
           absl::IsResourceExhausted(connection_.status());
  }

  // For functions: answers any call in flight, sends an event. Errors: see
  // ServerConnection::SendResponse; those of writing.
  absl::Status Respond(CallId call, absl::string_view payload) {
    absl::Status status =
        connection_.SendResponse(call, payload, PayloadLifetime::kBorrow);
    // What was borrowed must be written before the caller has it back.
    if (ABSL_PREDICT_FALSE(payload.size() >= SendQueue::kMinBorrow) &&
        status.ok()) {
      return WriteAll();
    }
    return status;
  }
  absl::Status SendEvent(absl::string_view payload);

  // Writes all output now, responses of earlier calls too: before a function
  // goes on for long, or the process ends. Waits for the parent to take it, for
  // `timeout` at most. DeadlineExceeded if it does not read: what is left stays
  // queued, is written with what is next, and holds up the end of Serve(), but
  // not that of the process. Unavailable, or what the transport says, if the
  // parent is gone. OK says that the kernel has it all, not that it was read.
  absl::Status Flush(absl::Duration timeout = kDefaultFlushTimeout);

 private:
  // Output is written at the latest when so much is waiting, so that a batch
  // costs little memory and the parent can start on it.
  static constexpr size_t kFlushAt = size_t{64} << 10;

  // Whatever ends Serve(), an exception too.
  //= spec/wire.md#FR-ERR-008
  //= spec/wire.md#FR-ERR-019
  class FlushAtEnd {
   public:
    explicit FlushAtEnd(BlockingServer* server) : server_(server) {}
    FlushAtEnd(const FlushAtEnd&) = delete;
    FlushAtEnd& operator=(const FlushAtEnd&) = delete;
    ~FlushAtEnd() { server_->WriteAll().IgnoreError(); }

   private:
    BlockingServer* const server_;
  };

  // Whether a call that went well is to be followed by AfterCall().
  bool NeedsCare() const {
    return connection_.unsent() >= flush_at_ ||
           (form_ == Form::kSync && connection_.in_flight() > 0);
  }
  // Does what a reply says.
  absl::Status Take(CallId call, const Reply& reply);
  // Writes all output, however long the parent takes for it.
  absl::Status WriteAll();
  void OnAllWritten();
  // Writes what is due after a call; not OK if that ends the service.
  absl::Status AfterCall();
  // Does what there is to do when no request is waiting. False at the end, with
  // what Serve() is to return.
  bool Proceed(absl::Status* end);
  // Reads once, writing all first: nothing more can be done without it.
  absl::Status Receive();

  Transport* const transport_;
  const Form form_;
  const FlushPolicy flush_;
  const absl::Duration spin_;
  ServerConnection connection_;
  // How much output is written after a call: kFlushAt, or any if responses are
  // not to wait or events are waiting.
  size_t flush_at_ = 0;
};

inline absl::Status ServerCall::SendEvent(absl::string_view payload) {
  return server_->SendEvent(payload);
}
inline absl::Status ServerCall::Flush(absl::Duration timeout) {
  return server_->Flush(timeout);
}

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_BLOCKING_SERVER_H_
