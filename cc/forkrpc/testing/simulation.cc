// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/simulation.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>
#include <queue>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/connection/server_connection.h"
#include "forkrpc/testing/fault_transport.h"
#include "forkrpc/testing/memory_transport.h"
#include "forkrpc/testing/reference_model.h"
#include "forkrpc/testing/simulation_driver.h"
#include "forkrpc/testing/simulation_payload.h"

namespace forkrpc {
namespace {

MonotonicTime At(int milliseconds) {
  return MonotonicTime() + absl::Milliseconds(milliseconds);
}

class Simulation {
 public:
  Simulation(const Scenario& scenario, const FaultPlan& plan,
             const std::function<void(absl::string_view)>& tell)
      : scenario_(scenario),
        tell_(tell),
        model_(scenario.form,
               {scenario.client_in_flight, scenario.server_in_flight}),
        up_(scenario.up_capacity),
        down_(scenario.down_capacity),
        client_wire_(&down_, &up_),
        server_wire_(&up_, &down_),
        client_faults_(&client_wire_, StreamEnd::kClient, plan,
                       [this] { return now_; }),
        server_faults_(&server_wire_, StreamEnd::kServer, plan,
                       [this] { return now_; }),
        client_(ClientOptionsOf(scenario)),
        server_(ServerOptionsOf(scenario)) {}

  SimulationResult Run() {
    PlanCancels();
    while (Good() && !(client_.closed() && server_.closed())) {
      RunScript();
      client_.OnTimeout(now_);
      model_.OnTime(now_, client_.sent());
      PollClient();
      AnswerWhatIsDue();
      MoveUntilQuiet();
      if (!Good() || (client_.closed() && server_.closed())) break;
      const MonotonicTime next = NextTime();
      if (next == MonotonicTime::InfiniteFuture()) {
        Wrong(absl::StrCat(
            "nothing more happens: ", model_.open_calls(),
            " calls are open, the client has ", client_.closed() ? "" : "not ",
            "ended, the server has ", server_.closed() ? "" : "not ", "ended"));
        break;
      }
      if (next <= now_) {
        Wrong("a time was asked for that has passed");
        break;
      }
      now_ = next;
    }
    return Finish();
  }

 private:
  struct Due {
    MonotonicTime when;
    int64_t order;
    int call;
    bool operator<(const Due& other) const {
      return std::pair(other.when, other.order) < std::pair(when, order);
    }
  };

  static ClientOptions ClientOptionsOf(const Scenario& scenario) {
    ClientOptions options;
    options.form = scenario.form;
    options.max_in_flight = scenario.client_in_flight;
    options.first_id = scenario.first_id;
    return options;
  }
  static ServerOptions ServerOptionsOf(const Scenario& scenario) {
    ServerOptions options;
    options.form = scenario.form;
    options.max_in_flight = scenario.server_in_flight;
    options.high_water = scenario.high_water;
    return options;
  }

  bool Good() const { return violation_.ok() && model_.status().ok(); }
  void Wrong(absl::string_view what) {
    if (violation_.ok()) violation_ = absl::InternalError(what);
  }

  void Log(SimulationEntry::Kind kind, int call, int detail) {
    log_.push_back({kind, call, detail});
    for (const int64_t part :
         {static_cast<int64_t>(kind), static_cast<int64_t>(call),
          static_cast<int64_t>(detail),
          absl::ToInt64Milliseconds(now_.since_epoch())}) {
      trace_ = (trace_ ^ static_cast<uint64_t>(part)) * 1099511628211u;
    }
    if (tell_ != nullptr) Tell(ToString(log_.back()));
  }
  void Tell(absl::string_view what) {
    if (tell_ != nullptr) {
      tell_(absl::StrCat(absl::ToInt64Milliseconds(now_.since_epoch()),
                         " ms: ", what));
    }
  }

  void PlanCancels() {
    for (size_t i = 0; i < scenario_.calls.size(); ++i) {
      const ScriptedCall& call = scenario_.calls[i];
      if (call.cancel_after == kNotAtAll) continue;
      const int64_t order = static_cast<int64_t>(i);
      cancels_.push(
          {At(call.start + call.cancel_after), order, static_cast<int>(i)});
    }
  }

  void RunScript() {
    while (next_call_ < scenario_.calls.size() &&
           At(scenario_.calls[next_call_].start) <= now_) {
      StartCall(static_cast<int>(next_call_++));
    }
    while (!cancels_.empty() && cancels_.top().when <= now_) {
      const int call = cancels_.top().call;
      cancels_.pop();
      if (static_cast<size_t>(call) >= next_call_ || !model_.is_open(call)) {
        continue;
      }
      const absl::Status cancelled = client_.CancelCall(model_.id_of(call));
      model_.OnCancelled(call, cancelled, client_.sent());
    }
    if (!half_closed_ && At(scenario_.half_close) <= now_ &&
        next_call_ == scenario_.calls.size()) {
      half_closed_ = true;
      client_.HalfClose();
      model_.OnHalfClose();
      Tell("half-close");
    }
  }

  void StartCall(int number) {
    const ScriptedCall& call = scenario_.calls[static_cast<size_t>(number)];
    const MonotonicTime deadline =
        call.deadline_after == kNotAtAll
            ? MonotonicTime::InfiniteFuture()
            : now_ + absl::Milliseconds(call.deadline_after);
    MakePayload(number, kRequestPayload, call.request, &payload_);
    const absl::StatusOr<CallId> id = client_.StartCallWithDeadline(
        Lend(&payload_), deadline, PayloadLifetime::kBorrow);
    if (!id.ok()) {
      model_.OnRefused(number, id.status());
      Log(SimulationEntry::kRefused, number,
          static_cast<int>(id.status().code()));
      return;
    }
    model_.OnStarted(*id, number, lent_size_, deadline);
    Tell(absl::StrCat("call ", number, " starts with id ", *id));
  }

  // A payload that is borrowed must stay; a small one is copied anyway.
  absl::string_view Lend(std::string* payload) {
    lent_size_ = payload->size();
    if (payload->size() < SendQueue::kMinBorrow) return *payload;
    lent_.push_back(std::move(*payload));
    return lent_.back();
  }

  MonotonicTime NextTime() const {
    MonotonicTime next = client_.NextTimeout();
    if (client_.closed()) next = MonotonicTime::InfiniteFuture();
    next = std::min(next, client_faults_.resume_time());
    next = std::min(next, server_faults_.resume_time());
    if (!due_.empty()) next = std::min(next, due_.top().when);
    if (!cancels_.empty()) next = std::min(next, cancels_.top().when);
    if (next_call_ < scenario_.calls.size()) {
      next = std::min(next, At(scenario_.calls[next_call_].start));
    } else if (!half_closed_) {
      next = std::min(next, At(scenario_.half_close));
    }
    return next;
  }

  void MoveUntilQuiet() {
    bool moved = true;
    while (moved && Good()) {
      const int put_off = client_faults_.put_off() + server_faults_.put_off();
      moved = StepClient();
      moved |= StepServer();
      moved |= client_faults_.put_off() + server_faults_.put_off() != put_off;
    }
  }

  // Writes, half-closes and reads, as the drivers do. Whether octets moved.
  bool StepClient() {
    if (client_.closed()) return false;
    bool moved =
        FlushNow(&client_, &client_faults_, [this] { model_.OnClientFault(); });
    moved |= ReadOnce(&client_, &client_faults_, &client_received_);
    PollClient();
    return moved;
  }

  bool StepServer() {
    if (server_.closed()) return false;
    bool moved = FlushNow(&server_, &server_faults_, [] {});
    moved |= ReadOnce(&server_, &server_faults_, &server_received_);
    PollServer();
    return moved;
  }

  void PollClient() {
    CallId id;
    absl::string_view payload;
    while (Good()) {
      if (client_.PollResponse(&id, &payload)) {
        OnResponse(id, payload);
        continue;
      }
      const std::optional<ClientEvent> event = client_.PollEvent();
      if (!event.has_value()) break;
      OnClientEvent(*event);
    }
    model_.CheckClient(client_, client_received_);
  }

  void OnResponse(CallId id, absl::string_view payload) {
    int call, what;
    if (!ReadPayload(payload, &call, &what) || what != kResponsePayload) {
      return Wrong(
          absl::StrCat("id ", id, " got octets that no function made"));
    }
    ++responses_;
    model_.OnResponse(id, call);
    Log(SimulationEntry::kResponse, call, 0);
  }

  void OnClientEvent(const ClientEvent& event) {
    int call, what;
    switch (event.kind) {
      case ClientEvent::kResponse:
        return OnResponse(event.call, event.payload);
      case ClientEvent::kEvent:
        if (!ReadPayload(event.payload, &call, &what) || what < 0) {
          return Wrong("an event has octets that no function made");
        }
        ++events_;
        model_.OnEvent(call, what);
        return Log(SimulationEntry::kEvent, call, what);
      case ClientEvent::kCallFailed:
        ++failures_;
        model_.OnFailed(event.call, event.status);
        return Log(SimulationEntry::kFailed, NumberOf(event.call),
                   static_cast<int>(event.status.code()));
      case ClientEvent::kClosed:
        model_.OnClientClosed(event.status);
        client_wire_.Close();
        return Log(SimulationEntry::kClosed, -1,
                   static_cast<int>(event.status.code()));
    }
  }

  // Ids are not used twice here before they wrap at 2^32.
  int NumberOf(CallId id) const {
    for (int call = static_cast<int>(next_call_) - 1; call >= 0; --call) {
      if (model_.id_of(call) == id) return call;
    }
    return -1;
  }

  void PollServer() {
    while (Good() && !server_.closed()) {
      CallId id;
      absl::string_view payload;
      if (server_.PollRequest(&id, &payload)) {
        OnRequest(id, payload);
        continue;
      }
      const std::optional<ServerEvent> event = server_.PollEvent();
      if (!event.has_value()) break;
      switch (event->kind) {
        case ServerEvent::kRequest:
          OnRequest(event->call, event->payload);
          break;
        case ServerEvent::kHalfClosed:
          AnswerHeld();
          break;
        case ServerEvent::kClosed:
          model_.OnServerClosed();
          server_wire_.Close();
          break;
      }
    }
    model_.CheckServer(server_, server_received_,
                       server_.in_flight() >= scenario_.server_in_flight ||
                           server_.unsent() > scenario_.high_water);
  }

  void OnRequest(CallId id, absl::string_view payload) {
    int number, what;
    if (!ReadPayload(payload, &number, &what) || what != kRequestPayload ||
        static_cast<size_t>(number) >= scenario_.calls.size()) {
      return Wrong("a request has octets that the client did not send");
    }
    model_.OnAsked(id, number);
    const ScriptedCall& call = scenario_.calls[static_cast<size_t>(number)];
    for (int i = 0; i < call.events; ++i) {
      MakePayload(number, i, 8 + static_cast<size_t>(i) * 20, &payload_);
      if (!server_.SendEvent(payload_).ok()) continue;
      model_.OnRaised(number, i, payload_.size());
    }
    asked_.push_back({number, id, false});
    if (call.answer_after == kNotAtAll) {
      held_.push_back(number);
    } else if (call.answer_after == 0) {
      MakeReady(number);
    } else {
      due_.push(
          {now_ + absl::Milliseconds(call.answer_after), ++order_, number});
    }
  }

  void AnswerWhatIsDue() {
    while (!due_.empty() && due_.top().when <= now_) {
      const int call = due_.top().call;
      due_.pop();
      if (!server_.closed()) MakeReady(call);
    }
    if (!server_.closed()) PollServer();
  }

  void AnswerHeld() {
    while (!held_.empty()) {
      const int call = held_.back();
      held_.pop_back();
      MakeReady(call);
    }
  }

  // In the sync form an answer waits for those in front of it.
  void MakeReady(int number) {
    if (scenario_.form == Form::kSync) {
      for (Asked& asked : asked_) asked.ready |= asked.call == number;
      while (!asked_.empty() && asked_.front().ready) {
        const Asked asked = asked_.front();
        asked_.pop_front();
        Answer(asked.call, asked.id);
      }
      return;
    }
    const auto it =
        std::find_if(asked_.begin(), asked_.end(),
                     [number](const Asked& a) { return a.call == number; });
    const CallId id = it->id;
    asked_.erase(it);
    Answer(number, id);
  }

  void Answer(int number, CallId id) {
    MakePayload(number, kResponsePayload,
                scenario_.calls[static_cast<size_t>(number)].response,
                &payload_);
    const absl::Status sent =
        server_.SendResponse(id, Lend(&payload_), PayloadLifetime::kBorrow);
    if (sent.ok()) return model_.OnAnswered(number, lent_size_);
    // Only a server whose stream has failed may say no.
    if (!absl::IsUnavailable(sent) && !absl::IsInternal(sent)) {
      Wrong(absl::StrCat("the response to call ", number,
                         " was refused: ", sent.ToString()));
    }
  }

  SimulationResult Finish() {
    SimulationResult result;
    result.violation = violation_.ok() ? model_.status() : violation_;
    if (result.violation.ok() &&
        model_.started() != static_cast<size_t>(responses_ + failures_)) {
      result.violation = absl::InternalError("a call did not end once");
    }
    for (const FaultOp op :
         {FaultOp::kRead, FaultOp::kWrite, FaultOp::kShutdown}) {
      result.ops.at(StreamEnd::kClient, op) = client_faults_.count(op);
      result.ops.at(StreamEnd::kServer, op) = server_faults_.count(op);
    }
    result.log = std::move(log_);
    result.trace = trace_;
    result.calls = static_cast<int64_t>(model_.started());
    result.responses = responses_;
    result.failures = failures_;
    result.events = events_;
    return result;
  }

  struct Asked {
    int call;
    CallId id;
    bool ready;
  };

  const Scenario& scenario_;
  const std::function<void(absl::string_view)>& tell_;
  ReferenceModel model_;
  MemoryPipe up_, down_;
  MemoryTransport client_wire_, server_wire_;
  FaultTransport client_faults_, server_faults_;
  ClientConnection client_;
  ServerConnection server_;
  MonotonicTime now_ = MonotonicTime();
  uint64_t client_received_ = 0, server_received_ = 0;
  size_t next_call_ = 0;
  bool half_closed_ = false;
  std::priority_queue<Due> cancels_, due_;
  int64_t order_ = 0;
  std::deque<Asked> asked_;  // in the order asked
  std::vector<int> held_;
  std::string payload_;
  std::deque<std::string> lent_;
  size_t lent_size_ = 0;
  absl::Status violation_;
  std::vector<SimulationEntry> log_;
  uint64_t trace_ = 14695981039346656037u;
  int64_t responses_ = 0, failures_ = 0, events_ = 0;
};

}  // namespace

std::string ToString(const SimulationEntry& entry) {
  const auto code = [&entry] {
    return absl::StatusCodeToString(
        static_cast<absl::StatusCode>(entry.detail));
  };
  switch (entry.kind) {
    case SimulationEntry::kResponse:
      return absl::StrCat("response to call ", entry.call);
    case SimulationEntry::kEvent:
      return absl::StrCat("event ", entry.detail, " of call ", entry.call);
    case SimulationEntry::kFailed:
      return absl::StrCat("call ", entry.call, " failed: ", code());
    case SimulationEntry::kRefused:
      return absl::StrCat("call ", entry.call, " refused: ", code());
    case SimulationEntry::kClosed:
      return absl::StrCat("closed: ", code());
  }
  return "";
}

SimulationResult Simulate(const Scenario& scenario, const FaultPlan& plan,
                          const std::function<void(absl::string_view)>& tell) {
  return Simulation(scenario, plan, tell).Run();
}

}  // namespace forkrpc
