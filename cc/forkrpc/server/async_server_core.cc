// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/async_server_core.h"

#include <poll.h>

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

// How often a worker that reads nothing looks for its parent: it is to end
// within a second of it.
constexpr absl::Duration kParentPoll = absl::Milliseconds(250);

AsyncServerOptions Adapted(AsyncServerOptions options) {
  if (options.connection.form == Form::kSync) {
    options.connection.max_in_flight = 1;
  }
  return options;
}

// Whether nobody can read what would be written to `fd`. A parent that has only
// half-closed can.
bool PeerIsGone(int fd) {
  pollfd look = {fd, 0, 0};
  return fd >= 0 && poll(&look, 1, 0) == 1 &&
         (look.revents & (POLLHUP | POLLERR)) != 0;
}

bool IsWithin(absl::string_view part, absl::string_view whole) {
  const std::less_equal<const char*> le;
  return le(whole.data(), part.data()) &&
         le(part.data() + part.size(), whole.data() + whole.size());
}

}  // namespace

AsyncServerCore::AsyncServerCore(Transport* transport, AsyncHandler handler,
                                 AsyncServerOptions options, EventLoop* loop)
    : transport_(transport),
      loop_(loop),
      options_(Adapted(std::move(options))),
      link_(std::make_shared<AsyncServerCore*>(this)),
      handler_(std::move(handler)),
      connection_(options_.connection) {}

absl::Status AsyncServerCore::Start() {
  driver_ = std::make_shared<LoopDriver>(&connection_, transport_, loop_,
                                         [this] { Poll(); });
  parent_timer_ = loop_->MakeTimer([this] { LookForParent(); });
  return driver_->Start();
}

void AsyncServerCore::Stop() {
  if (ended_) return;
  ended_ = true;
  *link_ = nullptr;
  driver_->Stop();
  parent_timer_ = nullptr;
  if (!serving_) handler_ = nullptr;
}

absl::Status AsyncServerCore::Respond(CallId call, absl::string_view payload) {
  if (ended_) {
    return absl::FailedPreconditionError("the service has ended");
  }
  const absl::Status sent =
      connection_.SendResponse(call, payload, PayloadLifetime::kBorrow);
  if (sent.ok()) AfterSend(payload);
  return sent;
}

absl::Status AsyncServerCore::SendEvent(absl::string_view payload) {
  if (ended_) {
    return absl::FailedPreconditionError("the service has ended");
  }
  const absl::Status sent =
      connection_.SendEvent(payload, PayloadLifetime::kBorrow);
  if (sent.ok()) AfterSend(payload);
  return sent;
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

void AsyncServerCore::Fail(absl::Status why) {
  if (ended_ || !failure_.ok()) return;
  failure_ =
      why.ok() ? absl::UnknownError("a function has failed") : std::move(why);
  driver_->Update();
}

void AsyncServerCore::OnDropped(CallId call) {
  if (ended_ || !failure_.ok()) return;
  ++lost_;
  Log(absl::StrCat("call ", call,
                   " is never answered: its responder was dropped"));
  driver_->Update();
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
  Hold();
  const absl::Cleanup release = [this] { Release(); };
  while (!ended_ && failure_.ok()) {
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
        half_closed_ = true;
        break;
      case ServerEvent::kClosed:
        driver_->FlushNow();
        if (event->status.ok() || connection_.unsent() == 0) {
          return End(event->status);
        }
        //= spec/wire.md#FR-ERR-019
        // What was made before an error still goes out, as after a failure.
        failure_ = event->status;
        break;
    }
  }
  CheckEnd();
}

void AsyncServerCore::Serve(CallId call, absl::string_view request) {
  Hold();
  serving_ = true;
  if (request.size() >= SendQueue::kMinBorrow) request_ = request;
  handler_(request, Responder(this, call));
  request_ = {};
  serving_ = false;
  // What the handler holds may hold responders, and these hold this.
  if (ended_) handler_ = nullptr;
}

void AsyncServerCore::CheckEnd() {
  if (ended_) return;
  const bool all_written = connection_.unsent() == 0;
  if (!failure_.ok() && all_written) return End(failure_);
  if (half_closed_ && all_written && lost_ > 0 &&
      connection_.in_flight() == lost_) {
    return End(absl::FailedPreconditionError(absl::StrCat(
        lost_, " calls were never answered: their responders were dropped")));
  }
  // Who reads learns that the parent is gone by that.
  if (!looking_ && (!failure_.ok() || !connection_.wants_octets())) {
    looking_ = true;
    parent_timer_->Set(MonotonicNow() + kParentPoll);
  }
}

void AsyncServerCore::LookForParent() {
  looking_ = false;
  if (ended_) return;
  if (PeerIsGone(transport_->write_fd())) {
    return End(failure_.ok() ? absl::UnavailableError("the parent is gone")
                             : failure_);
  }
  CheckEnd();
}

void AsyncServerCore::End(absl::Status status) {
  Hold();
  const absl::Cleanup release = [this] { Release(); };
  Stop();
  if (options_.done != nullptr) options_.done(std::move(status));
}

}  // namespace forkrpc
