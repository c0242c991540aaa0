// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ServerConnection: the child's end of the protocol, without I/O.
//
// Requests come out by polling, responses and events go in; connection.h says
// how a driver moves the octets. One thread at a time. In the steady state
// nothing is allocated.
//
//   forkrpc::ServerConnection connection{forkrpc::ServerOptions()};
//   const absl::string_view stream("\0\0\0\7\0\0\0\2hi", 10);
//   absl::Span<char> space = connection.ReceiveBuffer();
//   connection.OnReceived(stream.copy(space.data(), space.size()));
//   while (auto event = connection.PollEvent()) {
//     if (event->kind == forkrpc::ServerEvent::kRequest) {
//       connection.SendResponse(event->call, event->payload).IgnoreError();
//     }
//   }
//   // ... write connection.SendBuffers(), and tell OnSent() ...

#ifndef FORKRPC_CONNECTION_SERVER_CONNECTION_H_
#define FORKRPC_CONNECTION_SERVER_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/connection/call_table.h"
#include "forkrpc/connection/connection.h"

namespace forkrpc {

struct ServerOptions {
  Form form = Form::kAsync;
  // What requests may be; responses and events are held to it too.
  WireLimits limits;
  // Requests polled and not yet answered. At the limit no more are given and
  // reading stops, so that the parent is held back. Each takes up to 48 octets
  // of memory, whatever ids the parent chooses.
  size_t max_in_flight = 4096;
  // Octets of output queued and not written. Above it no more requests are
  // given and reading stops: a parent that does not read gets no more work
  // done. Output itself is never refused: it is already made.
  //= spec/wire.md#FR-LIM-007
  size_t high_water = size_t{1} << 20;
  // Octets of the receive buffer at first, 512 to 64 Mi. A smaller one is for
  // many connections that say little, a larger one for a first payload that is
  // large: later ones are read into what has grown by then. What it is more
  // than the default is memory beside twice the octets received and 64 KiB.
  // Reads for the first payload, and for later ones, over a Linux socket (what
  // it holds, some 200 KiB, bounds each read):
  //
  //                  at first: 512     4 Ki    32 Ki   128 Ki     2 Mi
  //   16 octets               1, 1     1, 1     1, 1     1, 1     1, 1
  //   64 Ki                   9, 1     6, 1     2, 1     1, 1     1, 1
  //   1 Mi                   17, 5    14, 5    11, 5     9, 5     5, 5
  size_t receive_buffer_octets = kReceiveBufferOctets;
};

// What happened, in the order in which it did.
struct ServerEvent {
  enum Kind {
    kRequest,     // `call` asks for `payload` to be worked on
    kHalfClosed,  // no more requests: answer what is in flight and end
    kClosed,      // last event: `status` is OK after a clean end
  };
  Kind kind;
  CallId call = 0;
  absl::string_view payload;  // valid until the next ReceiveBuffer()
  absl::Status status;        // kClosed, else OK
};

// Invariants:
//  1. Sync form: the calls in flight are [next_response_, next_request_), and
//     only the oldest can be answered. Async form: they are those in calls_.
//  2. The stream is half-closed only after the parent has half-closed, every
//     request was answered and all output written.
class ServerConnection final : public Connection {
 public:
  explicit ServerConnection(const ServerOptions& options = {});

  // Queues the response to a call. With kBorrow the payload must stay until it
  // is written or OwnBorrowedPayloads() was called. Errors, with nothing
  // queued: NotFound (no such call in flight: never polled, or answered
  // before), FailedPrecondition (sync form: an older call comes first),
  // ResourceExhausted (too long), or why the connection has failed.
  //= spec/wire.md#FR-SID-003
  //= spec/wire.md#FR-ORD-001
  //= spec/wire.md#FR-ORD-005
  absl::Status SendResponse(CallId call, absl::string_view payload,
                            PayloadLifetime lifetime = PayloadLifetime::kCopy) {
    if (ABSL_PREDICT_FALSE(!MaySend(payload.size()) || !TakeCall(call))) {
      return WhyNotAnswered(call, payload.size());
    }
    //= spec/wire.md#FR-SID-004
    const uint32_t id = options_.form == Form::kSync ? kSyncResponseId : call;
    send_queue().Add(id, payload, lifetime);
    return absl::OkStatus();
  }

  // Queues an event; at any time. Errors as above.
  //= spec/wire.md#FR-ORD-003
  absl::Status SendEvent(absl::string_view payload,
                         PayloadLifetime lifetime = PayloadLifetime::kCopy) {
    if (ABSL_PREDICT_FALSE(!MaySend(payload.size()))) {
      return WhyNotSent(payload.size());
    }
    send_queue().Add(kEventId, payload, lifetime);
    return absl::OkStatus();
  }

  // The next thing that happened; nullopt if nothing did.
  std::optional<ServerEvent> PollEvent();

  // If the next thing is a request, takes it: what PollEvent() would have given
  // as kRequest. False says nothing; poll then. It saves the event, which shows
  // with thousands of requests to one read.
  //= spec/wire.md#FR-ORD-006
  //= spec/wire.md#FR-ERR-004
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool PollRequest(CallId* call,
                                                absl::string_view* payload) {
    FrameView frame;
    if (ABSL_PREDICT_FALSE(!usable() || held_back() ||
                           decoder().Peek(&frame) != DecodeResult::kFrame)) {
      return false;
    }
    if (options_.form == Form::kSync) {
      *call = next_request_++;
    } else {
      // What is wrong with a bad id is for PollEvent() to say.
      //= spec/wire.md#FR-SID-010
      //= spec/wire.md#FR-SID-011
      if (ABSL_PREDICT_FALSE(frame.id == kEventId ||
                             !calls_.Insert(frame.id))) {
        return false;
      }
      *call = frame.id;
    }
    decoder().Take(frame);
    *payload = frame.payload;
    return true;
  }

  // Requests polled and not answered.
  size_t in_flight() const {
    return options_.form == Form::kSync ? next_request_ - next_response_
                                        : calls_.size();
  }

  //= spec/wire.md#FR-CLS-004
  //= spec/wire.md#FR-CLS-006
  //= spec/wire.md#FR-CLS-009
  bool wants_shutdown_write() const override {
    return half_close_polled_ && !shutdown_done() && in_flight() == 0 &&
           send_queue().empty() && status().ok();
  }

 private:
  bool WantsOctets() const override {
    return !held_back() && !decoder().has_next();
  }
  bool held_back() const {
    return in_flight() >= options_.max_in_flight ||
           send_queue().size() > options_.high_water;
  }

  bool MaySend(size_t payload_size) const {
    return usable() && !shutdown_done() &&
           payload_size <= options_.limits.max_payload;
  }
  // Takes `call` from those in flight; false if it cannot be answered now.
  bool TakeCall(CallId call) {
    if (options_.form == Form::kSync) {
      if (call != next_response_ || in_flight() == 0) return false;
      ++next_response_;
      return true;
    }
    return calls_.Erase(call);
  }
  absl::Status WhyNotSent(size_t payload_size) const;
  //= spec/wire.md#FR-ERR-018
  absl::Status WhyNotAnswered(CallId call, size_t payload_size) const;

  std::optional<ServerEvent> PollEnd();
  // The last event, with status().
  std::optional<ServerEvent> PollClosed();

  const ServerOptions options_;
  struct Nothing {};
  CallTable<Nothing> calls_;  // async form
  CallId next_request_ = 1;   // sync form
  CallId next_response_ = 1;  // sync form
  bool half_close_polled_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_SERVER_CONNECTION_H_
