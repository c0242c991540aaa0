// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/blocking_core.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/connection/connection.h"
#include "forkrpc/transport/wire_terms.h"

namespace forkrpc {
namespace {

// How long a worker whose stream has ended may take to end itself, so that the
// error can say how it did.
constexpr absl::Duration kEndGrace = absl::Milliseconds(500);

// So long after a deadline what has been received by then may still be looked
// at. Without an end to that, a worker that sends without pause would keep it
// from ever being noticed.
constexpr absl::Duration kSlack = absl::Milliseconds(2);

// How often to look whether a worker that was killed is gone.
constexpr absl::Duration kKillLook = absl::Milliseconds(2);

}  // namespace

absl::StatusOr<std::unique_ptr<WorkerProcess>> BlockingCore::Spawn(
    const SpawnOptions& worker, const BlockingClientOptions& options) {
  const absl::Status checked =
      CheckReceiveBufferOctets(options.connection.receive_buffer_octets);
  if (!checked.ok()) return checked;
  WireTerms terms;
  terms.form =
      options.connection.form == Form::kSync ? kSyncFormName : kAsyncFormName;
  return WorkerProcess::Spawn(worker, terms);
}

BlockingCore::BlockingCore(std::unique_ptr<WorkerProcess> process,
                           std::unique_ptr<Transport> transport,
                           BlockingClientOptions options)
    : process_(std::move(process)),
      own_transport_(std::move(transport)),
      on_event_(std::move(options.on_event)),
      drain_(options.drain),
      connection_(options.connection),
      pump_(&connection_, this->transport(), process_.get(), options.spin),
      // Between two functions nobody looks at the time: only Close() and the
      // destructor end a worker that lingers.
      end_(process_ != nullptr ? WorkerEnd::Process::kOurs
                               : WorkerEnd::Process::kNone,
           absl::InfiniteDuration()) {}

absl::Status BlockingCore::CheckIdle() const {
  switch (state_) {
    case State::kIdle:
      return absl::OkStatus();
    case State::kInUse:
      return absl::FailedPreconditionError(
          "a callback must not use the client that called it");
    case State::kClosed:
      break;
  }
  return absl::FailedPreconditionError("the client was closed");
}

void BlockingCore::Flush() {
  if (!end_.stream_is_open()) return;
  // What has expired is not sent.
  if (connection_.NextTimeout() != MonotonicTime::InfiniteFuture()) {
    connection_.OnTimeout(MonotonicNow());
  }
  pump_.Flush();
}

std::optional<ClientEvent> BlockingCore::NextEnd(MonotonicTime deadline) {
  std::optional<ClientEvent> ended;
  while (!ended.has_value() && Step(deadline, &ended)) {
  }
  return ended;
}

bool BlockingCore::Step(MonotonicTime deadline,
                        std::optional<ClientEvent>* ended) {
  if (deadline != MonotonicTime::InfiniteFuture() ||
      connection_.NextTimeout() != MonotonicTime::InfiniteFuture()) {
    const MonotonicTime now = MonotonicNow();
    connection_.OnTimeout(now);
    if (now >= deadline + kSlack) return false;
  }
  std::optional<ClientEvent> event = connection_.PollUntilEnd();
  if (!event.has_value() && connection_.over()) {
    // Open calls may still be cancelled and end at their deadlines.
    if (WaitToTell(deadline) && MonotonicNow() < deadline) return true;
    event = connection_.PollEvent();
  }
  if (!event.has_value()) {
    if (!end_.stream_is_open()) return false;
    return pump_.Wait(deadline) ||
           deadline == MonotonicTime::InfiniteFuture() ||
           MonotonicNow() < deadline;
  }
  switch (event->kind) {
    case ClientEvent::kResponse:
    case ClientEvent::kCallFailed:
      *ended = std::move(event);
      return true;
    case ClientEvent::kEvent:
      OnEvent(event->payload);
      return true;
    case ClientEvent::kClosed:
      break;
  }
  OnStreamOver();
  return false;
}

void BlockingCore::OnEvent(absl::string_view payload) {
  //= spec/wire.md#FR-EVT-005
  if (on_event_ == nullptr) {
    ++dropped_events_;
  } else {
    on_event_(payload);
  }
}

absl::Status BlockingCore::WaitForRoom(size_t octets, MonotonicTime deadline,
                                       EndSink ended) {
  // Responses must be read meanwhile, or the worker could not read either.
  while (connection_.unsent() > octets) {
    std::optional<ClientEvent> event;
    const bool more = Step(deadline, &event);
    if (event.has_value()) ended(*event);
    if (more || !end_.stream_is_open()) continue;
    return absl::DeadlineExceededError(absl::StrCat(
        "the call was not made: the worker has not read what came before, ",
        connection_.unsent(), " octets are unsent"));
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::string_view> BlockingCore::EndOf(const ClientEvent& event,
                                                      MonotonicTime deadline) {
  if (ABSL_PREDICT_TRUE(event.kind == ClientEvent::kResponse)) {
    return event.payload;
  }
  return WithWorkersEnd(event.status, deadline);
}

void BlockingCore::Abandon(CallId call) {
  // First, for a request of which nothing is written need not be copied.
  const bool abandoned = connection_.CancelCall(call).ok();
  if (connection_.unsent() > 0) connection_.OwnBorrowedPayloads();
  if (!abandoned) return;
  while (connection_.has_failed_calls()) connection_.PollEvent();
}

void BlockingCore::OnStreamOver() {
  if (!end_.stream_is_open()) return;
  end_.OnStreamOver(connection_.status(), MonotonicNow());
  tell_until_ = MonotonicNow() + kEndGrace;
  Act();
}

bool BlockingCore::WaitToTell(MonotonicTime deadline) {
  if (process_ == nullptr || connection_.status().ok() ||
      connection_.open_calls() == 0) {
    return false;
  }
  OnStreamOver();
  if (process_->exit_status().has_value() || MonotonicNow() >= tell_until_) {
    return false;
  }
  process_->Wait(std::min({deadline, connection_.NextTimeout(), tell_until_}))
      .status()
      .IgnoreError();
  return true;
}

void BlockingCore::Act() {
  while (std::optional<WorkerEnd::Action> action = end_.Poll()) {
    switch (*action) {
      case WorkerEnd::Action::kSendSigkill:
        process_->Kill(SIGKILL).IgnoreError();
        break;
      case WorkerEnd::Action::kBreak:
        connection_.OnReceiveError(end_.cause());
        break;
      case WorkerEnd::Action::kCloseWire:
        if (process_ != nullptr) process_->CloseWire();
        own_transport_ = nullptr;
        break;
      default:
        break;  // nobody is called back
    }
  }
}

absl::Status BlockingCore::WithWorkersEnd(const absl::Status& status,
                                          MonotonicTime deadline) {
  // A call that has ended by itself need not know.
  if (process_ == nullptr || connection_.status().ok() ||
      status != connection_.status()) {
    return status;
  }
  const InUse in_use(this);
  OnStreamOver();
  if (!process_->Look().has_value()) {
    process_->Wait(std::min(deadline, tell_until_)).status().IgnoreError();
  }
  return absl::Status(status.code(),
                      absl::StrCat(status.message(), "; ", DescribeWorker()));
}

std::string BlockingCore::DescribeWorker() {
  if (!workers_end_.empty()) return workers_end_;
  std::string text = process_->DescribeEnd();
  if (process_->exit_status().has_value()) workers_end_ = text;
  return text;
}

absl::Status BlockingCore::Close(absl::Duration grace, EndSink ended) {
  if (state_ == State::kClosed) return closed_status_;
  absl::Status idle = CheckIdle();
  if (!idle.ok()) return idle;
  const InUse in_use(this);
  end_.Drain(grace, MonotonicNow());
  if (transport() != nullptr) {
    connection_.HalfClose(AnswersUntil(drain_, *transport(), MonotonicNow()));
  }
  const std::string why = WaitForStream(ended);
  absl::Status waited = WaitForProcess();
  if (!waited.ok()) return waited;
  // What the end of the stream has ended. It is known now how that came.
  while (std::optional<ClientEvent> event =
             NextEnd(MonotonicTime::InfiniteFuture())) {
    ended(*event);
  }
  closed_status_ = end_.Verdict(
      process_ != nullptr ? absl::StrCat(why, DescribeWorker()) : why);
  state_ = State::kClosed;
  return closed_status_;
}

std::string BlockingCore::WaitForStream(EndSink ended) {
  while (end_.stream_is_open()) {
    std::optional<ClientEvent> event = NextEnd(end_.Next());
    if (event.has_value()) {
      ended(*event);
      continue;
    }
    const size_t in_flight = connection_.in_flight();
    end_.OnTime(MonotonicNow());
    Act();
    if (end_.stream_is_open() || connection_.closed()) continue;
    return absl::StrCat(in_flight, in_flight == 1 ? " call was" : " calls were",
                        " in flight; ");
  }
  return "";
}

absl::Status BlockingCore::WaitForProcess() {
  while (process_ != nullptr && !end_.process_is_gone() &&
         end_.state() != WorkerEnd::State::kStuck) {
    // Wait() also waits for our own standard error to take what the worker has
    // written. Once the grace is over there is no time for that.
    const MonotonicTime until =
        end_.state() == WorkerEnd::State::kKilled
            ? std::min(end_.Next(), MonotonicNow() + kKillLook)
            : end_.Next();
    const absl::StatusOr<ExitStatus> exit = process_->Wait(until);
    if (exit.ok()) {
      end_.OnProcessGone(*exit);
    } else if (absl::IsDeadlineExceeded(exit.status())) {
      end_.OnTime(MonotonicNow());
    } else {
      return exit.status();
    }
    Act();
  }
  return absl::OkStatus();
}

}  // namespace forkrpc
