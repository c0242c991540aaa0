// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ModelledConnection: a connection and its model, to which the same is done.
//
// What the fuzz targets of both ends have in common. A difference between the
// two ends the program and says what it is. One thread.
//
//   class Session : ModelledConnection<ServerConnection, ServerModel> { ... };
//   session.Give("\0\0\0\1x");
//   session.Send(5);
//   session.CompareCommon();

#ifndef FORKRPC_CONNECTION_TEST_MODELLED_CONNECTION_H_
#define FORKRPC_CONNECTION_TEST_MODELLED_CONNECTION_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/testing/fuzz_input.h"

namespace forkrpc {

// Invariant: of waiting_, given_ octets have been given to both.
template <typename Connection, typename Model>
class ModelledConnection {
 protected:
  // Octets of a large payload, which a queue may borrow.
  static constexpr size_t kLarge = size_t{17} << 10;

  template <typename Options>
  explicit ModelledConnection(const Options& options)
      : connection_(options), model_(options) {}

  // Writes at most `n` octets.
  void Send(size_t n) {
    size_t sent = 0;
    for (const absl::string_view part : connection_.SendBuffers()) {
      const absl::string_view written = part.substr(0, n - sent);
      Require(
          !part.empty() && model_.unsent().substr(sent, part.size()) == part,
          "other octets to write");
      sent += written.size();
      if (sent == n) break;
    }
    Require(sent > 0 || connection_.unsent() == 0, "nothing to write");
    connection_.OnSent(sent);
    model_.OnSent(sent);
  }

  // Octets that the peer sends; what is not wanted now comes later.
  void Give(absl::string_view octets) {
    waiting_.append(octets.data(), octets.size());
    while (true) {
      const absl::Span<char> space = connection_.ReceiveBuffer();
      Require(space.empty() == !model_.wants_octets(), "ReceiveBuffer()");
      const size_t n = std::min(space.size(), waiting_.size() - given_);
      if (n == 0) return;
      std::copy_n(waiting_.data() + given_, n, space.data());
      connection_.OnReceived(n);
      model_.OnReceived(absl::string_view(waiting_).substr(given_, n));
      given_ += n;
    }
  }
  bool has_waiting() const { return given_ < waiting_.size(); }

  void EndReceiving(uint8_t how) {
    if (how < 8) return;  // not too often
    if (how % 2 == 0) {
      connection_.OnReceiveEof();
      model_.OnReceiveEnd(absl::StatusCode::kOk);
    } else {
      connection_.OnReceiveError(absl::AbortedError("reading failed"));
      model_.OnReceiveEnd(absl::StatusCode::kAborted);
    }
  }

  void FailSending() {
    connection_.OnSendError(absl::DataLossError("writing failed"));
    model_.OnSendError(absl::StatusCode::kDataLoss);
  }
  void ShutdownWrite() {
    if (!connection_.wants_shutdown_write()) return;
    connection_.OnShutdownWriteDone();
    model_.OnShutdownWriteDone();
  }

  // Whether `event` is what the model gives now.
  template <typename Event>
  void CompareEvent(const Event& event) {
    const std::optional<typename Model::Event> expected = model_.PollEvent();
    Require(expected.has_value(), "something where nothing may happen");
    Require(event.kind == expected->kind, "another event");
    Require(event.call == expected->call, "another call");
    Require(event.payload == expected->payload, "another payload");
    Require(event.status.code() == expected->code, "another code");
    if (expected->offset.has_value()) {
      Require(HasNumber(event.status.message(), "offset ", *expected->offset),
              "another offset");
    }
  }

  void CompareCommon() const {
    Require(connection_.in_flight() == model_.in_flight(), "in_flight()");
    Require(connection_.unsent() == model_.unsent().size(), "unsent()");
    Require(connection_.wants_shutdown_write() == model_.wants_shutdown_write(),
            "wants_shutdown_write()");
    Require(connection_.status().code() == model_.code(), "status()");
    Require(connection_.closed() == model_.closed(), "closed()");
  }

  // kLarge octets, which stay.
  static absl::string_view large() {
    static const std::string* const payload = new std::string(kLarge, 'L');
    return *payload;
  }

  Connection connection_;
  Model model_;

 private:
  std::string waiting_;  // what the peer sends
  size_t given_ = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_CONNECTION_TEST_MODELLED_CONNECTION_H_
