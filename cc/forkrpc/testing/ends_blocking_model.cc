// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/ends_blocking_model.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace forkrpc {
namespace {

using absl::StatusCode;
using Ending = ExpectedEnds::End;

constexpr absl::Duration kNever = absl::InfiniteDuration();
constexpr absl::Duration kSoon = absl::Milliseconds(10);
constexpr absl::Duration kSeen = absl::Milliseconds(60);
// How long a call that the end of the stream has ended may wait to hear how the
// worker ended.
constexpr absl::Duration kEndGrace = absl::Milliseconds(500);
// How long the destructor lets a worker end by itself.
constexpr absl::Duration kDestructorTakes = absl::Seconds(1);

class BlockingModel {
 public:
  explicit BlockingModel(const EndsCase& one) : case_(one) {
    times_ = TimesOf(case_.actions);
    exit_at_ = times_.back() + case_.patience;
    for (Ending& ending : expected_.calls) ending.ends = Ending::kMustNot;
  }

  ExpectedEnds Pipelined() {
    open_[0] = open_[1] = true;
    deadline_at_ = kTimeout;
    Asked();
    DoAll();
    while (open_[0] || open_[1]) PassOne(kNever);
    return Finish();
  }

  ExpectedEnds Blocking() {
    open_[0] = true;
    deadline_at_ = kTimeout;
    Asked();
    while (open_[0]) PassOne(kNever);
    if (lingers_[0]) {
      const absl::Duration end = std::min(now_ + kEndGrace, deadline_at_);
      while (alive_ && Next() < end) PassOne(end);
      if (alive_) now_ = end;
    }
    DoAll();
    if (handle_) CallB();
    return Finish();
  }

 private:
  // Does what the user does, each at its time.
  void DoAll() {
    for (size_t i = 0; i < times_.size() && handle_; ++i) {
      if (IsChilds(case_.actions[i])) continue;
      PassTo(times_[i]);
      Do(case_.actions[i]);
    }
  }

  void Do(EndsAction action) {
    const absl::Duration start = now_;
    switch (action) {
      case EndsAction::kDrain:
        Close(DrainGrace(drains_++));
        break;
      case EndsAction::kTerminate:
        Terminate(TerminateGrace(terminates_++));
        break;
      case EndsAction::kCancel:
        Cancel();
        break;
      case EndsAction::kDestroy:
        Destroy();
        break;
      default:
        break;
    }
    Busy(start, now_);
  }

  void Close(absl::Duration grace) {
    if (closed_) return;
    closed_ = true;
    expected_.clean = false;
    HalfClose();
    const absl::Duration end = now_ + grace;
    while (alive_ && Next() <= end) PassOne(end);
    if (!alive_) {
      expected_.clean = answered_ && how_ == "exited with status 0";
      return Look();
    }
    now_ = end;
    for (int call : {0, 1}) {
      if (open_[call]) {
        End(call, kSoon, {StatusCode::kDeadlineExceeded},
            {"was killed by signal 9"});
      }
    }
    Kill();
  }

  void Terminate(absl::Duration grace) {
    if (!alive_) return;
    if (case_.child != EndsChild::kStubborn) {
      DieAfter(kSigtermTakes, "was killed by signal 15");
    }
    const absl::Duration end = now_ + grace;
    while (alive_ && Next() <= end) PassOne(end);
    if (!alive_) return;
    now_ = end;
    Kill();
  }

  void Kill() {
    DieAfter(kSigkillTakes, "was killed by signal 9");
    while (alive_) PassOne(kNever);
  }

  void Cancel() {
    if (closed_) return;
    if (open_[1]) {
      End(1, kSoon, {StatusCode::kCancelled}, {""});
    } else if (looked_until_ <= handed_out_by_[1]) {
      // Nobody has seen its end yet, or it waits to hear how the worker ended.
      Also(1, StatusCode::kCancelled);
    }
  }

  void Destroy() {
    handle_ = false;
    for (int call : {0, 1}) {
      open_[call] = false;
      if (expected_.calls[call].ends == Ending::kMust &&
          looked_until_ <= handed_out_by_[call]) {
        expected_.calls[call].ends = Ending::kMay;
      }
    }
    deadline_at_ = kNever;
    HalfClose();
    const absl::Duration end = now_ + kDestructorTakes;
    while (alive_ && Next() <= end) PassOne(end);
    if (!alive_) return;
    now_ = end;
    Kill();
  }

  // After the end of everything else, a call that nothing ends but the worker.
  void CallB() {
    expected_.calls[1].ends = Ending::kMust;
    if (closed_) {
      expected_.calls[1] = {
          now_, kSeen, {StatusCode::kFailedPrecondition}, {"closed"}};
      return;
    }
    open_[1] = true;
    Asked();
    Look();
    while (open_[1]) PassOne(kNever);
  }

  ExpectedEnds Finish() {
    if (handle_) {
      looked_until_ = now_ =
          std::max({now_, handed_out_by_[0], handed_out_by_[1]});
      Destroy();
    }
    expected_.destroyed = now_ + kSeen;
    expected_.last = kNever;
    // A call that ends while the user is somewhere else is handed out later.
    for (Ending& ending : expected_.calls) {
      for (const auto& [from, to] : busy_) {
        if (ending.when > to || ending.when + ending.late < from) continue;
        ending.late = std::max(ending.late, to + kSeen - ending.when);
      }
    }
    return expected_;
  }

  // When the next thing happens.
  absl::Duration Next() const {
    return std::min(
        {NextOfChild(), answer_at_, dies_at_, deadline_at_, exit_at_});
  }
  absl::Duration NextOfChild() const {
    for (size_t i = done_; i < times_.size(); ++i) {
      if (IsChilds(case_.actions[i])) return times_[i];
    }
    return kNever;
  }

  void PassTo(absl::Duration time) {
    while (Next() <= time) PassOne(time);
    if (time <= now_) return;
    now_ = time;
    looked_until_ = time;
  }

  // Lets the next thing happen, if that is until `limit`.
  void PassOne(absl::Duration limit) {
    const absl::Duration next = Next();
    if (next > limit || next == kNever) return;
    now_ = std::max(now_, next);
    if (next == answer_at_) {
      answer_at_ = kNever;
      if (wire_) Answer();
    } else if (next == deadline_at_) {
      deadline_at_ = kNever;
      if (open_[0]) {
        End(0, kSoon, {StatusCode::kDeadlineExceeded}, {""});
      }
    } else if (next == dies_at_) {
      Die(dies_how_);
    } else if (next == exit_at_) {
      exit_at_ = kNever;
      Die("exited with status 0");
    } else {
      while (!IsChilds(case_.actions[done_])) ++done_;
      DoOfChild(case_.actions[done_++]);
    }
  }

  void DoOfChild(EndsAction action) {
    if (action == EndsAction::kStreamOver) {
      wire_ = false;
      Look();
    } else if (action == EndsAction::kExit) {
      Die(absl::StrCat("exited with status ", kExitCode));
    } else if (action == EndsAction::kKill) {
      Die("was killed by signal 9");
    } else {
      held_ = held_ || wire_;
    }
  }

  void HalfClose() {
    half_closed_ = true;
    Look();
  }

  void DieAfter(absl::Duration delay, const char* how) {
    if (!alive_ || now_ + delay >= dies_at_) return;
    dies_at_ = now_ + delay;
    dies_how_ = how;
  }

  void Die(std::string how) {
    dies_at_ = kNever;
    if (!alive_) return;
    alive_ = false;
    wire_ = false;
    how_ = std::move(how);
    // Who waits for that hears of it.
    for (int call : {0, 1}) {
      if (lingers_[call]) expected_.calls[call].texts.push_back(how_);
    }
    Look();
  }

  // What follows from how things are now.
  void Look() {
    if (half_closed_ && wire_ && !answered_ &&
        (case_.child == EndsChild::kDraining ||
         case_.child == EndsChild::kAnswering)) {
      answered_ = true;
      DieAfter(kDrainingTakes, "exited with status 0");
      Answer();
    }
    if (!alive_) {
      for (int call : {0, 1}) {
        if (open_[call]) End(call, kSeen, {StatusCode::kUnavailable}, {how_});
      }
    } else if (!wire_ && !held_) {
      for (int call : {0, 1}) {
        if (open_[call]) Linger(call);
      }
    }
  }

  // The child has got a request.
  void Asked() {
    if (case_.child == EndsChild::kAnswering) {
      answer_at_ = now_ + kAnsweringTakes;
    }
  }

  void Answer() {
    for (int call : {0, 1}) {
      if (open_[call]) End(call, kSoon, {StatusCode::kOk}, {});
    }
  }

  // The stream is over: the call waits a little for the worker's end, but not
  // beyond its own.
  void Linger(int call) {
    const bool in_time = call == 0 && deadline_at_ < now_ + kEndGrace;
    End(call, in_time ? deadline_at_ - now_ + kSoon : kEndGrace + kSoon,
        {StatusCode::kUnavailable}, {"is still running"});
    lingers_[call] = true;
    if (call == 0) Also(0, StatusCode::kDeadlineExceeded);
  }

  void Also(int call, StatusCode code) {
    expected_.calls[call].codes.push_back(code);
    expected_.calls[call].texts.push_back(
        code == StatusCode::kCancelled ? "cancelled" : "deadline");
  }

  void End(int call, absl::Duration late, std::vector<StatusCode> codes,
           std::vector<std::string> texts) {
    open_[call] = false;
    handed_out_by_[call] = now_ + late;
    expected_.calls[call] = {now_, late, std::move(codes), std::move(texts)};
  }

  void Busy(absl::Duration from, absl::Duration to) {
    busy_.emplace_back(from, to);
  }

  const EndsCase case_;
  std::vector<absl::Duration> times_;
  ExpectedEnds expected_;
  bool open_[kEndsCalls] = {false, false};
  bool lingers_[kEndsCalls] = {false, false};
  absl::Duration handed_out_by_[kEndsCalls];
  std::vector<std::pair<absl::Duration, absl::Duration>> busy_;
  absl::Duration now_;
  // When the user was last in WaitAny(), and not elsewhere.
  absl::Duration looked_until_;
  absl::Duration deadline_at_ = kNever;
  size_t done_ = 0;  // of the actions, those of the child

  bool alive_ = true;
  bool wire_ = true;
  bool held_ = false;
  bool answered_ = false;
  absl::Duration answer_at_ = kNever;
  absl::Duration dies_at_ = kNever;
  std::string dies_how_;
  absl::Duration exit_at_ = kNever;
  std::string how_;

  bool handle_ = true;
  bool closed_ = false;
  bool half_closed_ = false;
  int drains_ = 0;
  int terminates_ = 0;
};

}  // namespace

ExpectedEnds ExpectPipelinedEnds(const EndsCase& one) {
  return BlockingModel(one).Pipelined();
}

ExpectedEnds ExpectBlockingEnds(const EndsCase& one) {
  return BlockingModel(one).Blocking();
}

}  // namespace forkrpc
