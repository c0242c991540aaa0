// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/ends_model.h"

#include <signal.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace forkrpc {
namespace {

using absl::StatusCode;

constexpr absl::Duration kNever = absl::InfiniteDuration();
// How much later than its cause an end may come: what the kernel tells or a
// timer is to the millisecond, where a process must be polled it is not.
constexpr absl::Duration kSoon = absl::Milliseconds(10);
constexpr absl::Duration kSeen = absl::Milliseconds(60);

class LoopModel {
 public:
  LoopModel(const EndsCase& one, LoopEndsRules rules)
      : pool_(rules == LoopEndsRules::kPool),
        pidfds_(one.pidfds),
        stubborn_(one.child == EndsChild::kStubborn),
        drains_at_end_(one.child == EndsChild::kDraining ||
                       one.child == EndsChild::kAnswering),
        answer_at_(one.child == EndsChild::kAnswering ? kAnsweringTakes
                                                      : kNever) {
    const std::vector<absl::Duration> times = TimesOf(one.actions);
    for (size_t i = 0; i < times.size(); ++i) {
      PassTo(times[i]);
      Do(one.actions[i]);
    }
    PassTo(times.back() + one.patience);
    if (handle_) paused_ = false;
    Look();
    Die("exited with status 0");
    PassTo(now_ + absl::Seconds(1));
    Do(EndsAction::kDestroy);
    expected_.last = now_;
    expected_.destroyed = gone_at_ + kSeen;
    if (!uncertain_) expected_.clean = clean_;
  }

  ExpectedEnds expected() const { return expected_; }

 private:
  // Lets everything happen that is due until `time`, in order.
  void PassTo(absl::Duration time) {
    for (;;) {
      const absl::Duration next =
          std::min({answer_at_, deadline_at_, dies_at_, give_up_at_, kill_at_});
      if (next > time) break;
      now_ = next;
      if (next == answer_at_) {
        answer_at_ = kNever;
        answered_ = answered_ || wire_;
        Look();
      } else if (next == deadline_at_) {
        deadline_at_ = kNever;
        End(0, kSoon, {StatusCode::kDeadlineExceeded}, "");
      } else if (next == dies_at_) {
        dies_at_ = kNever;
        Die(dies_how_);
      } else if (next == give_up_at_) {
        GiveUp();
      } else {
        kill_at_ = kNever;
        Cause(kill_cause_);
        given_up_ = true;
        DieAfter(kSigkillTakes, "was killed by signal 9");
        Look();
      }
    }
    now_ = time;
  }

  void Do(EndsAction action) {
    switch (action) {
      case EndsAction::kStreamOver:
        wire_ = false;
        return Look();
      case EndsAction::kExit:
        return Die(absl::StrCat("exited with status ", kExitCode));
      case EndsAction::kKill:
        return Die("was killed by signal 9");
      case EndsAction::kGrandchild:
        held_ = held_ || wire_;
        return;
      case EndsAction::kDeadline:
        return;
      default:
        if (handle_) DoWithHandle(action);
    }
  }

  void DoWithHandle(EndsAction action) {
    switch (action) {
      case EndsAction::kPause:
        paused_ = true;
        return;
      case EndsAction::kResume:
        paused_ = false;
        return Look();
      case EndsAction::kCancel:
        return End(1, kSoon, {StatusCode::kCancelled}, "");
      case EndsAction::kDrain:
        return Drain(DrainGrace(drains_++));
      case EndsAction::kTerminate:
        if (pool_) return Drain(absl::ZeroDuration());
        if (blocked() && !alive_) {
          // What the child has left is given up, or was the cause.
          Cause(StatusCode::kCancelled);
          codes_.push_back(StatusCode::kUnavailable);
          given_up_ = true;
          return Look();
        }
        Cause(StatusCode::kCancelled);
        return Terminate(TerminateGrace(terminates_++));
      case EndsAction::kDestroy:
        handle_ = false;
        paused_ = false;
        Drain(kNever);
        return Look();
      default:
        return;
    }
  }

  void Drain(absl::Duration grace) {
    if (pool_ && !told_to_drain_) {
      told_to_drain_ = true;
      // What was lost before is nothing that the drain has to tell.
      if (!alive_) clean_ = true;
    }
    // The pool may not have seen yet that it has drained.
    if (!alive_ && !pidfds_ && now_ - died_at_ < kSeen) uncertain_ = true;
    if (pool_ && !alive_) {
      if (gone_at_ == kNever) gone_at_ = now_;
    } else if (pool_ && grace == absl::ZeroDuration()) {
      // Before the worker hears of it.
      return GiveUp();
    } else if (pool_) {
      give_up_at_ = std::min(give_up_at_, now_ + grace);
    } else {
      KillBy(now_ + grace, StatusCode::kDeadlineExceeded);
    }
    half_closed_ = true;
    Look();
  }

  // The pool has no more time to drain: what is left fails with that.
  void GiveUp() {
    give_up_at_ = kNever;
    codes_ = {StatusCode::kDeadlineExceeded};
    Terminate(kPoolKillGrace);
  }

  void Terminate(absl::Duration grace) {
    if (!alive_) return;
    if (!sigterm_sent_ && !stubborn_) {
      DieAfter(kSigtermTakes, "was killed by signal 15");
    }
    sigterm_sent_ = true;
    KillBy(now_ + grace, codes_.front());
  }

  void KillBy(absl::Duration when, StatusCode cause) {
    if (gone_at_ != kNever || when >= kill_at_) return;
    kill_at_ = when;
    kill_cause_ = cause;
  }

  void DieAfter(absl::Duration delay, const char* how) {
    if (!alive_ || now_ + delay >= dies_at_) return;
    dies_at_ = now_ + delay;
    dies_how_ = how;
  }

  void Die(std::string how) {
    if (!alive_) return;
    alive_ = false;
    died_at_ = now_;
    wire_ = false;
    how_ = std::move(how);
    dies_at_ = kNever;
    Look();
  }

  // What the calls are told unless something else was first.
  void Cause(StatusCode code) {
    if (codes_.empty()) codes_ = {code};
  }

  // Whether a pause keeps what the child has written, and its end, unread.
  bool blocked() const { return paused_ && !stream_over_ && codes_.empty(); }

  // What follows from how things are now.
  void Look() {
    if (half_closed_ && wire_ && drains_at_end_) {
      answered_ = true;
      DieAfter(kDrainingTakes, "exited with status 0");
    }
    if (answered_ && !paused_ && !given_up_) {
      for (int call : {0, 1}) End(call, kSoon, {StatusCode::kOk}, "");
    }
    if (!wire_ && !held_ && !blocked() && !stream_over_) {
      stream_over_ = true;
      if (!answered_ || !half_closed_) Cause(StatusCode::kUnavailable);
      KillBy(now_ + kExitGrace, StatusCode::kUnavailable);
    }
    if (!alive_ && !blocked()) Gone();
  }

  void Gone() {
    const bool clean = answered_ && half_closed_ && codes_.empty() &&
                       how_ == "exited with status 0";
    Cause(clean ? StatusCode::kOk : StatusCode::kUnavailable);
    // Who gives a worker up that had answered may still hand that out.
    if (answered_) codes_.push_back(StatusCode::kOk);
    for (int call : {0, 1}) End(call, kSeen, codes_, how_);
    kill_at_ = give_up_at_ = kNever;
    if (pool_ && !told_to_drain_) return;
    if (gone_at_ != kNever) return;
    gone_at_ = now_;
    clean_ = clean;
  }

  void End(int call, absl::Duration late, std::vector<StatusCode> codes,
           std::string text) {
    if (ended_[call]) return;
    ended_[call] = true;
    if (call == 0) deadline_at_ = kNever;
    expected_.calls[call] = {now_, late, std::move(codes), {std::move(text)}};
  }

  const bool pool_;
  const bool pidfds_;
  const bool stubborn_;
  const bool drains_at_end_;
  ExpectedEnds expected_;
  bool ended_[kEndsCalls] = {false, false};
  absl::Duration now_;
  absl::Duration answer_at_;
  absl::Duration deadline_at_ = kTimeout;

  // The child.
  bool alive_ = true;
  bool wire_ = true;   // it has its end
  bool held_ = false;  // somebody else has it too
  bool answered_ = false;
  bool sigterm_sent_ = false;
  absl::Duration dies_at_ = kNever;
  std::string dies_how_;
  absl::Duration died_at_;
  std::string how_;

  // Its owner.
  bool handle_ = true;
  bool paused_ = false;
  bool half_closed_ = false;
  bool stream_over_ = false;  // and that was seen
  bool given_up_ = false;
  bool told_to_drain_ = false;
  int drains_ = 0;
  int terminates_ = 0;
  absl::Duration kill_at_ = kNever;
  StatusCode kill_cause_ = StatusCode::kOk;
  absl::Duration give_up_at_ = kNever;
  std::vector<StatusCode> codes_;  // of the first cause
  absl::Duration gone_at_ = kNever;
  bool clean_ = false;
  bool uncertain_ = false;
};

}  // namespace

ExpectedEnds ExpectLoopEnds(const EndsCase& one, LoopEndsRules rules) {
  return LoopModel(one, rules).expected();
}

}  // namespace forkrpc
