// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/worker_core.h"

#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/connection/send_queue.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/transport/kernel_buffer.h"

namespace forkrpc {
namespace {

// Where the kernel does not tell that a process has ended, how often to look.
constexpr absl::Duration kExitPoll = absl::Milliseconds(20);

MonotonicTime After(absl::Duration duration) {
  return MonotonicNow() + duration;
}

}  // namespace

WorkerCore::WorkerCore(std::unique_ptr<WorkerProcess> process,
                       std::unique_ptr<Transport> transport,
                       WorkerOptions options, EventLoop* loop)
    : loop_(loop),
      process_(std::move(process)),
      own_transport_(std::move(transport)),
      options_(std::move(options)),
      connection_(options_.connection) {}

WorkerCore::~WorkerCore() = default;

absl::Status WorkerCore::Start() {
  driver_ = std::make_shared<LoopDriver>(&connection_, transport(), loop_,
                                         [this] { Poll(); });
  absl::Status started = driver_->Start();
  if (started.ok()) started = WatchProcess();
  if (!started.ok()) return started;
  deadline_timer_ = loop_->MakeTimer([this] { OnDeadline(); });
  grace_timer_ = loop_->MakeTimer([this] { OnGraceOver(); });
  self_ = shared_from_this();
  return absl::OkStatus();
}

absl::Status WorkerCore::WatchProcess() {
  if (process_ == nullptr) return absl::OkStatus();
  if (process_->stderr_fd() >= 0) {
    absl::StatusOr<std::unique_ptr<FdWatch>> watch =
        loop_->WatchFd(process_->stderr_fd(), [this](unsigned) {
          process_->DrainStderr();
          if (process_->stderr_fd() < 0) stderr_watch_ = nullptr;
        });
    if (!watch.ok()) return watch.status();
    stderr_watch_ = *std::move(watch);
    stderr_watch_->SetInterest(EventLoop::kReadable);
  }
  if (process_->pidfd() < 0) {
    exit_poll_timer_ = loop_->MakeTimer([this] { OnExit(); });
    exit_poll_timer_->Set(After(kExitPoll));
    return absl::OkStatus();
  }
  absl::StatusOr<std::unique_ptr<FdWatch>> watch =
      loop_->WatchFd(process_->pidfd(), [this](unsigned) { OnExit(); });
  if (!watch.ok()) return watch.status();
  exit_watch_ = *std::move(watch);
  exit_watch_->SetInterest(EventLoop::kReadable);
  return absl::OkStatus();
}

CallId WorkerCore::Call(absl::string_view payload, const CallOptions& options,
                        CallCallback&& callback) {
  if (ABSL_PREDICT_FALSE(state_ != State::kServing)) {
    return Refuse(end_status_, std::move(callback));
  }
  // The inline one where it will do: it shows with a thousand calls in a turn.
  const bool endless = options.deadline == MonotonicTime::InfiniteFuture();
  const absl::StatusOr<CallId> call =
      ABSL_PREDICT_TRUE(endless)
          ? connection_.StartCall(payload, PayloadLifetime::kBorrow)
          : connection_.StartCallWithDeadline(payload, options.deadline,
                                              PayloadLifetime::kBorrow);
  if (ABSL_PREDICT_FALSE(!call.ok())) {
    return Refuse(call.status(), std::move(callback));
  }
  if (ABSL_PREDICT_FALSE(payload.size() >= SendQueue::kMinBorrow)) {
    Keep(*call, callback == nullptr ? PayloadLifetime::kCopy : options.payload);
  }
  callbacks_.Insert(*call, std::move(callback));
  if (connection_.unsent() > options_.high_water) above_high_water_ = true;
  if (!endless && options.deadline < timer_is_at_) SetDeadlineTimer();
  driver_->Update();
  return *call;
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
  if (why.ok()) why = absl::FailedPreconditionError("the worker is gone");
  ++refusals_due_;
  loop_->Defer([core = shared_from_this(), callback = std::move(callback),
                why = std::move(why)]() mutable {
    --core->refusals_due_;
    core->FailCall(0, std::move(callback), std::move(why));
  });
  return 0;
}

absl::Status WorkerCore::Cancel(CallId call) {
  const absl::Status cancelled = connection_.CancelCall(call);
  if (cancelled.ok() && driver_ != nullptr) driver_->Update();
  return cancelled;
}

void WorkerCore::Drain(absl::Duration grace,
                       absl::AnyInvocable<void(absl::Status)> done) {
  if (destroyed_) {
    if (done == nullptr) return;
    loop_->Defer([core = shared_from_this(), done = std::move(done)]() mutable {
      done(core->end_status_);
    });
    return;
  }
  if (done != nullptr) drained_.push_back(std::move(done));
  if (state_ == State::kGone) return;
  SetKillTime(After(grace), absl::DeadlineExceededError(absl::StrCat(
                                "the worker has not drained within ",
                                absl::FormatDuration(grace))));
  connection_.HalfClose();
  if (state_ == State::kServing) driver_->Update();
}

void WorkerCore::Terminate(absl::Duration grace) {
  if (state_ == State::kGone || terminated_) return;
  terminated_ = true;
  killed_status_ = absl::CancelledError("the worker was terminated");
  if (process_ == nullptr) {
    // There is nothing to wait for, but the user is not called from here.
    loop_->Defer([core = shared_from_this()] {
      if (core->state_ == State::kServing) core->Break(core->killed_status_);
    });
    return;
  }
  process_->Kill(SIGTERM).IgnoreError();
  SetKillTime(After(grace), killed_status_);
}

void WorkerCore::SetPaused(bool paused) {
  paused_ = paused;
  if (state_ != State::kServing) return;
  driver_->SetPaused(paused);
  if (!paused && exited_) {
    loop_->Defer([core = shared_from_this()] { core->ReadRest(); });
  }
}

void WorkerCore::Poll() {
  const std::shared_ptr<WorkerCore> keep = shared_from_this();
  CallId call;
  absl::string_view payload;
  // A deadline and a cancel end a call also while nothing is read.
  while (state_ == State::kServing &&
         (!paused_ || connection_.has_failed_calls())) {
    if (connection_.PollResponse(&call, &payload)) {
      CallCallback callback = TakeCallback(call);
      if (callback != nullptr) callback(payload);
      continue;
    }
    std::optional<ClientEvent> event = connection_.PollEvent();
    if (!event.has_value()) break;
    switch (event->kind) {
      case ClientEvent::kEvent:
        OnEvent(event->payload);
        break;
      case ClientEvent::kResponse: {
        CallCallback callback = TakeCallback(event->call);
        if (callback != nullptr) callback(event->payload);
        break;
      }
      case ClientEvent::kCallFailed: {
        CallCallback callback = TakeCallback(event->call);
        if (connection_.status().ok()) {
          FailCall(event->call, std::move(callback), event->status);
        } else {
          failed_.push_back({event->call, std::move(callback), event->status});
        }
        break;
      }
      case ClientEvent::kClosed:
        BeginEnd(event->status);
        break;
    }
  }
  if (state_ != State::kServing) return;
  if (connection_.NextTimeout() != timer_is_at_) SetDeadlineTimer();
  if (above_high_water_ && connection_.unsent() <= options_.low_water) {
    above_high_water_ = false;
    if (options_.on_low_water != nullptr) options_.on_low_water();
  }
}

void WorkerCore::OnEvent(absl::string_view payload) {
  if (options_.on_event != nullptr) {
    options_.on_event(payload);
  } else {
    ++dropped_events_;
  }
}

void WorkerCore::FailCall(CallId call, CallCallback callback,
                          absl::Status status) {
  if (callback != nullptr) {
    callback(std::move(status));
    return;
  }
  WorkerError error;
  error.scope = WorkerError::kCall;
  error.status = std::move(status);
  error.call = call;
  ReportError(std::move(error));
}

void WorkerCore::SetDeadlineTimer() {
  timer_is_at_ = connection_.NextTimeout();
  deadline_timer_->Set(timer_is_at_);
}

void WorkerCore::OnDeadline() {
  if (state_ != State::kServing) return;
  timer_is_at_ = MonotonicTime::InfiniteFuture();
  connection_.OnTimeout(MonotonicNow());
  Poll();
}

void WorkerCore::OnExit() {
  const std::shared_ptr<WorkerCore> keep = shared_from_this();
  if (!process_->Wait(MonotonicTime::InfinitePast()).ok()) {
    // Where nobody says that it has ended, this was only a look.
    if (exit_poll_timer_ != nullptr) exit_poll_timer_->Set(After(kExitPoll));
    return;
  }
  exited_ = true;
  exit_watch_ = nullptr;  // it would go on telling
  exit_poll_timer_ = nullptr;
  if (state_ == State::kEnding) {
    Finish();
  } else if (terminated_ || !killed_status_.ok()) {
    Break(killed_status_);
  } else {
    ReadRest();
  }
}

void WorkerCore::ReadRest() {
  const std::shared_ptr<WorkerCore> keep = shared_from_this();
  Poll();
  // All that the worker has written is in the kernel by now. What comes behind
  // is from a process that it has started, and may never end.
  const uint64_t all = connection_.received() + WaitingOctets();
  while (state_ == State::kServing && !paused_) {
    const bool complete = connection_.received() >= all;
    const bool waiting = WaitingOctets() > 0;
    if (complete && waiting) break;
    const bool read = driver_->Read();
    Poll();
    // The last read finds the end, or the error, behind the octets. That one
    // would block does not say that none are left.
    if (complete || (!read && !waiting)) break;
  }
  if (state_ != State::kServing || paused_) return;
  // A process that it has started may hold the wire open, but nobody answers.
  connection_.OnReceiveEof();
  Poll();
}

uint64_t WorkerCore::WaitingOctets() {
  return state_ == State::kServing ? KernelOctets(transport()->read_fd()) : 0;
}

void WorkerCore::SetKillTime(MonotonicTime when, absl::Status why) {
  if (when >= kill_time_) return;
  kill_time_ = when;
  killing_status_ = std::move(why);
  grace_timer_->Set(kill_time_);
}

void WorkerCore::OnGraceOver() {
  // What has broken the connection says more than that the worker lingers.
  if (killed_status_.ok() && end_status_.ok()) killed_status_ = killing_status_;
  if (process_ != nullptr) {
    process_->Kill(SIGKILL).IgnoreError();
  } else if (state_ == State::kServing) {
    Break(killed_status_);
  }
}

void WorkerCore::Break(const absl::Status& status) {
  const std::shared_ptr<WorkerCore> keep = shared_from_this();
  paused_ = false;
  connection_.OnReceiveError(status);
  Poll();
}

void WorkerCore::BeginEnd(const absl::Status& status) {
  state_ = State::kEnding;
  end_status_ = status;
  driver_->Stop();
  deadline_timer_ = nullptr;
  above_high_water_ = false;
  if (process_ == nullptr) {
    own_transport_ = nullptr;
    Finish();
    return;
  }
  process_->CloseWire();
  if (exited_) {
    Finish();
  } else {
    SetKillTime(After(options_.exit_grace),
                absl::DeadlineExceededError(absl::StrCat(
                    "the worker has drained, but has not ended within ",
                    absl::FormatDuration(options_.exit_grace))));
  }
}

void WorkerCore::Finish() {
  state_ = State::kGone;
  exit_watch_ = nullptr;
  stderr_watch_ = nullptr;
  grace_timer_ = nullptr;
  absl::Status status = killed_status_.ok() ? end_status_ : killed_status_;
  if (process_ != nullptr) {
    const bool clean = process_->exit_status()->clean();
    if (status.ok() && !clean) {
      status = absl::UnavailableError(process_->DescribeEnd());
    } else if (!status.ok()) {
      status = absl::Status(
          status.code(),
          absl::StrCat(status.message(), "; ", process_->DescribeEnd()));
    }
  }
  end_status_ = status;
  for (FailedCall& failed : failed_) {
    FailCall(failed.call, std::move(failed.callback), status);
  }
  if (!status.ok() && !terminated_) {
    WorkerError error;
    error.scope = WorkerError::kWorker;
    error.status = status;
    ReportError(std::move(error));
  }
  // Calls that were refused before have their callbacks first.
  if (refusals_due_ == 0) return Destroy();
  loop_->Defer([core = shared_from_this()] { core->Destroy(); });
}

void WorkerCore::Destroy() {
  const std::shared_ptr<WorkerCore> keep = std::move(self_);
  // A callback may ask for another one.
  for (size_t i = 0; i < drained_.size(); ++i) {
    auto done = std::move(drained_[i]);
    done(end_status_);
  }
  drained_.clear();
  destroyed_ = true;
  if (options_.on_destroy != nullptr) options_.on_destroy();
}

void WorkerCore::ReportError(WorkerError error) {
  if (process_ != nullptr) {
    error.pid = process_->pid();
    error.exit_status = process_->exit_status();
    error.stderr_tail = std::string(process_->stderr_tail());
  }
  if (options_.on_error != nullptr) {
    options_.on_error(error);
    return;
  }
  const std::string message(error.status.message());
  if (options_.on_event != nullptr) {
    std::string event;
    if (EncodeStringPack({"error", message}, &event).ok()) {
      options_.on_event(event);
    }
    return;
  }
  std::fprintf(stderr, "forkrpc: %s\n", message.c_str());
}

}  // namespace forkrpc
