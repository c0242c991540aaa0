// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/blocking_client.h"

#include <utility>

#include "absl/base/optimization.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"

namespace forkrpc {
namespace {

// How long a worker whose stream has ended may take to end itself, so that the
// error can say how it did.
constexpr absl::Duration kEndGrace = absl::Milliseconds(500);

// Between SIGTERM and SIGKILL.
constexpr absl::Duration kKillGrace = absl::Seconds(1);

MonotonicTime DeadlineAfter(absl::Duration timeout) {
  return timeout == absl::InfiniteDuration() ? MonotonicTime::InfiniteFuture()
                                             : MonotonicNow() + timeout;
}

}  // namespace

absl::StatusOr<std::unique_ptr<BlockingClient>> BlockingClient::Spawn(
    const SpawnOptions& worker, BlockingClientOptions options) {
  absl::StatusOr<std::unique_ptr<WorkerProcess>> process =
      WorkerProcess::Spawn(worker);
  if (!process.ok()) return process.status();
  return std::unique_ptr<BlockingClient>(
      new BlockingClient(*std::move(process), std::move(options)));
}

BlockingClient::BlockingClient(std::unique_ptr<WorkerProcess> process,
                               BlockingClientOptions options)
    : process_(std::move(process)),
      on_event_(std::move(options.on_event)),
      connection_(options.connection),
      pump_(&connection_, process_->transport(), process_.get(), options.spin) {
}

BlockingClient::BlockingClient(std::unique_ptr<Transport> transport,
                               BlockingClientOptions options)
    : own_transport_(std::move(transport)),
      on_event_(std::move(options.on_event)),
      connection_(options.connection),
      pump_(&connection_, own_transport_.get(), nullptr, options.spin) {}

BlockingClient::~BlockingClient() = default;

absl::Status BlockingClient::CheckUsable() const {
  if (ABSL_PREDICT_FALSE(closed_.has_value())) {
    return absl::FailedPreconditionError("the client was closed");
  }
  if (ABSL_PREDICT_FALSE(in_callback_)) {
    return absl::FailedPreconditionError(
        "on_event must not use the client that called it");
  }
  return absl::OkStatus();
}

absl::StatusOr<CallId> BlockingClient::StartCall(absl::string_view payload,
                                                 absl::Duration timeout,
                                                 PayloadLifetime lifetime) {
  absl::Status usable = CheckUsable();
  if (!usable.ok()) return usable;
  absl::StatusOr<CallId> call =
      timeout == absl::InfiniteDuration()
          ? connection_.StartCall(payload, lifetime)
          : connection_.StartCallWithDeadline(payload, MonotonicNow() + timeout,
                                              lifetime);
  if (ABSL_PREDICT_FALSE(!call.ok() && !connection_.status().ok())) {
    return WithWorkersEnd(call.status());
  }
  return call;
}

absl::StatusOr<std::string> BlockingClient::Call(absl::string_view payload,
                                                 absl::Duration timeout) {
  absl::StatusOr<absl::string_view> response = CallView(payload, timeout);
  if (!response.ok()) return response.status();
  return std::string(*response);
}

absl::StatusOr<absl::string_view> BlockingClient::CallView(
    absl::string_view payload, absl::Duration timeout) {
  absl::StatusOr<CallId> call =
      StartCall(payload, timeout, PayloadLifetime::kBorrow);
  if (!call.ok()) return call.status();
  pump_.Flush();
  while (std::optional<ClientEvent> event =
             NextCallEvent(MonotonicTime::InfiniteFuture())) {
    if (event->call == *call) {
      // The caller has its memory back, also if the call ended before all of
      // the request was written.
      if (connection_.unsent() > 0) connection_.OwnBorrowedPayloads();
      return EndOf(*event);
    }
    Keep(*event);
  }
  // Not reached: the connection ends each call before it ends itself.
  return absl::InternalError("a call was lost");
}

absl::StatusOr<CallId> BlockingClient::Start(absl::string_view payload,
                                             absl::Duration timeout) {
  if (connection_.unsent() > kUnsentHighWater) MakeRoom();
  return StartCall(payload, timeout, PayloadLifetime::kCopy);
}

void BlockingClient::MakeRoom() {
  if (!CheckUsable().ok()) return;
  while (connection_.unsent() > kUnsentLowWater) {
    // Responses must be read meanwhile, or the worker could not read either.
    while (std::optional<ClientEvent> event = connection_.PollEvent()) {
      if (event->kind == ClientEvent::kClosed) return;
      if (event->kind == ClientEvent::kEvent) {
        OnEvent(event->payload);
      } else {
        Keep(*event);
      }
    }
    pump_.Wait(MonotonicTime::InfiniteFuture());
  }
}

void BlockingClient::Flush() {
  if (CheckUsable().ok() && !connection_.closed()) pump_.Flush();
}

absl::StatusOr<std::string> BlockingClient::Wait(CallId call) {
  while (true) {
    const auto it = ended_.find(call);
    if (it != ended_.end()) {
      absl::StatusOr<std::string> response = std::move(it->second);
      ended_.erase(it);
      return response;
    }
    if (!closed_.has_value()) {
      absl::Status usable = CheckUsable();
      if (!usable.ok()) return usable;
    }
    if (!connection_.is_open(call)) {
      return absl::NotFoundError(absl::StrCat("no call ", call, " is open"));
    }
    std::optional<ClientEvent> event =
        NextCallEvent(MonotonicTime::InfiniteFuture());
    if (event.has_value()) Keep(*event);
  }
}

Completion BlockingClient::WaitAnySlow() {
  if (!ended_.empty()) {
    const auto it = ended_.begin();
    const CallId call = it->first;
    absl::StatusOr<std::string> response = std::move(it->second);
    ended_.erase(it);
    if (!response.ok()) return Completion{call, response.status()};
    kept_ = *std::move(response);
    return Completion{call, absl::string_view(kept_)};
  }
  absl::Status usable = CheckUsable();
  if (!usable.ok()) return Completion{0, std::move(usable)};
  if (connection_.open_calls() == 0) {
    return Completion{0, absl::FailedPreconditionError("no call is open")};
  }
  std::optional<ClientEvent> event =
      NextCallEvent(MonotonicTime::InfiniteFuture());
  return Completion{event->call, EndOf(*event)};
}

absl::Status BlockingClient::Cancel(CallId call) {
  absl::Status usable = CheckUsable();
  return usable.ok() ? connection_.CancelCall(call) : usable;
}

std::optional<ClientEvent> BlockingClient::NextCallEvent(
    MonotonicTime deadline) {
  while (true) {
    std::optional<ClientEvent> event = connection_.PollEvent();
    if (event.has_value()) {
      if (event->kind == ClientEvent::kResponse ||
          event->kind == ClientEvent::kCallFailed) {
        return event;
      }
      if (event->kind == ClientEvent::kEvent) OnEvent(event->payload);
      continue;
    }
    if (connection_.closed()) return std::nullopt;
    if (deadline != MonotonicTime::InfiniteFuture() &&
        MonotonicNow() >= deadline) {
      return std::nullopt;
    }
    pump_.Wait(deadline);
  }
}

void BlockingClient::OnEvent(absl::string_view payload) {
  //= spec/wire.md#FR-EVT-005
  if (on_event_ == nullptr) {
    ++dropped_events_;
    return;
  }
  in_callback_ = true;
  on_event_(payload);
  in_callback_ = false;
}

absl::StatusOr<absl::string_view> BlockingClient::EndOf(
    const ClientEvent& event) {
  if (ABSL_PREDICT_TRUE(event.kind == ClientEvent::kResponse)) {
    return event.payload;
  }
  return connection_.status().ok() ? event.status
                                   : WithWorkersEnd(event.status);
}

void BlockingClient::Keep(const ClientEvent& event) {
  absl::StatusOr<absl::string_view> end = EndOf(event);
  if (end.ok()) {
    ended_.insert_or_assign(event.call, std::string(*end));
  } else {
    ended_.insert_or_assign(event.call, end.status());
  }
}

absl::Status BlockingClient::WithWorkersEnd(const absl::Status& status) {
  if (process_ == nullptr) return status;
  if (!workers_end_.has_value()) {
    process_->CloseWire();
    process_->Wait(MonotonicNow() + kEndGrace).status().IgnoreError();
    workers_end_ = process_->DescribeEnd();
  }
  return absl::Status(status.code(),
                      absl::StrCat(status.message(), "; ", *workers_end_));
}

absl::Status BlockingClient::Close(absl::Duration grace) {
  if (closed_.has_value()) return *closed_;
  absl::Status usable = CheckUsable();
  if (!usable.ok()) return usable;
  const MonotonicTime deadline = DeadlineAfter(grace);
  connection_.HalfClose();
  while (std::optional<ClientEvent> event = NextCallEvent(deadline)) {
    Keep(*event);
  }
  closed_ = Finish(deadline);
  return *closed_;
}

absl::Status BlockingClient::Finish(MonotonicTime deadline) {
  absl::Status status;
  if (connection_.closed()) {
    status = connection_.status();
  } else {
    status = absl::DeadlineExceededError(absl::StrCat(
        "the worker has not drained in time, ", connection_.in_flight(),
        connection_.in_flight() == 1 ? " call is" : " calls are",
        " in flight"));
    connection_.OnReceiveError(status);
    while (std::optional<ClientEvent> event = NextCallEvent(deadline)) {
      Keep(*event);
    }
  }
  if (process_ == nullptr) {
    own_transport_.reset();
    return status;
  }
  process_->CloseWire();
  absl::StatusOr<ExitStatus> exit = process_->Wait(deadline);
  if (absl::IsDeadlineExceeded(exit.status())) {
    exit = process_->Terminate(kKillGrace);
    if (status.ok()) {
      status = absl::DeadlineExceededError(
          "the worker has drained but not ended in time");
    }
  }
  if (!status.ok()) return WithWorkersEnd(status);
  if (!exit.ok()) return exit.status();
  if (exit->clean()) return status;
  return absl::UnavailableError(process_->DescribeEnd());
}

}  // namespace forkrpc
