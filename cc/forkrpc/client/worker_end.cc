// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/worker_end.h"

#include <signal.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace forkrpc {

WorkerEnd::WorkerEnd(Process process, absl::Duration exit_grace)
    : process_(process), exit_grace_(exit_grace) {}

void WorkerEnd::OnStreamOver(absl::Status how, MonotonicTime now) {
  if (!stream_is_open()) return;
  if (cause_.ok()) cause_ = std::move(how);
  Remove(Action::kReadOn);
  Add(Action::kCloseWire);
  if (process_ == Process::kNone || process_is_gone()) return Finish();
  state_ = State::kLingering;
  KillBy(now + exit_grace_,
         absl::DeadlineExceededError(
             absl::StrCat("the worker has drained, but has not ended within ",
                          absl::FormatDuration(exit_grace_))));
}

void WorkerEnd::OnProcessGone(const ExitStatus& exit) {
  if (process_ == Process::kNone || process_is_gone()) return;
  exit_ = exit;
  if (state_ == State::kStuck) {
    state_ = State::kGone;
    Add(Action::kDestroy);
  } else if (!stream_is_open()) {
    Finish();
  } else if (!cause_.ok()) {
    // The user wants it to end: nobody waits for what it has written.
    Break();
    Finish();
  } else if (state_ == State::kPaused) {
    state_ = State::kUnread;
  } else {
    state_ = State::kReading;
    Add(Action::kReadOn);
  }
}

void WorkerEnd::OnTime(MonotonicTime now) {
  if (due_ == MonotonicTime::InfiniteFuture() || now < due_) return;
  due_ = MonotonicTime::InfiniteFuture();
  if (state_ == State::kKilled) {
    state_ = State::kStuck;
    return Tell();
  }
  // What has broken the connection says more than that the worker lingers.
  if (cause_.ok()) cause_ = why_then_;
  if (stream_is_open()) Break();
  if (process_ == Process::kNone || process_is_gone()) return Finish();
  Add(Action::kSendSigkill);
  state_ = State::kKilled;
  due_ = now + kKillGrace;
}

void WorkerEnd::SetPaused(bool paused) {
  if (paused && state_ == State::kServing) {
    state_ = State::kPaused;
  } else if (!paused && state_ == State::kPaused) {
    state_ = State::kServing;
  } else if (paused && state_ == State::kReading) {
    state_ = State::kUnread;
    Remove(Action::kReadOn);
  } else if (!paused && state_ == State::kUnread) {
    state_ = State::kReading;
    Add(Action::kReadOn);
  }
}

void WorkerEnd::Drain(absl::Duration grace, MonotonicTime now) {
  if (state_ >= State::kKilled) return;
  KillBy(now + grace, absl::DeadlineExceededError(
                          absl::StrCat("the worker has not drained within ",
                                       absl::FormatDuration(grace))));
}

void WorkerEnd::Terminate(absl::Duration grace, MonotonicTime now) {
  if (state_ >= State::kKilled) return;
  if (cause_.ok()) cause_ = absl::CancelledError("the worker was terminated");
  if (process_ == Process::kNone || process_is_gone()) {
    // There is nobody who could be told.
    was_terminated_ = true;
    Break();
    return Finish();
  }
  if (!was_terminated_) Add(Action::kSendSigterm);
  was_terminated_ = true;
  KillBy(now + grace, cause_);
}

void WorkerEnd::Break() {
  Remove(Action::kReadOn);
  Add(Action::kBreak);
  Add(Action::kCloseWire);
}

void WorkerEnd::KillBy(MonotonicTime when, absl::Status why) {
  if (when >= due_) return;
  due_ = when;
  why_then_ = std::move(why);
}

void WorkerEnd::Finish() {
  state_ = State::kGone;
  due_ = MonotonicTime::InfiniteFuture();
  Tell();
  Add(Action::kDestroy);
}

void WorkerEnd::Tell() {
  Add(Action::kEndCalls);
  const bool failed = !cause_.ok() || (exit_.has_value() && exit_->failed());
  if (failed && !was_terminated_) Add(Action::kReportError);
  Add(Action::kTellDrained);
}

std::optional<WorkerEnd::Action> WorkerEnd::Poll() {
  const std::optional<Action> first = next();
  if (first.has_value()) Remove(*first);
  return first;
}

int WorkerEnd::PollSignal() {
  for (const auto& [action, signal] :
       {std::pair(Action::kSendSigterm, SIGTERM),
        std::pair(Action::kSendSigkill, SIGKILL)}) {
    if (!Has(action)) continue;
    Remove(action);
    return signal;
  }
  return 0;
}

absl::Status WorkerEnd::Verdict(absl::string_view process) const {
  if (cause_.ok()) {
    return exit_.has_value() && exit_->failed()
               ? absl::UnavailableError(process)
               : absl::OkStatus();
  }
  if (process.empty()) return cause_;
  return absl::Status(cause_.code(),
                      absl::StrCat(cause_.message(), "; ", process));
}

absl::Status WorkerEnd::CallStatus(absl::Status how) const {
  if (stream_is_open() || cause_.ok()) return how;
  return absl::Status(how.code(),
                      absl::StrCat(how.message(), "; ", cause_.message()));
}

}  // namespace forkrpc
