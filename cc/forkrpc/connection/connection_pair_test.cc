// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Both connections against each other under random operations, judged by a
// reference model: a map from call to what became of it.

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/connection/server_connection.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// A pipe of octets between two connections, cut at random.
class Link {
 public:
  explicit Link(size_t capacity) : capacity_(capacity) {}

  // Moves up to `n` octets of what `from` wants written into the pipe.
  void Write(Connection* from, size_t n) {
    size_t sent = 0;
    for (const absl::string_view buffer : from->SendBuffers()) {
      const size_t part =
          std::min({n - sent, buffer.size(), capacity_ - octets_.size()});
      octets_.append(buffer.data(), part);
      sent += part;
      if (part < buffer.size()) break;
    }
    from->OnSent(sent);
    if (from->wants_shutdown_write()) {
      shut_ = true;
      from->OnShutdownWriteDone();
    }
  }

  // Moves up to `n` octets from the pipe to `to`, and the end if it is there.
  void Read(Connection* to, size_t n) {
    const absl::Span<char> space = to->ReceiveBuffer();
    n = std::min({n, space.size(), octets_.size()});
    std::copy_n(octets_.data(), n, space.data());
    if (n > 0) to->OnReceived(n);
    octets_.erase(0, n);
    if (octets_.empty() && shut_) to->OnReceiveEof();
  }

  // The writer vanishes; what was written before may still be read, or not.
  void Break(size_t keep) {
    octets_.resize(std::min(octets_.size(), keep));
    shut_ = true;
  }

  bool empty() const { return octets_.empty(); }

 private:
  const size_t capacity_;
  std::string octets_;
  bool shut_ = false;
};

enum class CallState { kWaiting, kAbandoned, kEnded };

// One random session; `seed` is printed on failure and repeats it.
class Session {
 public:
  Session(Form form, uint32_t seed)
      : form_(form),
        bits_(seed),
        up_(1 + bits_() % 5000),
        down_(1 + bits_() % 5000),
        client_(MakeClientOptions()),
        server_(MakeServerOptions()) {}

  void Run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) Step();
    Finish();
  }

  int responses() const { return responses_; }
  int failures() const { return failures_; }

 private:
  ClientOptions MakeClientOptions() {
    ClientOptions options;
    options.form = form_;
    options.max_in_flight = 1 + bits_() % 100;
    options.first_id = bits_() % 2 == 0 ? 1 : 0xFFFFFFF0;
    return options;
  }
  ServerOptions MakeServerOptions() {
    ServerOptions options;
    options.form = form_;
    options.max_in_flight = 1 + bits_() % 50;
    options.high_water = 1 + bits_() % 1000;
    return options;
  }

  void Step() {
    switch (bits_() % 10) {
      case 0:
      case 1:
        StartCall();
        break;
      case 2:
        Answer();
        break;
      case 3:
        RaiseEvent();
        break;
      case 4:
        CancelOrTimeOut();
        break;
      default:
        MoveOctets(bits_() % 3 == 0 ? 1 + bits_() % 7 : 10000);
        PollServer();
        PollClient();
    }
  }

  void StartCall() {
    const std::string payload = MakePayload();
    const MonotonicTime deadline = bits_() % 4 == 0
                                       ? now_ + absl::Seconds(bits_() % 50)
                                       : MonotonicTime::InfiniteFuture();
    const absl::StatusOr<CallId> id =
        client_.StartCallWithDeadline(payload, deadline);
    if (!id.ok()) {
      ASSERT_EQ(id.status().code(), absl::StatusCode::kResourceExhausted);
      return;
    }
    ASSERT_NE(*id, 0);
    // Invariant: the id of a call is not that of another one still in flight.
    ASSERT_EQ(in_flight_.count(*id), 0) << *id;
    in_flight_[*id] = calls_.size();
    calls_.push_back({payload, CallState::kWaiting});
    order_.push_back(*id);
  }

  void Answer() {
    if (asked_.empty()) return;
    const size_t pick = form_ == Form::kSync ? 0 : bits_() % asked_.size();
    const auto [id, payload] = asked_[pick];
    asked_.erase(asked_.begin() + pick);
    ASSERT_TRUE(server_.SendResponse(id, "re:" + payload).ok());
    expected_down_.push_back("re:" + payload);
  }

  void RaiseEvent() {
    const std::string payload = absl::StrCat("event ", events_++);
    if (server_.SendEvent(payload).ok()) expected_down_.push_back(payload);
  }

  void CancelOrTimeOut() {
    if (bits_() % 2 == 0) {
      now_ += absl::Seconds(bits_() % 10);
      client_.OnTimeout(now_);
      ASSERT_GT(client_.NextTimeout(), now_);
      return;
    }
    if (order_.empty()) return;
    const CallId id = order_[bits_() % order_.size()];
    const auto it = in_flight_.find(id);
    const bool waiting = it != in_flight_.end() &&
                         calls_[it->second].state == CallState::kWaiting &&
                         !polled_out_[id];
    const absl::Status status = client_.CancelCall(id);
    if (status.ok()) {
      ASSERT_TRUE(waiting);
    }
  }

  void MoveOctets(size_t n) {
    up_.Write(&client_, n);
    up_.Read(&server_, n);
    down_.Write(&server_, n);
    down_.Read(&client_, n);
  }

  void PollServer() {
    while (std::optional<ServerEvent> event = server_.PollEvent()) {
      if (event->kind != ServerEvent::kRequest) continue;
      asked_.emplace_back(event->call, std::string(event->payload));
    }
  }

  void PollClient() {
    while (std::optional<ClientEvent> event = client_.PollEvent()) {
      switch (event->kind) {
        case ClientEvent::kResponse:
          ++responses_;
          OnEnd(event->call, "re:", event->payload);
          ExpectNextDown(event->payload);
          break;
        case ClientEvent::kEvent:
          ExpectNextDown(event->payload);
          break;
        case ClientEvent::kCallFailed:
          ++failures_;
          ASSERT_FALSE(event->status.ok());
          OnFailed(event->call);
          break;
        case ClientEvent::kClosed:
          ASSERT_FALSE(closed_);
          closed_ = true;
          break;
      }
    }
  }

  // Frames arrive in the order in which the server made them; the responses
  // that nobody waits for are left out.
  void ExpectNextDown(absl::string_view payload) {
    while (!expected_down_.empty() && expected_down_.front() != payload) {
      const std::string dropped = expected_down_.front();
      expected_down_.pop_front();
      ASSERT_EQ(dropped.substr(0, 3), "re:") << "event lost or out of order";
      ForgetAbandoned(dropped.substr(3));
    }
    ASSERT_FALSE(expected_down_.empty()) << "nobody sent " << payload;
    expected_down_.pop_front();
  }

  // The response to an abandoned call has passed: its id is free again.
  void ForgetAbandoned(const std::string& payload) {
    for (auto it = in_flight_.begin(); it != in_flight_.end(); ++it) {
      if (calls_[it->second].payload != payload) continue;
      ASSERT_EQ(calls_[it->second].state, CallState::kAbandoned);
      in_flight_.erase(it);
      return;
    }
    FAIL() << "response without a call: " << payload;
  }

  void OnEnd(CallId id, absl::string_view prefix, absl::string_view payload) {
    const auto it = in_flight_.find(id);
    ASSERT_NE(it, in_flight_.end()) << "call " << id << " ended twice";
    ASSERT_EQ(calls_[it->second].state, CallState::kWaiting);
    ASSERT_EQ(absl::StrCat(prefix, calls_[it->second].payload), payload);
    calls_[it->second].state = CallState::kEnded;
    in_flight_.erase(it);
  }

  void OnFailed(CallId id) {
    const auto it = in_flight_.find(id);
    ASSERT_NE(it, in_flight_.end());
    ASSERT_EQ(calls_[it->second].state, CallState::kWaiting) << "ended twice";
    calls_[it->second].state = CallState::kAbandoned;
    polled_out_[id] = true;
  }

  std::string MakePayload() {
    return absl::StrCat(calls_.size(),
                        std::string(bits_() % 20 == 0 ? 3000 : bits_() % 20,
                                    static_cast<char>('a' + bits_() % 26)));
  }

  // Ends in one of three ways; every call must have ended afterwards.
  void Finish() {
    const int how = bits_() % 3;
    if (how == 0) {  // orderly: half-close and drain
      client_.HalfClose();
      for (int i = 0; i < 100000 && !closed_; ++i) {
        MoveOctets(10000);
        PollServer();
        while (!asked_.empty()) Answer();
        PollClient();
      }
      ASSERT_TRUE(client_.status().ok()) << client_.status();
      ASSERT_EQ(client_.in_flight(), 0);
      ASSERT_TRUE(server_.closed());
    } else {  // the server vanishes, perhaps inside a frame
      down_.Break(how == 1 ? bits_() % 100 : 100000);
      for (int i = 0; i < 100000 && !closed_; ++i) {
        down_.Read(&client_, 10000);
        PollClient();
      }
      ASSERT_FALSE(client_.StartCall("too late").ok());
    }
    ASSERT_TRUE(closed_);
    ASSERT_TRUE(client_.closed());
    ASSERT_EQ(client_.open_calls(), 0);
    for (size_t i = 0; i < calls_.size(); ++i) {
      ASSERT_NE(calls_[i].state, CallState::kWaiting) << "call lost: " << i;
    }
  }

  struct Call {
    std::string payload;
    CallState state;
  };

  const Form form_;
  std::mt19937 bits_;
  Link up_, down_;
  ClientConnection client_;
  ServerConnection server_;
  MonotonicTime now_ = MonotonicTime();
  std::vector<Call> calls_;             // in the order started
  std::map<CallId, size_t> in_flight_;  // ids taken -> index in calls_
  std::map<CallId, bool> polled_out_;   // failed at least once
  std::vector<CallId> order_;
  std::deque<std::pair<CallId, std::string>> asked_;  // at the server
  std::deque<std::string> expected_down_;
  int events_ = 0, responses_ = 0, failures_ = 0;
  bool closed_ = false;
};

void RunSessions(Form form) {
  int responses = 0, failures = 0;
  for (uint32_t seed = 0; seed < 1500; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Session session(form, seed);
    session.Run(400);
    responses += session.responses();
    failures += session.failures();
    if (::testing::Test::HasFailure()) return;
  }
  // Otherwise the sessions would prove nothing.
  EXPECT_GT(responses, 10000);
  EXPECT_GT(failures, 1000);
}

TEST(ConnectionPairTest, SyncSessionsAgreeWithTheModel) {
  RunSessions(Form::kSync);
}

TEST(ConnectionPairTest, AsyncSessionsAgreeWithTheModel) {
  RunSessions(Form::kAsync);
}

}  // namespace
}  // namespace forkrpc
