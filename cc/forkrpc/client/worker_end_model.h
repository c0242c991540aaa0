// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WorkerEndModel: what a WorkerEnd must do, said as simply as possible.
//
// No states: it writes down what has happened, and from these facts follows
// each time anew what must have been done by now. Whoever tells both the same
// may compare all that they say. One thread.
//
//   WorkerEndModel model(WorkerEnd::Process::kOurs, absl::Seconds(5));
//   model.Terminate(absl::Seconds(1), now);
//   model.Due();  // {kSendSigterm}

#ifndef FORKRPC_CLIENT_WORKER_END_MODEL_H_
#define FORKRPC_CLIENT_WORKER_END_MODEL_H_

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/worker_end.h"
#include "forkrpc/process/exit_status.h"

namespace forkrpc {

class WorkerEndModel {
 public:
  using Action = WorkerEnd::Action;

  WorkerEndModel(WorkerEnd::Process process, absl::Duration exit_grace)
      : ours_(process == WorkerEnd::Process::kOurs), exit_grace_(exit_grace) {}

  // These are the machine's.
  void OnStreamOver(absl::StatusCode how, MonotonicTime now) {
    if (ended_) return;
    ended_ = true;
    if (cause_ == absl::StatusCode::kOk) cause_ = how;
    if (alive()) Limit(now + exit_grace_);
  }
  void OnProcessGone(const ExitStatus& exit) {
    if (!alive()) return;
    exit_ = exit;
    if (!ended_ && cause_ != absl::StatusCode::kOk) ended_ = broken_ = true;
  }
  void OnTime(MonotonicTime now) {
    if (Next() == MonotonicTime::InfiniteFuture() || now < Next()) return;
    if (killed_at_.has_value()) {
      stuck_ = true;
      return;
    }
    if (cause_ == absl::StatusCode::kOk) {
      cause_ = absl::StatusCode::kDeadlineExceeded;
    }
    if (!ended_) ended_ = broken_ = true;
    if (alive()) killed_at_ = now;
  }
  void SetPaused(bool paused) {
    if (!ended_ && paused_ && !paused) read_again_ = true;
    if (!ended_) paused_ = paused;
  }
  void Drain(absl::Duration grace, MonotonicTime now) {
    if (!over() && !killed_at_.has_value()) Limit(now + grace);
  }
  void Terminate(absl::Duration grace, MonotonicTime now) {
    if (over() || killed_at_.has_value()) return;
    if (cause_ == absl::StatusCode::kOk) cause_ = absl::StatusCode::kCancelled;
    terminated_ = true;
    if (alive()) {
      told_ = true;
      Limit(now + grace);
    } else {
      ended_ = broken_ = true;
    }
  }

  // What is due and was not given before, in order.
  std::vector<Action> Due() {
    std::set<Action> due;
    if (told_) due.insert(Action::kSendSigterm);
    if (killed_at_.has_value()) due.insert(Action::kSendSigkill);
    if (broken_) due.insert(Action::kBreak);
    if (exit_.has_value() && !ended_ && !paused_) due.insert(Action::kReadOn);
    if (ended_) due.insert(Action::kCloseWire);
    if (over() || stuck_) {
      due.insert({Action::kEndCalls, Action::kTellDrained});
      if (!told_failure_.has_value()) told_failure_ = failed() && !terminated_;
      if (*told_failure_) due.insert(Action::kReportError);
    }
    if (over()) due.insert(Action::kDestroy);
    if (read_again_) done_.erase(Action::kReadOn);
    read_again_ = false;
    std::vector<Action> news;
    std::set_difference(due.begin(), due.end(), done_.begin(), done_.end(),
                        std::back_inserter(news));
    done_.insert(due.begin(), due.end());
    return news;
  }

  // And this is what it must say of itself.
  MonotonicTime Next() const {
    if (over() || stuck_) return MonotonicTime::InfiniteFuture();
    if (killed_at_.has_value()) return *killed_at_ + WorkerEnd::kKillGrace;
    return limit_;
  }
  bool stream_is_open() const { return !ended_; }
  bool delivers() const { return ended_ || !paused_; }
  absl::StatusCode cause() const { return cause_; }
  absl::StatusCode verdict() const {
    if (cause_ != absl::StatusCode::kOk) return cause_;
    return failed() ? absl::StatusCode::kUnavailable : absl::StatusCode::kOk;
  }

 private:
  bool alive() const { return ours_ && !exit_.has_value(); }
  bool over() const { return ended_ && !alive(); }
  bool failed() const {
    return cause_ != absl::StatusCode::kOk ||
           (exit_.has_value() && *exit_ != ExitStatus::Exited(0) &&
            *exit_ != ExitStatus::Unknown());
  }
  void Limit(MonotonicTime when) { limit_ = std::min(limit_, when); }

  const bool ours_;
  const absl::Duration exit_grace_;
  bool ended_ = false;   // the stream, by whomever
  bool broken_ = false;  // the stream, by us
  bool paused_ = false;
  bool read_again_ = false;
  bool terminated_ = false;
  bool told_ = false;
  bool stuck_ = false;
  absl::StatusCode cause_ = absl::StatusCode::kOk;
  std::optional<ExitStatus> exit_;
  std::optional<MonotonicTime> killed_at_;
  std::optional<bool> told_failure_;
  MonotonicTime limit_ = MonotonicTime::InfiniteFuture();
  std::set<Action> done_;
};

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_WORKER_END_MODEL_H_
