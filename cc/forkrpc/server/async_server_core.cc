// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/async_server_core.h"

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/connection/send_queue.h"

namespace forkrpc {
namespace {

AsyncServerOptions Adapted(AsyncServerOptions options) {
  if (options.connection.form == Form::kSync) {
    options.connection.max_in_flight = 1;
  }
  return options;
}

bool IsWithin(absl::string_view part, absl::string_view whole) {
  const std::less_equal<const char*> le;
  return le(whole.data(), part.data()) &&
         le(part.data() + part.size(), whole.data() + whole.size());
}

absl::Status ServiceEnded() {
  return absl::FailedPreconditionError("the service has ended");
}

}  // namespace

AsyncServerCore::AsyncServerCore(Transport* transport, AsyncHandler handler,
                                 AsyncServerOptions options, EventLoop* loop)
    : transport_(transport),
      loop_(loop),
      options_(Adapted(std::move(options))),
      handler_(std::make_shared<AsyncHandler>(std::move(handler))),
      connection_(options_.connection) {}

absl::Status AsyncServerCore::Start() {
  link_ = std::make_shared<ServerLink>(loop_, weak_from_this());
  driver_ = std::make_shared<LoopDriver>(&connection_, transport_, loop_,
                                         [this] { Poll(); });
  parent_watch_ = std::make_unique<ParentWatch>(
      transport_, loop_, [this](bool gone) { OnParentLook(gone); });
  grace_timer_ = loop_->MakeTimer([this] { OnGraceOver(); });
  loop_end_ = loop_->WatchEnd([this] { OnLoopEnd(); });
  return driver_->Start();
}

void AsyncServerCore::Stop() {
  if (state_ == State::kEnded) return;
  state_ = State::kEnded;
  source_.Cut();
  link_->Cut();
  driver_->Stop();
  parent_watch_ = nullptr;
  grace_timer_ = nullptr;
  loop_end_ = nullptr;
  handler_ = nullptr;
}

absl::Status AsyncServerCore::Respond(CallId call, absl::string_view payload) {
  if (state_ >= State::kFlushing) return ServiceEnded();
  const absl::Status sent =
      connection_.SendResponse(call, payload, PayloadLifetime::kBorrow);
  if (sent.ok()) AfterSend(payload);
  return sent;
}

absl::Status AsyncServerCore::SendEvent(absl::string_view payload) {
  if (state_ >= State::kFlushing) return ServiceEnded();
  const absl::Status sent =
      connection_.SendEvent(payload, PayloadLifetime::kBorrow);
  if (sent.ok()) AfterSend(payload);
  return sent;
}

//= spec/wire.md#FR-EVT-007
absl::Status AsyncServerCore::Flush(absl::Duration timeout) {
  if (state_ != State::kEnded) {
    return driver_->Flush(MonotonicNow() + timeout);
  }
  if (connection_.unsent() == 0) return connection_.send_error();
  return absl::UnavailableError(absl::StrCat("the service has ended with ",
                                             connection_.unsent(),
                                             " octets that were not written"));
}

void AsyncServerCore::AfterSend(absl::string_view payload) {
  if (payload.size() >= SendQueue::kMinBorrow) {
    driver_->FlushNow();
    // An echo, or a part of the request: it stays where it was received, unless
    // more arrives before it is written.
    if (IsWithin(payload, request_)) {
      connection_.OwnBorrowedBeforeReceiving();
    } else {
      connection_.OwnBorrowedPayloads();
    }
  }
  driver_->Update();
}

void AsyncServerCore::EndWorker(absl::Status why) {
  if (!takes_requests()) return;
  state_ = State::kCompleting;
  end_ =
      why.ok() ? absl::UnknownError("a function has failed") : std::move(why);
  grace_timer_->Set(MonotonicNow() + options_.end_grace);
  driver_->Update();
}

void AsyncServerCore::BeginFlushing() {
  state_ = State::kFlushing;
  sent_before_grace_ = connection_.sent();
  grace_timer_->Set(MonotonicNow() + options_.flush_grace);
  driver_->Update();
}

void AsyncServerCore::OnFailed(absl::Status why) {
  ++lost_;
  EndWorker(std::move(why));
  driver_->Update();
}

void AsyncServerCore::OnDropped(CallId call) {
  ++lost_;
  driver_->Update();
  // Where a function has failed, that is what there is to say.
  if (!takes_requests()) return;
  const std::shared_ptr<AsyncServerCore> keep = shared_from_this();
  Log(absl::StrCat("call ", call,
                   " is never answered: its responder was dropped"));
}

void AsyncServerCore::Log(absl::string_view line) const {
  if (options_.log != nullptr) {
    options_.log(line);
  } else {
    const std::string text = absl::StrCat("forkrpc: ", line, "\n");
    std::fputs(text.c_str(), stderr);
  }
}

void AsyncServerCore::Poll() {
  const std::shared_ptr<AsyncServerCore> keep = shared_from_this();
  const std::shared_ptr<AsyncHandler> handler = handler_;
  // Also if an exception leaves the function.
  const absl::Cleanup forget_request = [this] { request_ = {}; };
  while (takes_requests()) {
    CallId call;
    absl::string_view request;
    if (connection_.PollRequest(&call, &request)) {
      Serve(call, request);
      continue;
    }
    const std::optional<ServerEvent> event = connection_.PollEvent();
    if (!event.has_value()) break;
    switch (event->kind) {
      case ServerEvent::kRequest:
        Serve(event->call, event->payload);
        break;
      case ServerEvent::kHalfClosed:
        state_ = State::kDraining;
        break;
      case ServerEvent::kClosed:
        driver_->FlushNow();
        if (event->status.ok()) return End(event->status);
        //= spec/wire.md#FR-ERR-019
        // What was made before an error still goes out, as after a failure.
        end_ = event->status;
        BeginFlushing();
        break;
    }
  }
  CheckState();
}

void AsyncServerCore::Serve(CallId call, absl::string_view request) {
  if (request.size() >= SendQueue::kMinBorrow) request_ = request;
  (*handler_)(request, MakeResponder(call));
  request_ = {};
}

void AsyncServerCore::CheckState() {
  if (state_ == State::kEnded) return;
  // Without a write end nobody gets what calls in progress may answer.
  if (state_ == State::kCompleting &&
      (calls_left() == 0 || transport_->write_fd() < 0)) {
    BeginFlushing();
  }
  const bool all_written = connection_.unsent() == 0;
  if (state_ == State::kFlushing && all_written) return End(end_);
  if (state_ == State::kDraining && all_written && lost_ > 0 &&
      calls_left() == 0) {
    return End(absl::FailedPreconditionError(absl::StrCat(
        lost_, " calls were never answered: their responders were dropped")));
  }
  // Who reads learns that the parent is gone by that.
  if (!takes_requests() || !connection_.wants_octets()) {
    parent_watch_->LookSoon();
  }
}

void AsyncServerCore::OnParentLook(bool gone) {
  const std::shared_ptr<AsyncServerCore> keep = shared_from_this();
  if (!gone) return CheckState();
  End(takes_requests() ? absl::UnavailableError("the parent is gone") : end_);
}

void AsyncServerCore::OnGraceOver() {
  const std::shared_ptr<AsyncServerCore> keep = shared_from_this();
  const bool parent_reads = connection_.sent() != sent_before_grace_;
  if (state_ == State::kFlushing && !parent_reads) return End(end_);
  BeginFlushing();
  CheckState();
}

// Nobody can tell the user any more, and what is left over cannot be written.
void AsyncServerCore::OnLoopEnd() {
  const std::shared_ptr<AsyncServerCore> keep = shared_from_this();
  Stop();
}

void AsyncServerCore::End(absl::Status status) {
  Stop();
  if (options_.done != nullptr) options_.done(std::move(status));
}

}  // namespace forkrpc
