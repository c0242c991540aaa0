// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Any octets from a child, among any calls, cancels and timeouts: the
// connection does at each step what ClientModel does.
//
// The first octets choose options. Each step is one octet, whose low four bits
// say what to do and the high ones how; some take more.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/connection/client_model.h"
#include "forkrpc/connection/test_modelled_connection.h"
#include "forkrpc/testing/fuzz_input.h"

namespace {

using forkrpc::CallId;
using forkrpc::ClientEvent;
using forkrpc::ClientModel;
using forkrpc::ClientOptions;
using forkrpc::FuzzInput;
using forkrpc::MonotonicTime;
using forkrpc::PayloadLifetime;
using forkrpc::Require;

ClientOptions OptionsOf(FuzzInput* input) {
  ClientOptions options;
  const uint8_t how = input->TakeOctet();
  options.form = how % 2 == 0 ? forkrpc::Form::kSync : forkrpc::Form::kAsync;
  constexpr size_t kPayloads[] = {64, 0, 20000, 255};
  options.limits.max_payload = kPayloads[how / 2 % 4];
  constexpr size_t kInFlight[] = {4096, 1, 3, 17};
  options.max_in_flight = kInFlight[how / 8 % 4];
  constexpr size_t kUnsent[] = {size_t{64} << 20, 40};
  options.max_unsent = kUnsent[how / 32 % 2];
  constexpr CallId kFirst[] = {1, 0xFFFFFFFD, 0, 0x7FFFFFFF};
  options.first_id = kFirst[how / 64];
  return options;
}

class Session
    : forkrpc::ModelledConnection<forkrpc::ClientConnection, ClientModel> {
 public:
  explicit Session(const ClientOptions& options)
      : ModelledConnection(options), options_(options) {}

  void Step(uint8_t step, FuzzInput* input) {
    const uint8_t how = step >> 4;
    switch (step % 16) {
      case 0:
        Start(input->Take(how), MonotonicTime::InfiniteFuture());
        break;
      case 1:
        Start("later", now_ + absl::Seconds(how));
        break;
      case 2: {
        const CallId id = AnyCall(input->TakeOctet());
        Require(connection_.CancelCall(id).code() == model_.CancelCall(id),
                "CancelCall()");
        break;
      }
      case 3:
        now_ += absl::Seconds(how);
        connection_.OnTimeout(now_);
        model_.OnTimeout(now_);
        break;
      case 4:
        Send(how == 15 ? absl::string_view::npos : size_t{how} + 1);
        break;
      case 5:
        HalfClose(how);
        break;
      case 6:
        Give(input->Take(how == 15 ? input->TakeOctet() : how));
        break;
      case 7:
        GiveFrame(AnyCall(input->TakeOctet()), input->Take(how));
        break;
      case 8:
        GiveFrame(0, input->Take(how));
        break;
      case 9:
        GiveHeader(input->TakeNumber(), input->TakeNumber());
        break;
      case 10:
        Poll(how);
        break;
      case 11:
        EndReceiving(how);
        break;
      case 12:
        how == 15 ? FailSending() : ShutdownWrite();
        break;
      case 13:
        StartLarge(how);
        break;
      case 14:
        // Few calls, for speed: the model looks at each of them at each step.
        if (model_.in_flight() > 8) break;
        for (int i = 0; i <= how; ++i)
          Start("", MonotonicTime::InfiniteFuture());
        break;
      default:
        GiveFrame(AnyCall(0), large().substr(0, 17 * how));
    }
    Poll(step % 16 == 10 ? 0 : 100);
    Compare();
  }

  void End() {
    hold_ = false;
    Give({});
    connection_.OnReceiveEof();
    model_.OnReceiveEnd(absl::StatusCode::kOk);
    Poll(static_cast<size_t>(-1));
    Compare();
    Require(connection_.closed(), "no end");
    Require(ended_ == started_.size(), "a call was lost or ended twice");
    Require(connection_.in_flight() == 0, "an id is still taken");
    Require(!connection_.StartCall("late").ok(), "a call after the end");
  }

  void set_lazy(bool lazy) { lazy_ = lazy; }
  void set_hold(bool hold) { hold_ = hold; }

 private:
  CallId AnyCall(uint8_t octet) const {
    return started_.empty() ? octet : started_[octet % started_.size()];
  }

  void Start(absl::string_view payload, MonotonicTime deadline,
             PayloadLifetime lifetime = PayloadLifetime::kCopy) {
    CallId expected = 0;
    const absl::StatusCode code =
        model_.StartCall(payload, deadline, &expected);
    const absl::StatusOr<CallId> call =
        deadline == MonotonicTime::InfiniteFuture()
            ? connection_.StartCall(payload, lifetime)
            : connection_.StartCallWithDeadline(payload, deadline, lifetime);
    Require(call.status().code() == code, "StartCall()");
    if (!call.ok()) return;
    Require(*call == expected && *call != 0, "another id");
    started_.push_back(*call);
  }

  // At once, or behind the answers: for ever, or so long.
  void HalfClose(uint8_t how) {
    if (how < 8) {
      connection_.HalfClose();
      model_.HalfClose();
      return;
    }
    const MonotonicTime until = how < 10 ? MonotonicTime::InfiniteFuture()
                                         : now_ + absl::Seconds(how - 10);
    connection_.HalfClose(until);
    model_.HalfClose(until);
  }

  void StartLarge(uint8_t how) {
    if (how % 4 == 3) return connection_.OwnBorrowedPayloads();
    // Queues stay small, for speed.
    if (connection_.unsent() > kLarge) return;
    Start(large().substr(0, kLarge - 600 * how),
          MonotonicTime::InfiniteFuture(),
          how % 4 == 0 ? PayloadLifetime::kCopy : PayloadLifetime::kBorrow);
  }

  void GiveHeader(uint32_t id, uint32_t length) {
    char header[8];
    for (int i = 0; i < 4; ++i) {
      header[i] = static_cast<char>(id >> (24 - 8 * i));
      header[4 + i] = static_cast<char>(length >> (24 - 8 * i));
    }
    Give(absl::string_view(header, 8));
  }

  void GiveFrame(uint32_t id, absl::string_view payload) {
    GiveHeader(id, static_cast<uint32_t>(payload.size()));
    Give(payload);
  }

  // Polls at most `n` times, unless polling is for other steps to do.
  void Poll(size_t n) {
    if (lazy_ && n == 100) return;
    for (size_t i = 0; i < n; ++i) {
      if (!PollOne((i + n) % 2 == 0)) {
        if (!has_waiting() || !model_.wants_octets()) return;
        Give({});
      }
    }
  }

  bool PollOne(bool quick) {
    ClientEvent event{ClientEvent::kResponse, 0, {}, {}};
    if (!quick || !connection_.PollResponse(&event.call, &event.payload)) {
      std::optional<ClientEvent> polled =
          hold_ ? connection_.PollUntilEnd() : connection_.PollEvent();
      const std::optional<ClientModel::Event> none =
          polled.has_value() ? std::nullopt
          : hold_            ? model_.PollUntilEnd()
                             : model_.PollEvent();
      Require(!none.has_value(), "nothing where something must happen");
      if (!polled.has_value()) return false;
      event = *std::move(polled);
    }
    CompareEvent(event);
    if (event.call != 0) ++ended_;
    return true;
  }

  void Compare() {
    CompareCommon();
    Require(connection_.in_flight() <= options_.max_in_flight, "too many");
    Require(connection_.open_calls() == model_.open_calls(), "open_calls()");
    Require(connection_.has_failed_calls() == model_.has_failed_calls(),
            "has_failed_calls()");
    Require(connection_.over() == model_.over(), "over()");
    for (const size_t octets : {0, 30, 70}) {
      Require(
          connection_.can_start_call(octets) == model_.can_start_call(octets),
          "can_start_call()");
    }
    const CallId call = AnyCall(static_cast<uint8_t>(ended_));
    Require(connection_.is_open(call) == model_.is_open(call), "is_open()");
    Require(connection_.NextTimeout() == model_.NextTimeout(), "NextTimeout()");
  }

  const ClientOptions options_;
  MonotonicTime now_ = MonotonicTime();
  std::vector<CallId> started_;
  size_t ended_ = 0;
  bool lazy_ = false;  // poll in some steps only
  bool hold_ = false;  // leave calls open at the end of the stream
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  Session session(OptionsOf(&input));
  const uint8_t how = input.TakeOctet();
  session.set_lazy(how % 2 == 1);
  session.set_hold(how / 2 % 2 == 1);
  while (!input.empty()) {
    const uint8_t step = input.TakeOctet();
    session.Step(step, &input);
  }
  session.End();
  return 0;
}
