// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets from a parent, among any responses and events: the connection does
// at each step what ServerModel does.
//
// The first octets choose options. Each step is one octet, whose low four bits
// say what to do and the high ones how; some take more.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "forkrpc/connection/server_connection.h"
#include "forkrpc/connection/server_model.h"
#include "forkrpc/connection/test_modelled_connection.h"
#include "forkrpc/testing/fuzz_input.h"

namespace {

using forkrpc::CallId;
using forkrpc::FuzzInput;
using forkrpc::PayloadLifetime;
using forkrpc::Require;
using forkrpc::ServerEvent;
using forkrpc::ServerModel;
using forkrpc::ServerOptions;

ServerOptions OptionsOf(FuzzInput* input) {
  ServerOptions options;
  const uint8_t how = input->TakeOctet();
  options.form = how % 2 == 0 ? forkrpc::Form::kSync : forkrpc::Form::kAsync;
  constexpr size_t kPayloads[] = {64, 0, 20000, 255};
  options.limits.max_payload = kPayloads[how / 2 % 4];
  constexpr size_t kInFlight[] = {4096, 1, 3, 17};
  options.max_in_flight = kInFlight[how / 8 % 4];
  constexpr size_t kWater[] = {size_t{1} << 20, 0, 40, 20000};
  options.high_water = kWater[how / 32 % 4];
  return options;
}

class Session
    : forkrpc::ModelledConnection<forkrpc::ServerConnection, ServerModel> {
 public:
  explicit Session(const ServerOptions& options)
      : ModelledConnection(options), options_(options) {}

  void Step(uint8_t step, FuzzInput* input) {
    const uint8_t how = step >> 4;
    switch (step % 16) {
      case 0:
        GiveFrame(how, input->Take(input->TakeOctet() % 16));
        break;
      case 1:
        GiveHeader(input->TakeNumber(), input->TakeNumber());
        break;
      case 2:
        Give(input->Take(how == 15 ? input->TakeOctet() : how));
        break;
      case 3:
        // Few calls, for speed: the model looks at each of them.
        if (model_.in_flight() > 8) break;
        for (uint32_t i = 0; i <= how; ++i) GiveFrame(++last_id_, "");
        break;
      case 4:
        Answer(AnyCall(how), input->Take(input->TakeOctet() % 16));
        break;
      case 5:
        Answer(input->TakeNumber(), "to whom");
        break;
      case 6:
        SendEvent(input->Take(how), PayloadLifetime::kCopy);
        break;
      case 7:
        SendLarge(how);
        break;
      case 8:
        Send(how == 15 ? absl::string_view::npos : size_t{how} + 1);
        break;
      case 9:
        for (int i = 0; i <= how; ++i) Answer(AnyCall(0), "");
        break;
      case 10:
        Poll(how);
        break;
      case 11:
        EndReceiving(how);
        break;
      case 12:
        how == 15 && !connection_.closed() ? FailSending() : ShutdownWrite();
        break;
      default:
        GiveFrame(last_id_ + how, large().substr(0, 17 * how));
    }
    if (!lazy_) Poll(100);
    Compare();
  }

  // The parent half-closes, everything is answered and written.
  void End() {
    connection_.OnReceiveEof();
    model_.OnReceiveEnd(absl::StatusCode::kOk);
    while (!connection_.closed()) {
      Send(absl::string_view::npos);
      const size_t before = polled_;
      Poll(100);
      while (!asked_.empty()) Answer(asked_.front(), "");
      ShutdownWrite();
      Compare();
      Require(polled_ > before || connection_.unsent() > 0 ||
                  connection_.closed() || model_.in_flight() == 0,
              "no end");
    }
    Require(!connection_.SendEvent("late").ok(), "an event after the end");
  }

  void set_lazy(bool lazy) { lazy_ = lazy; }

 private:
  CallId AnyCall(uint8_t octet) const {
    return asked_.empty() ? octet : asked_[octet % asked_.size()];
  }

  void Answer(CallId call, absl::string_view payload,
              PayloadLifetime lifetime = PayloadLifetime::kCopy) {
    const absl::StatusCode code =
        connection_.SendResponse(call, payload, lifetime).code();
    Require(code == model_.SendResponse(call, payload), "SendResponse()");
    const auto asked = std::find(asked_.begin(), asked_.end(), call);
    Require(code != absl::StatusCode::kOk || asked != asked_.end(),
            "an answer to nobody");
    // Also where it cannot be sent: it need not be tried again.
    if (asked != asked_.end() &&
        code != absl::StatusCode::kFailedPrecondition &&
        (code != absl::StatusCode::kResourceExhausted || closed_)) {
      asked_.erase(asked);
    }
  }

  void SendEvent(absl::string_view payload, PayloadLifetime lifetime) {
    Require(connection_.SendEvent(payload, lifetime).code() ==
                model_.SendEvent(payload),
            "SendEvent()");
  }

  void SendLarge(uint8_t how) {
    if (how % 4 == 3) return connection_.OwnBorrowedPayloads();
    // Queues stay small, for speed.
    if (connection_.unsent() > kLarge) return;
    const auto lifetime =
        how % 4 == 0 ? PayloadLifetime::kCopy : PayloadLifetime::kBorrow;
    const absl::string_view payload = large().substr(0, kLarge - 600 * how);
    if (how < 8) return SendEvent(payload, lifetime);
    Answer(AnyCall(0), payload, lifetime);
  }

  void GiveHeader(uint32_t id, uint32_t length) {
    char header[8];
    for (int i = 0; i < 4; ++i) {
      header[i] = static_cast<char>(id >> (24 - 8 * i));
      header[4 + i] = static_cast<char>(length >> (24 - 8 * i));
    }
    Give(absl::string_view(header, 8).substr(
        options_.form == forkrpc::Form::kSync ? 4 : 0));
  }

  void GiveFrame(uint32_t id, absl::string_view payload) {
    GiveHeader(id, static_cast<uint32_t>(payload.size()));
    Give(payload);
  }

  void Poll(size_t n) {
    for (size_t i = 0; i < n; ++i) {
      if (!PollOne((i + n) % 2 == 0)) {
        if (!has_waiting() || !model_.wants_octets()) return;
        Give({});
      }
    }
  }

  bool PollOne(bool quick) {
    ServerEvent event{ServerEvent::kRequest, 0, {}, {}};
    if (!quick || !connection_.PollRequest(&event.call, &event.payload)) {
      std::optional<ServerEvent> polled = connection_.PollEvent();
      if (!polled.has_value()) {
        Require(!model_.PollEvent().has_value(), "nothing happens");
        return false;
      }
      event = *std::move(polled);
    }
    ++polled_;
    CompareEvent(event);
    if (event.kind == ServerEvent::kRequest) asked_.push_back(event.call);
    closed_ = event.kind == ServerEvent::kClosed;
    return true;
  }

  void Compare() {
    CompareCommon();
    Require(connection_.in_flight() <= options_.max_in_flight, "too many");
  }

  const ServerOptions options_;
  std::vector<CallId> asked_;  // and not answered
  uint32_t last_id_ = 100;
  size_t polled_ = 0;
  bool closed_ = false;
  bool lazy_ = false;  // poll in some steps only
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  Session session(OptionsOf(&input));
  session.set_lazy(input.TakeOctet() % 2 == 1);
  while (!input.empty()) {
    const uint8_t step = input.TakeOctet();
    session.Step(step, &input);
  }
  session.End();
  return 0;
}
