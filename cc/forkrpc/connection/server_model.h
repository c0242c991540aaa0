// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ServerModel: what a ServerConnection must do, said as simply as possible.
//
// The requests in flight in a list, and all octets of both directions in one
// string each; see client_model.h. One thread. It trusts its caller, who keeps
// to connection.h.
//
//   model.OnReceived(Frame("Ehi"));
//   model.PollEvent();             // kRequest, 1, "Ehi"
//   model.SendResponse(1, "hi");   // kOk

#ifndef FORKRPC_CONNECTION_SERVER_MODEL_H_
#define FORKRPC_CONNECTION_SERVER_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/connection/server_connection.h"

namespace forkrpc {

// Invariants:
//  1. calls_ has the requests polled and not answered, oldest first.
//  2. in_[at_, end) is what was received and not taken; out_[sent_, end) is
//     what is to be written.
class ServerModel {
 public:
  struct Event {
    ServerEvent::Kind kind;
    CallId call = 0;
    absl::string_view payload;  // until octets are received
    absl::StatusCode code = absl::StatusCode::kOk;
    // Where in the stream the error is, if it is there.
    std::optional<uint64_t> offset;
  };

  explicit ServerModel(const ServerOptions& options)
      : options_(options), header_(options.form == Form::kSync ? 4 : 8) {}

  // These do what the connection's functions of these names do.
  absl::StatusCode SendResponse(CallId call, absl::string_view payload);
  absl::StatusCode SendEvent(absl::string_view payload);
  void OnReceived(absl::string_view octets);
  void OnReceiveEnd(absl::StatusCode how) {
    if (!end_.has_value()) end_ = how;
  }
  void OnSent(size_t n) { sent_ += n; }
  void OnSendError(absl::StatusCode code);
  void OnShutdownWriteDone() { shutdown_done_ = true; }
  std::optional<Event> PollEvent();

  // And these are what it must say of itself.
  bool wants_octets() const {
    return !end_.has_value() && code_ == absl::StatusCode::kOk &&
           !held_back() && !HasNext();
  }
  bool wants_shutdown_write() const {
    return half_closed_ && !shutdown_done_ && calls_.empty() &&
           unsent().empty() && code_ == absl::StatusCode::kOk;
  }
  absl::string_view unsent() const {
    return absl::string_view(out_).substr(sent_);
  }
  size_t in_flight() const { return calls_.size(); }
  absl::StatusCode code() const { return code_; }
  bool closed() const { return closed_; }

 private:
  uint32_t Number(size_t at) const;
  size_t left() const { return in_.size() - at_; }
  // Whether a whole frame or a length beyond the limit is at the front.
  bool HasNext() const;
  bool held_back() const {
    return calls_.size() >= options_.max_in_flight ||
           unsent().size() > options_.high_water;
  }
  absl::StatusCode MaySend(size_t payload_size) const;
  void AppendFrame(uint32_t id, absl::string_view payload);
  std::optional<Event> TakeFrame();
  std::optional<Event> Close(absl::StatusCode code,
                             std::optional<uint64_t> offset);

  const ServerOptions options_;
  const size_t header_;
  std::vector<CallId> calls_;
  CallId requests_ = 0;  // sync form: polled
  std::string in_;
  size_t at_ = 0;
  std::string out_;
  size_t sent_ = 0;
  std::optional<absl::StatusCode> end_;  // how receiving ended
  absl::StatusCode code_ = absl::StatusCode::kOk;
  absl::StatusCode send_error_ = absl::StatusCode::kOk;
  bool half_closed_ = false;
  bool shutdown_done_ = false;
  bool closed_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_SERVER_MODEL_H_
