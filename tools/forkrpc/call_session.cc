// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/call_session.h"

#include <poll.h>

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/transport/wire_terms.h"

namespace forkrpc::cli {
namespace {

// With so many octets unsent no further call is made: a slow worker does not
// fill our memory with requests.
constexpr size_t kMaxUnsent = size_t{1} << 20;

// How long a worker whose stream has ended may take to end itself.
constexpr absl::Duration kEndGrace = absl::Milliseconds(500);

// Between SIGTERM and SIGKILL.
constexpr absl::Duration kKillGrace = absl::Seconds(1);

MonotonicTime DeadlineAfter(absl::Duration timeout) {
  return timeout == absl::InfiniteDuration() ? MonotonicTime::InfiniteFuture()
                                             : MonotonicNow() + timeout;
}

ClientOptions ConnectionOptions(const CallSessionOptions& session) {
  ClientOptions options;
  options.form = session.form;
  options.limits = session.limits;
  return options;
}

}  // namespace

absl::StatusOr<std::unique_ptr<CallSession>> CallSession::Start(
    CallSessionOptions options, EventHandler on_event) {
  WireTerms terms;
  terms.form = options.form == Form::kSync ? kSyncFormName : kAsyncFormName;
  absl::StatusOr<std::unique_ptr<WorkerProcess>> process =
      WorkerProcess::Spawn(options.worker, terms);
  if (!process.ok()) return process.status();
  return absl::WrapUnique(new CallSession(
      std::move(options), *std::move(process), std::move(on_event)));
}

CallSession::CallSession(CallSessionOptions options,
                         std::unique_ptr<WorkerProcess> process,
                         EventHandler on_event)
    : options_(std::move(options)),
      on_event_(std::move(on_event)),
      process_(std::move(process)),
      transport_(process_->transport()),
      connection_(ConnectionOptions(options_)),
      pump_(&connection_, &transport_, process_.get(), absl::ZeroDuration()) {}

bool CallSession::can_call() const {
  return slots_.size() < options_.in_flight && connection_.can_start_call() &&
         connection_.unsent() < kMaxUnsent;
}

absl::Status CallSession::Call(absl::string_view payload) {
  absl::StatusOr<CallId> call = connection_.StartCallWithDeadline(
      payload, DeadlineAfter(options_.timeout));
  if (!call.ok()) return call.status();
  slots_.push_back({*call, std::nullopt});
  pump_.Flush();
  return absl::OkStatus();
}

std::optional<absl::StatusOr<std::string>> CallSession::TakeOldest() {
  PollEvents();
  if (slots_.empty() || !slots_.front().end.has_value()) return std::nullopt;
  std::optional<absl::StatusOr<std::string>> end =
      std::move(slots_.front().end);
  slots_.pop_front();
  return end;
}

bool CallSession::Wait(int input_fd) {
  PollEvents();
  if (ended()) return false;
  pollfd input = {input_fd, POLLIN, 0};
  pump_.Wait(MonotonicTime::InfiniteFuture(), input_fd < 0 ? nullptr : &input);
  return input.revents != 0;
}

void CallSession::PollEvents() {
  while (std::optional<ClientEvent> event = connection_.PollEvent()) {
    switch (event->kind) {
      case ClientEvent::kEvent:
        has_spoken_ = true;
        on_event_(event->payload);
        break;
      case ClientEvent::kResponse:
        has_spoken_ = true;
        EndCall(*event);
        break;
      case ClientEvent::kCallFailed:
        EndCall(*event);
        break;
      case ClientEvent::kClosed:
        return;
    }
  }
}

void CallSession::EndCall(const ClientEvent& event) {
  for (Slot& slot : slots_) {
    if (slot.call != event.call || slot.end.has_value()) continue;
    if (event.kind == ClientEvent::kResponse) {
      slot.end = std::string(event.payload);
    } else {
      slot.end = event.status;
    }
    return;
  }
}

void CallSession::HalfClose() {
  connection_.HalfClose();
  if (!ended()) pump_.Flush();
}

absl::Status CallSession::Finish() {
  const MonotonicTime deadline = DeadlineAfter(options_.grace);
  connection_.HalfClose();
  PollEvents();
  while (!ended()) {
    if (MonotonicNow() >= deadline) {
      connection_.OnReceiveError(absl::DeadlineExceededError(absl::StrCat(
          "the worker has not ended its stream within ",
          absl::FormatDuration(options_.grace), " of the half-close")));
    } else {
      pump_.Wait(deadline);
    }
    PollEvents();
  }
  process_->CloseWire();
  const MonotonicTime end =
      connection_.status().ok() ? deadline : MonotonicNow();
  absl::StatusOr<ExitStatus> exit = process_->Wait(end);
  if (!connection_.status().ok()) return connection_.status();
  if (absl::IsDeadlineExceeded(exit.status())) {
    process_->Terminate(kKillGrace).status().IgnoreError();
    return absl::DeadlineExceededError(absl::StrCat(
        "the worker closed its stream but did not end within ",
        absl::FormatDuration(options_.grace), ", and was told to"));
  }
  if (!exit.ok()) return exit.status();
  if (!exit->failed()) return absl::OkStatus();
  return absl::UnavailableError("the worker did not end cleanly");
}

std::string CallSession::DescribeWorker() {
  if (ended()) {
    process_->CloseWire();
    process_->Wait(MonotonicNow() + kEndGrace).status().IgnoreError();
  }
  return process_->DescribeEnd();
}

bool CallSession::is_no_worker() const {
  if (has_spoken_ || !ended()) return false;
  return !transport_.requests_taken() || transport_.received();
}

}  // namespace forkrpc::cli
