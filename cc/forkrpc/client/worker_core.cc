// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/worker_core.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/connection/send_queue.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/transport/kernel_buffer.h"

namespace forkrpc {

WorkerCore::WorkerCore(std::unique_ptr<WorkerProcess> process,
                       std::unique_ptr<Transport> transport,
                       WorkerOptions options, EventLoop* loop)
    : loop_(loop),
      user_(std::move(options), [this](WorkerError* e) { Describe(e); }),
      pid_(process == nullptr ? 0 : process->pid()),
      own_transport_(std::move(transport)),
      connection_(user_.options().connection),
      end_(process == nullptr ? WorkerEnd::Process::kNone
                              : WorkerEnd::Process::kOurs,
           user_.options().exit_grace) {
  if (process == nullptr) return;
  process_ = std::make_unique<LoopProcess>(std::move(process), loop,
                                           [this] { TurnSoon(); });
}

WorkerCore::~WorkerCore() = default;

absl::Status WorkerCore::Start() {
  driver_ = std::make_shared<LoopDriver>(&connection_, transport(), loop_,
                                         [this] { Turn(); });
  absl::Status started = driver_->Start();
  if (started.ok() && process_ != nullptr) started = process_->Start();
  if (!started.ok()) return started;
  timer_ = loop_->MakeTimer([this] { OnTimer(); });
  loop_end_ = loop_->WatchEnd([this] { OnLoopEnd(); });
  self_ = shared_from_this();
  return absl::OkStatus();
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline CallId WorkerCore::Started(
    const absl::StatusOr<CallId>& call, absl::string_view payload,
    const CallOptions& options, CallCallback&& callback) {
  if (ABSL_PREDICT_FALSE(!call.ok())) {
    if (payload.size() <= user_.options().connection.limits.max_payload) {
      user_.OnNoRoom(payload.size());
    }
    return Refuse(call.status(), std::move(callback));
  }
  if (ABSL_PREDICT_FALSE(payload.size() >= SendQueue::kMinBorrow)) {
    Keep(*call, callback == nullptr ? PayloadLifetime::kCopy : options.payload);
  }
  callbacks_.Insert(*call, std::move(callback));
  user_.OnTaken(connection_.unsent());
  driver_->Update();
  return *call;
}

CallId WorkerCore::Call(absl::string_view payload, const CallOptions& options,
                        CallCallback&& callback) {
  if (ABSL_PREDICT_FALSE(!accepts_calls())) {
    return Refuse(WhyNoCalls(), std::move(callback));
  }
  if (ABSL_PREDICT_FALSE(options.timeout != absl::InfiniteDuration() ||
                         options.deadline != MonotonicTime::InfiniteFuture())) {
    return CallWithin(payload, options, std::move(callback));
  }
  // The inline one: it shows with a thousand calls in a turn.
  const absl::StatusOr<CallId> call =
      connection_.StartCall(payload, PayloadLifetime::kBorrow);
  return Started(call, payload, options, std::move(callback));
}

CallId WorkerCore::CallWithin(absl::string_view payload,
                              const CallOptions& options,
                              CallCallback&& callback) {
  const MonotonicTime now = MonotonicNow();
  const MonotonicTime deadline =
      std::min(options.deadline, now + options.timeout);
  if (deadline <= now) {
    return Refuse(absl::DeadlineExceededError(
                      "the call's deadline has passed: it was not sent"),
                  std::move(callback));
  }
  const CallId call = Started(connection_.StartCallWithDeadline(
                                  payload, deadline, PayloadLifetime::kBorrow),
                              payload, options, std::move(callback));
  if (call != 0 && deadline < timer_is_at_) SetTimer();
  return call;
}

absl::Status WorkerCore::WhyNoCalls() {
  if (verdict_.has_value() && !verdict_->ok()) return *verdict_;
  if (!end_.cause().ok()) return end_.cause();
  return absl::FailedPreconditionError("the worker has drained");
}

void WorkerCore::Keep(CallId call, PayloadLifetime lifetime) {
  if (lifetime == PayloadLifetime::kBorrow) {
    borrowed_.emplace(call, connection_.sent() + connection_.unsent());
    return;
  }
  driver_->FlushNow();
  connection_.OwnBorrowedPayloads();
}

void WorkerCore::TakeBack(CallId call) {
  const auto borrowed = borrowed_.find(call);
  if (borrowed == borrowed_.end()) return;
  // It has failed, or a worker that is in error answers what it cannot know.
  if (borrowed->second > connection_.sent()) connection_.OwnBorrowedPayloads();
  borrowed_.erase(borrowed);
}

CallId WorkerCore::Refuse(absl::Status why, CallCallback&& callback) {
  if (loop_ == nullptr) return 0;
  user_.Refuse(std::move(callback), std::move(why));
  TurnSoon();
  return 0;
}

absl::Status WorkerCore::Cancel(CallId call) {
  const absl::Status cancelled = connection_.CancelCall(call);
  if (cancelled.ok()) TurnSoon();
  return cancelled;
}

bool WorkerCore::CancelUnsent(CallId call) {
  const bool cancelled = connection_.CancelUnsentCall(call);
  if (cancelled) TurnSoon();
  return cancelled;
}

void WorkerCore::Drain(absl::Duration grace,
                       absl::AnyInvocable<void(absl::Status)> done) {
  if (end_.state() == WorkerEnd::State::kGone && done == nullptr) return;
  if (loop_ == nullptr) return;
  if (done != nullptr) user_.AwaitDrain(std::move(done));
  end_.Drain(grace, MonotonicNow());
  // Without a wire, nothing is left to be half-closed.
  if (transport() != nullptr) {
    connection_.HalfClose(
        AnswersUntil(user_.options().drain, *transport(), MonotonicNow()));
  }
  TurnSoon();
}

void WorkerCore::Terminate(absl::Duration grace) {
  if (end_.state() == WorkerEnd::State::kGone) return;
  end_.Terminate(grace, MonotonicNow());
  // This calls nobody, and need not wait for the loop.
  while (const int signal = end_.PollSignal()) {
    (*process_)->Kill(signal).IgnoreError();
  }
  TurnSoon();
}

void WorkerCore::SetPaused(bool paused) {
  if (!end_.stream_is_open()) return;
  end_.SetPaused(paused);
  driver_->SetPaused(paused);  // and has a turn
}

void WorkerCore::TurnSoon() {
  if (loop_ == nullptr) return;
  // The driver's turn is ours too, and writes before it.
  if (end_.stream_is_open()) return driver_->Update();
  if (turn_due_) return;
  turn_due_ = true;
  loop_->Defer([core = shared_from_this()] {
    core->turn_due_ = false;
    core->Turn();
  });
}

void WorkerCore::Turn() {
  // What the user throws leaves through here. Another turn goes on then.
  struct Unwinding {
    const std::shared_ptr<WorkerCore> core;
    bool returns = false;
    ~Unwinding() {
      if (returns) return;
      core->driver_->Update();
      core->TurnSoon();
    }
  } unwinding{shared_from_this()};
  if (process_ != nullptr && process_->ended() && !end_.process_is_gone()) {
    // All that the process has written is in the kernel by now.
    rest_ends_at_ = connection_.received() + WaitingOctets();
    end_.OnProcessGone(*(*process_)->exit_status());
  }
  do {
    PollConnection();
    if (end_.calls_are_lost()) LoseCalls();
    if (!end_.has_actions() || verdict_.has_value()) {
      user_.TellRefused();
      if (verdict_.has_value()) user_.TellDrained(*verdict_);
    }
  } while (Act());
  user_.TellOfRoom(connection_);
  SetTimer();
  unwinding.returns = true;
}

void WorkerCore::OnTimer() {
  timer_is_at_ = MonotonicTime::InfiniteFuture();
  const MonotonicTime now = MonotonicNow();
  connection_.OnTimeout(now);
  end_.OnTime(now);
  // What is not sent any more may have kept the half-close back, or the time
  // for the answers is over.
  if (connection_.has_failed_calls() || connection_.wants_shutdown_write()) {
    TurnSoon();
  }
  Turn();
}

void WorkerCore::SetTimer() {
  const MonotonicTime next = std::min(connection_.NextTimeout(), end_.Next());
  if (next == timer_is_at_ || timer_ == nullptr) return;
  timer_is_at_ = next;
  timer_->Set(next);
}

void WorkerCore::PollConnection() {
  CallId call;
  absl::string_view payload;
  while (true) {
    // A deadline and a cancel end a call also while nothing is read.
    while (end_.delivers() || connection_.has_failed_calls()) {
      if (connection_.PollResponse(&call, &payload)) {
        CallCallback callback = TakeCallback(call);
        if (callback != nullptr) callback(payload);
        continue;
      }
      std::optional<ClientEvent> event = connection_.PollUntilEnd();
      if (!event.has_value()) break;
      OnConnectionEvent(*std::move(event));
    }
    if (connection_.over() && end_.stream_is_open()) {
      end_.OnStreamOver(connection_.status(), MonotonicNow());
    }
    if (end_.state() != WorkerEnd::State::kReading) return;
    ReadRest();
  }
}

void WorkerCore::OnConnectionEvent(ClientEvent event) {
  switch (event.kind) {
    case ClientEvent::kEvent:
      user_.Event(event.payload);
      break;
    case ClientEvent::kResponse: {
      CallCallback callback = TakeCallback(event.call);
      if (callback != nullptr) callback(event.payload);
      break;
    }
    case ClientEvent::kCallFailed:
      user_.CallFailed(event.call, TakeCallback(event.call),
                       end_.CallStatus(std::move(event.status)));
      break;
    case ClientEvent::kClosed:
      break;
  }
}

// What comes behind rest_ends_at_ is from a process that the worker has
// started, and may never end.
void WorkerCore::ReadRest() {
  const bool complete = connection_.received() >= rest_ends_at_;
  const bool waiting = WaitingOctets() > 0;
  // The last read finds the end, or the error, behind the octets. A read may
  // say that it would block, and octets are waiting all the same.
  const bool read = !(complete && waiting) && driver_->Read();
  if (complete || (!read && !waiting)) connection_.OnReceiveEof();
}

uint64_t WorkerCore::WaitingOctets() {
  return end_.stream_is_open() ? KernelOctets(transport()->read_fd()) : 0;
}

void WorkerCore::LoseCalls() {
  if (connection_.closed()) return;
  const absl::Status verdict = Verdict();
  while (std::optional<ClientEvent> event = connection_.PollEvent()) {
    if (event->kind != ClientEvent::kCallFailed) continue;
    user_.CallFailed(
        event->call, TakeCallback(event->call),
        absl::Status(verdict.code(),
                     absl::StrCat("call ", event->call,
                                  " was lost: ", verdict.message())));
  }
}

bool WorkerCore::Act() {
  // What the process wrote to standard error is handed on before the end.
  if (end_.next() == WorkerEnd::Action::kDestroy && process_ != nullptr &&
      !process_->settled()) {
    return false;
  }
  const std::optional<WorkerEnd::Action> action = end_.Poll();
  if (!action.has_value()) return false;
  switch (*action) {
    case WorkerEnd::Action::kSendSigterm:
      (*process_)->Kill(SIGTERM).IgnoreError();
      break;
    case WorkerEnd::Action::kSendSigkill:
      (*process_)->Kill(SIGKILL).IgnoreError();
      break;
    case WorkerEnd::Action::kBreak:
      connection_.OnReceiveError(end_.cause());
      break;
    case WorkerEnd::Action::kCloseWire:
      driver_->Stop();
      user_.ForgetRoom();
      own_transport_ = nullptr;
      if (process_ != nullptr) (*process_)->CloseWire();
      break;
    case WorkerEnd::Action::kReadOn:
    case WorkerEnd::Action::kEndCalls:
      break;  // a turn does these as long as the state says so
    case WorkerEnd::Action::kReportError:
      user_.WorkerFailed(Verdict());
      break;
    case WorkerEnd::Action::kTellDrained:
      verdict_ = Verdict();
      break;
    case WorkerEnd::Action::kDestroy:
      Destroy();
      break;
  }
  return true;
}

absl::Status WorkerCore::Verdict() {
  return end_.Verdict(process_ == nullptr ? "" : (*process_)->DescribeEnd());
}

void WorkerCore::Describe(WorkerError* error) const {
  error->pid = pid_;
  error->exit_status = end_.exit_status();
  if (process_ != nullptr) {
    error->stderr_tail = std::string((*process_)->stderr_tail());
  }
}

void WorkerCore::Destroy() {
  process_ = nullptr;  // hands on what the last line of standard error is
  timer_ = nullptr;
  self_ = nullptr;
  user_.Destroyed();
}

void WorkerCore::OnLoopEnd() {
  driver_->Stop();
  own_transport_ = nullptr;
  if (process_ != nullptr) (*process_)->CloseWire();
  // All workers of the loop are told by now, or before that: they end together.
  loop_end_ =
      loop_->WatchEnd([this, deadline = MonotonicNow() + kDestructorGrace] {
        LetGo(deadline);
      });
}

void WorkerCore::LetGo(MonotonicTime deadline) {
  const std::shared_ptr<WorkerCore> keep = shared_from_this();
  if (process_ != nullptr) {
    process_->AwaitEnd(deadline);
    (*process_)->Kill(SIGKILL).IgnoreError();  // fails if it has ended
  }
  process_ = nullptr;
  timer_ = nullptr;
  loop_ = nullptr;
  end_.Terminate(absl::ZeroDuration(), MonotonicNow());
  end_.OnProcessGone(ExitStatus::Unknown());
  self_ = nullptr;
  // What they own may use the worker while they are destroyed.
  const auto callbacks = std::exchange(callbacks_, {});
  user_.Forget();
}

}  // namespace forkrpc
