// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ClientConnection: the parent's end of the protocol, without I/O.
//
// Calls go in, events come out by polling; connection.h says how a driver moves
// the octets. One thread at a time. Every call that was started ends exactly
// once: with its response, or with a status. In the steady state nothing is
// allocated.
//
//   forkrpc::ClientConnection connection{forkrpc::ClientOptions()};
//   absl::StatusOr<forkrpc::CallId> call = connection.StartCall("hi");
//   if (!call.ok()) return call.status();
//   for (absl::string_view octets : connection.SendBuffers()) {
//     // ... write them, and tell OnSent() ...
//   }
//   while (auto event = connection.PollEvent()) {
//     if (event->kind == forkrpc::ClientEvent::kResponse) {
//       std::clog << event->payload << "\n";
//     }
//   }

#ifndef FORKRPC_CONNECTION_CLIENT_CONNECTION_H_
#define FORKRPC_CONNECTION_CLIENT_CONNECTION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/connection/call_table.h"
#include "forkrpc/connection/client_event.h"
#include "forkrpc/connection/client_options.h"
#include "forkrpc/connection/connection.h"
#include "forkrpc/connection/deadlines.h"
#include "forkrpc/connection/half_closing.h"

namespace forkrpc {

// Invariants:
//  1. An id stays in calls_ until its response arrives or the connection ends:
//     it is not used again before, even if nobody waits for it any more. One
//     whose request was removed before any of it was written leaves when the
//     end of its call is polled.
//  2. The calls whose end is decided and not yet polled are those in failed_,
//     which are in calls_ too, and behind them lost_ from lost_polled_ on.
//  3. open_calls_ counts those, and the calls that are waited for.
//  4. In the sync form the calls in flight are oldest_, NextId(oldest_), ... up
//     to next_id_, but for the gaps_ of them whose requests were removed.
//  5. max_in_flight_ is as options_ has it, or as many ids as are left if the
//     gaps leave fewer.
class ClientConnection final : public Connection {
 public:
  explicit ClientConnection(const ClientOptions& options = {});

  // Queues a request. With kBorrow the payload must stay until it is written or
  // OwnBorrowedPayloads() was called. Errors, with nothing queued:
  // ResourceExhausted (a limit; try again later or send less),
  // FailedPrecondition (after HalfClose), Unavailable and others (the
  // connection has failed).
  //= spec/wire.md#FR-SID-001
  //= spec/wire.md#FR-SID-002
  //= spec/wire.md#FR-SID-008
  ABSL_ATTRIBUTE_ALWAYS_INLINE absl::StatusOr<CallId> StartCall(
      absl::string_view payload,
      PayloadLifetime lifetime = PayloadLifetime::kCopy) {
    if (ABSL_PREDICT_FALSE(!can_start_call(payload.size()))) {
      return WhyNotStarted(payload.size());
    }
    // Ends: max_in_flight is below the number of ids.
    while (ABSL_PREDICT_FALSE(!calls_.Insert(next_id_))) {
      next_id_ = NextId(next_id_);
    }
    const CallId id = next_id_;
    next_id_ = NextId(id);
    ++open_calls_;
    //= spec/wire.md#FR-ORD-007
    send_queue().Add(id, payload, lifetime);
    return id;
  }

  // The same, and at `deadline` the call ends with DeadlineExceeded. A request
  // of which nothing was written by then is not sent; else its response is
  // dropped if it still comes.
  absl::StatusOr<CallId> StartCallWithDeadline(
      absl::string_view payload, MonotonicTime deadline,
      PayloadLifetime lifetime = PayloadLifetime::kCopy);

  // Stops waiting for a call: it ends with Cancelled. If nothing of its request
  // was written it is not sent, else the child still executes it. If its end is
  // decided and not yet polled, it keeps that one. NotFound if no such call is
  // waited for.
  //= spec/wire.md#FR-SID-009
  absl::Status CancelCall(CallId call);

  // The same if nothing of its request was written; else false, and the call
  // goes on.
  bool CancelUnsentCall(CallId call);

  // No more calls: half-closes when all requests are written, then the child
  // drains. With a time, takes the answers first: half-closes when no call is
  // in flight any more, but at that time at the latest. May be called again:
  // the earlier time counts.
  //= spec/wire.md#FR-CLS-001
  void HalfClose(MonotonicTime answers_until = MonotonicTime::InfinitePast()) {
    half_closing_.Ask(answers_until);
  }

  // The next thing that happened; nullopt if nothing did.
  //= spec/wire.md#FR-ORD-004
  //= spec/wire.md#FR-EVT-003
  //= spec/wire.md#FR-EVT-006
  //= spec/wire.md#FR-CLS-002
  std::optional<ClientEvent> PollEvent();

  // The same up to the end of the connection: then over() is true, and calls
  // that are open stay so. Until PollEvent() fails them they may be cancelled
  // and end at their deadlines: for who will soon know why they were lost.
  std::optional<ClientEvent> PollUntilEnd();

  // Whether polling has found that nothing more will come; status() says
  // whether that is an error.
  bool over() const { return over_; }

  // If the next thing is a response that is nothing special, takes it: what
  // PollEvent() would have given as kResponse. False says nothing; poll then.
  // It saves the event, which shows with thousands of responses to one read.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool PollResponse(CallId* call,
                                                 absl::string_view* payload) {
    FrameView frame;
    if (ABSL_PREDICT_FALSE(!status().ok() || !failed_.empty() ||
                           decoder().Peek(&frame) != DecodeResult::kFrame)) {
      return false;
    }
    const CallId id = CallOf(frame);
    if (ABSL_PREDICT_FALSE(frame.id == kEventId ||
                           !calls_.EraseQuickly(id, CallState::kPlain))) {
      return false;
    }
    decoder().Take(frame);
    if (options_.form == Form::kSync) oldest_ = NextId(oldest_);
    --open_calls_;
    *call = id;
    *payload = frame.payload;
    return true;
  }

  // Calls whose ids are taken, those no longer waited for included.
  size_t in_flight() const { return calls_.size(); }

  // Calls started whose end was not polled yet.
  size_t open_calls() const { return open_calls_; }
  // Whether some of them have ended without a response. PollEvent() gives these
  // first, whatever has been received.
  bool has_failed_calls() const {
    return !failed_.empty() || lost_polled_ < lost_.size();
  }
  // Whether `call` is one of them.
  bool is_open(CallId call) const;

  // Whether StartCall() would take a call of so many octets now.
  bool can_start_call(size_t payload_size = 0) const {
    return usable() && !half_closing_.asked() &&
           calls_.size() < max_in_flight_ &&
           payload_size <= options_.limits.max_payload &&
           (send_queue().size() + payload_size <= options_.max_unsent ||
            send_queue().empty());
  }

  //= spec/wire.md#FR-CLS-010
  //= spec/wire.md#FR-CLS-011
  bool wants_shutdown_write() const override {
    return half_closing_.IsDue(calls_.size()) && !shutdown_done() &&
           send_queue().empty() && status().ok();
  }
  MonotonicTime NextTimeout() const override {
    return std::min(deadlines_.Next(), half_closing_.Next());
  }
  void OnTimeout(MonotonicTime now) override;

 private:
  friend class ClientConnectionPeer;  // lets tests come near the wrap

  // Does not read ahead of what is polled: what waits is at most a few reads.
  bool WantsOctets() const override { return !decoder().has_next(); }

  //= spec/wire.md#FR-ERR-014
  //= spec/wire.md#FR-LIM-008
  absl::Status WhyNotStarted(size_t payload_size) const;

  // 0 is never an id: the last is followed by 1.
  static CallId NextId(CallId id) { return id == kMaxCallId ? 1 : id + 1; }
  // The call that a response is for, if it is in flight.
  //= spec/wire.md#FR-ORD-002
  //= spec/wire.md#FR-SID-006
  //= spec/wire.md#FR-SID-007
  CallId CallOf(const FrameView& frame) const {
    return options_.form == Form::kSync ? oldest_ : frame.id;
  }
  // What is known of a call whose id is taken.
  enum class CallState : uint8_t {
    kPlain,      // it is waited for
    kTimed,      // the same, and it has a deadline: see deadlines.h
    kCancelled,  // it is in failed_, and was cancelled
    kExpired,    // it is in failed_, at its deadline
    kAbandoned,  // its end was polled, and its response will be dropped
  };

  // A call that has ended by itself.
  struct Failed {
    CallId call;
    absl::Status why;
    bool unsent;  // its request was removed
  };

  // Removes the request of a call if nothing of it was written.
  bool RemoveRequest(CallId call);
  // The end of a call that was waited for.
  void Abandon(CallState* call, CallId id, CallState state, absl::Status why,
               bool unsent);
  void SetGaps(size_t gaps);
  // Turns a frame into an event; nullopt if nobody waits for it, and after an
  // error.
  std::optional<ClientEvent> OnFrame(const FrameView& frame);
  // What PollEvent() does once the connection is over.
  std::optional<ClientEvent> PollEnd();
  absl::Status EndOfStreamStatus() const;
  // Moves all calls that are waited for to lost_.
  void LoseCalls();
  // Whether `call` is in lost_ and not polled.
  bool IsLost(CallId call) const;
  std::optional<ClientEvent> PopFailed();

  const ClientOptions options_;
  size_t max_in_flight_;
  CallTable<CallState> calls_;
  CallId next_id_;
  CallId oldest_;  // sync form
  size_t gaps_ = 0;
  Deadlines deadlines_;
  // Calls that ended by themselves, in the order in which they did.
  std::deque<Failed> failed_;
  // Calls that ended with the connection, because of status(): oldest first.
  std::vector<CallId> lost_;
  size_t lost_polled_ = 0;
  size_t open_calls_ = 0;
  HalfClosing half_closing_;
  bool over_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_CLIENT_CONNECTION_H_
