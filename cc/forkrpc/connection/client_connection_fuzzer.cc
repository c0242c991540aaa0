// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets from a child, among any calls, cancels and timeouts: each call
// ends exactly once, and nothing comes after the end.
//
// Each step is one octet that says what to do and, for octets from the child,
// how many follow.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <set>

#include "absl/strings/string_view.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/connection/test_octets.h"

namespace {

using forkrpc::CallId;
using forkrpc::ClientEvent;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

class Session {
 public:
  explicit Session(forkrpc::Form form) : connection_(Options(form)) {}

  void Step(uint8_t step, absl::string_view* rest) {
    switch (step % 8) {
      case 0:
        Started(connection_.StartCall("payload"));
        break;
      case 1:
        Started(connection_.StartCallWithDeadline(
            "payload", now_ + absl::Seconds(step / 8)));
        break;
      case 2:
        if (!open_.empty())
          connection_.CancelCall(*open_.begin()).IgnoreError();
        break;
      case 3:
        now_ += absl::Seconds(step / 8);
        connection_.OnTimeout(now_);
        break;
      case 4:
        forkrpc::TakeOctets(&connection_);
        break;
      case 5:
        if (step == 0xFD) connection_.HalfClose();
        break;
      default: {
        const absl::string_view octets = rest->substr(0, step / 8);
        rest->remove_prefix(octets.size());
        forkrpc::GiveOctets(&connection_, octets);
      }
    }
    Poll();
  }

  void End() {
    connection_.OnReceiveEof();
    Poll();
    Require(closed_, "no end");
    Require(open_.empty(), "a call was lost");
    Require(connection_.in_flight() == 0, "an id is still taken");
    Require(!connection_.StartCall("late").ok(), "a call after the end");
  }

 private:
  static forkrpc::ClientOptions Options(forkrpc::Form form) {
    forkrpc::ClientOptions options;
    options.form = form;
    options.limits.max_payload = 64;
    options.first_id = 0xFFFFFFFD;  // the wrap is near
    return options;
  }

  void Started(const absl::StatusOr<CallId>& call) {
    if (call.ok()) Require(open_.insert(*call).second, "an id in use");
  }

  void Poll() {
    while (std::optional<ClientEvent> event = connection_.PollEvent()) {
      Require(!closed_, "something behind the end");
      if (event->kind == ClientEvent::kResponse ||
          event->kind == ClientEvent::kCallFailed) {
        Require(open_.erase(event->call) == 1, "a call ended twice");
      }
      closed_ = event->kind == ClientEvent::kClosed;
    }
    Require(connection_.open_calls() == open_.size(), "open_calls()");
  }

  forkrpc::ClientConnection connection_;
  absl::Time now_ = absl::UnixEpoch();
  // An abandoned call's id cannot come again, so that ids are enough here.
  std::set<CallId> open_;
  bool closed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  Session session(data[0] % 2 == 0 ? forkrpc::Form::kSync
                                   : forkrpc::Form::kAsync);
  absl::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  while (!rest.empty()) {
    const auto step = static_cast<uint8_t>(rest[0]);
    rest.remove_prefix(1);
    session.Step(step, &rest);
  }
  session.End();
  return 0;
}
