// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ClientModel: what a ClientConnection must do, said as simply as possible.
//
// A list of calls, a queue of ends, and all octets of both directions in one
// string each: no limit on memory, no fast path, nothing shared with the
// implementation. Whoever does the same to both may compare everything that
// they say. One thread. It trusts its caller, who keeps to connection.h.
//
//   CallId id;
//   model.StartCall("Ehi", MonotonicTime::InfiniteFuture(), &id);
//   model.OnReceived(Frame(id, "hi"));
//   model.PollEvent();  // kResponse, id, "hi"

#ifndef FORKRPC_CONNECTION_CLIENT_MODEL_H_
#define FORKRPC_CONNECTION_CLIENT_MODEL_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/connection/client_connection.h"

namespace forkrpc {

// Invariants:
//  1. calls_ has the ids that are taken, oldest first; ends_ has the calls that
//     have ended without a response and were not polled.
//  2. in_[at_, end) is what was received and not taken; out_[sent_, end) is
//     what is to be written. A call's request is out_[begin, begin + size),
//     unless it is unsent: then it was taken out of it.
class ClientModel {
 public:
  struct Event {
    ClientEvent::Kind kind;
    CallId call = 0;
    absl::string_view payload;  // until octets are received
    absl::StatusCode code = absl::StatusCode::kOk;
    // Where in the stream the error is, if it is there.
    std::optional<uint64_t> offset;
  };

  explicit ClientModel(const ClientOptions& options);

  // These do what the connection's functions of these names do.
  absl::StatusCode StartCall(absl::string_view payload, MonotonicTime deadline,
                             CallId* id);
  absl::StatusCode CancelCall(CallId id);
  void HalfClose(MonotonicTime answers_until = MonotonicTime::InfinitePast()) {
    half_closed_ = true;
    if (!answers_until_.has_value()) answers_until_ = answers_until;
    answers_until_ = std::min(*answers_until_, answers_until);
  }
  void OnReceived(absl::string_view octets);
  void OnReceiveEnd(absl::StatusCode how) {
    if (!end_.has_value()) end_ = how;
  }
  void OnSent(size_t n) { sent_ += n; }
  void OnSendError(absl::StatusCode code);
  void OnShutdownWriteDone() { shutdown_done_ = true; }
  void OnTimeout(MonotonicTime now);
  std::optional<Event> PollEvent();
  std::optional<Event> PollUntilEnd();

  // And these are what it must say of itself.
  bool wants_octets() const {
    return !end_.has_value() && code_ == absl::StatusCode::kOk && !HasNext();
  }
  bool wants_shutdown_write() const {
    return half_closed_ && (calls_.empty() || !waits_for_answers()) &&
           !shutdown_done_ && unsent().empty() &&
           code_ == absl::StatusCode::kOk;
  }
  absl::string_view unsent() const {
    return absl::string_view(out_).substr(sent_);
  }
  MonotonicTime NextTimeout() const;
  size_t in_flight() const { return calls_.size(); }
  size_t open_calls() const;
  bool is_open(CallId id) const;
  bool has_failed_calls() const { return !ends_.empty(); }
  bool over() const { return over_; }
  bool can_start_call(size_t payload_size) const {
    return MayStart(payload_size) == absl::StatusCode::kOk;
  }
  absl::StatusCode code() const { return code_; }
  bool closed() const { return closed_; }

 private:
  struct Call {
    CallId id;
    MonotonicTime deadline;
    size_t begin;
    size_t size;
    bool waited_for = true;
    bool unsent = false;  // and never will be
  };

  absl::StatusCode MayStart(size_t payload_size) const;
  // Whether a half-close that was asked for comes behind the answers.
  bool waits_for_answers() const {
    return answers_until_.has_value() &&
           *answers_until_ != MonotonicTime::InfinitePast();
  }
  uint32_t Number(size_t at) const;
  size_t left() const { return in_.size() - at_; }
  // Whether a whole frame or a length beyond the limit is at the front.
  bool HasNext() const;
  void Fail(absl::StatusCode code, std::optional<uint64_t> offset);
  // The call whose id that is; end() if it is not taken.
  std::vector<Call>::iterator Find(CallId id);
  void Abandon(Call* call, absl::StatusCode why);
  // Takes its request out of out_.
  void TakeBack(Call* call);
  // The frame at the front as an event; nullopt if nobody waits for it.
  std::optional<Event> TakeFrame();
  void DecideEnd();
  std::optional<Event> PopEnd();

  const ClientOptions options_;
  std::vector<Call> calls_;
  std::deque<Event> ends_;
  CallId next_id_;
  std::string in_;
  size_t at_ = 0;
  std::string out_;
  size_t sent_ = 0;
  std::optional<absl::StatusCode> end_;  // how receiving ended
  absl::StatusCode code_ = absl::StatusCode::kOk;
  std::optional<uint64_t> offset_;  // of the error
  absl::StatusCode send_error_ = absl::StatusCode::kOk;
  bool half_closed_ = false;
  std::optional<MonotonicTime> answers_until_;  // once half_closed_
  bool shutdown_done_ = false;
  bool over_ = false;
  bool lost_ = false;  // ends_ has the calls that the end has failed
  bool closed_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_CLIENT_MODEL_H_
