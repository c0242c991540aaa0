// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/load/caller.h"

#include <algorithm>
#include <cstring>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace forkrpc::cli {
namespace {

// A call is given up this part of its time too late at most: the calls in
// flight are looked through so often, not at each turn.
constexpr int64_t kLooksPerTimeout = 20;
constexpr int64_t kLookAtMostEvery = 10000000;

int64_t Later(int64_t time, int64_t span) {
  return span > kNever - time ? kNever : time + span;
}

}  // namespace

Caller::Caller(const LoadPlan& plan, ClientConnection* connection,
               PayloadSource* payloads)
    : plan_(plan), connection_(connection), payloads_(payloads) {}

void Caller::Start(int64_t now) {
  start_ = now;
  measure_from_ = now + plan_.warm_up;
  measure_to_ = Later(measure_from_, plan_.measure);
  next_look_ = now;
}

void Caller::Turn(int64_t now) {
  now_ = now;
  TakeAnswers(now);
  if (stage_ == Stage::kDone || connection_->over()) return;
  if (now >= next_look_) GiveUpLateOnes(now);
  MakeCalls(now);
  EndIfDone(now);
}

void Caller::Interrupt() {
  if (stage_ == Stage::kDone) return;
  calls_.ForEach([this](CallId, const Call& call) {
    if (call.counted) ++tally_.unfinished;
  });
  Finish(now_);
}

void Caller::Finish(int64_t measured_to) {
  calls_.Clear();
  stage_ = Stage::kDone;
  tally_.measured =
      std::max<int64_t>(0, std::min(measured_to, measure_to_) - measure_from_);
}

int64_t Caller::next_turn() const {
  int64_t next = next_look_;
  if (stage_ == Stage::kEnding) next = std::min(next, last_turn_);
  if (stage_ == Stage::kCalling) next = std::min(next, measure_to_);
  if (open_loop() && has_room() && stage_ <= Stage::kEnding) {
    next = std::min(next, DueTime(due_));
  }
  return next;
}

void Caller::TakeAnswers(int64_t now) {
  CallId id;
  absl::string_view payload;
  while (true) {
    if (ABSL_PREDICT_TRUE(connection_->PollResponse(&id, &payload))) {
      OnResponse(id, payload, now);
      continue;
    }
    const std::optional<ClientEvent> event = connection_->PollUntilEnd();
    if (!event.has_value()) return;
    switch (event->kind) {
      case ClientEvent::kResponse:
        OnResponse(event->call, event->payload, now);
        break;
      case ClientEvent::kEvent:
        ++tally_.events;
        break;
      case ClientEvent::kCallFailed:
        // Given up before, by us.
        break;
      case ClientEvent::kClosed:
        return;
    }
  }
}

void Caller::OnResponse(CallId id, absl::string_view response, int64_t now) {
  const Call call = calls_.Take(id);
  if (!call.counted) return;
  tally_.latency.Record(now - call.from);
  tally_.received_octets += response.size();
  if (ABSL_PREDICT_TRUE(IsRight(call, response))) {
    ++tally_.answered;
  } else {
    OnWrong(call, response);
  }
}

bool Caller::IsRight(const Call& call, absl::string_view response) {
  switch (plan_.expected) {
    case Expected::kRequest:
      return response == payloads_->View(call.window);
    case Expected::kFirstResponse:
      if (!first_response_.has_value()) {
        first_response_ = std::string(response);
      }
      return response == *first_response_;
    case Expected::kNothing:
      break;
  }
  return true;
}

void Caller::OnWrong(const Call& call, absl::string_view response) {
  if (plan_.expected == Expected::kFirstResponse) {
    return tally_.Fail(
        LoadError::kWrong, 1,
        absl::StrCat("a response of ", response.size(),
                     " octets is not as the first one, which has ",
                     first_response_->size(), " octets"));
  }
  tally_.Fail(LoadError::kWrong, 1,
              absl::StrCat("a response of ", response.size(),
                           " octets is not its request, which has ",
                           call.window.size, " octets"));
}

void Caller::End() {
  if (stage_ == Stage::kDone) return;
  while (connection_->PollEvent().has_value()) {
  }
  const absl::Status& why = connection_->status();
  uint64_t lost = 0;
  calls_.ForEach(
      [&lost](CallId, const Call& call) { lost += call.counted ? 1 : 0; });
  const bool broken = absl::IsDataLoss(why) || absl::IsResourceExhausted(why);
  // An end with nothing to do is no error of a call, and still one.
  if (lost > 0 || broken || CountLeft() > 0 || stage_ == Stage::kCalling) {
    tally_.Fail(broken ? LoadError::kBroken : LoadError::kLost, lost,
                why.ok() ? "the connection has ended" : why.message());
  }
  LeaveTheRest("the connection has ended");
  Finish(now_);
}

void Caller::GiveUpLateOnes(int64_t now) {
  next_look_ =
      now + std::max(plan_.timeout / kLooksPerTimeout, kLookAtMostEvery);
  calls_.ForEach([this, now](CallId id, const Call& call) {
    if (now - call.made >= plan_.timeout) late_.push_back(id);
  });
  for (const CallId id : late_) {
    const Call call = calls_.Take(id);
    connection_->CancelCall(id).IgnoreError();
    if (!call.counted) continue;
    tally_.latency.Record(now - call.from);
    tally_.Fail(
        LoadError::kTimeout, 1,
        absl::StrCat("a call has no response after ",
                     absl::FormatDuration(absl::Nanoseconds(plan_.timeout))));
  }
  late_.clear();
}

bool Caller::IsWanted(int64_t from) const {
  return from < measure_to_ && counted_ < plan_.calls;
}

void Caller::MakeCalls(int64_t now) {
  if (stage_ > Stage::kEnding) return;
  if (open_loop()) return MakeDueCalls(now);
  while (has_room() && IsWanted(now) && Make(now, now)) {
  }
}

int64_t Caller::DueTime(uint64_t number) const {
  const double after =
      plan_.first_due + plan_.period * static_cast<double>(number);
  return after >= 4e18 ? kNever : start_ + static_cast<int64_t>(after);
}

uint64_t Caller::CountDueBefore(int64_t time) const {
  const double calls =
      (static_cast<double>(time - start_) - plan_.first_due) / plan_.period;
  auto number = static_cast<uint64_t>(std::max(0.0, calls));
  // The division may be off by one where the product is not.
  while (number > 0 && DueTime(number - 1) >= time) --number;
  while (DueTime(number) < time) ++number;
  return number;
}

void Caller::MakeDueCalls(int64_t now) {
  for (int64_t due = DueTime(due_); due <= now && IsWanted(due);
       due = DueTime(due_)) {
    if (!has_room() || !Make(due, now)) {
      held_to_ = now;
      return;
    }
    ++due_;
    if (due < measure_from_) continue;
    if (due <= held_to_) {
      ++tally_.held_back;
    } else {
      tally_.late.Record(now - due);
    }
  }
}

bool Caller::Make(int64_t from, int64_t now) {
  const PayloadWindow window = next_.has_value() ? *next_ : payloads_->Next();
  next_.reset();
  const absl::StatusOr<CallId> id =
      connection_->StartCall(payloads_->View(window), PayloadLifetime::kBorrow);
  if (ABSL_PREDICT_FALSE(!id.ok())) {
    next_ = window;
    return false;
  }
  const bool counted = from >= measure_from_;
  calls_.Insert(*id, Call{from, now, window, counted});
  if (counted) {
    ++counted_;
    tally_.sent_octets += window.size;
  }
  return true;
}

void Caller::EndIfDone(int64_t now) {
  if (stage_ == Stage::kCalling && !IsWanted(now)) {
    stage_ = Stage::kEnding;
    last_turn_ = Later(now, plan_.timeout);
  }
  if (stage_ == Stage::kEnding) {
    const bool more = open_loop() && IsWanted(DueTime(due_));
    if (!more) stage_ = Stage::kWaiting;
    if (more && now >= last_turn_) {
      LeaveTheRest("calls were due while as many as allowed were in flight");
    }
  }
  // With calls to make, but no end of the time: a worker that holds all that it
  // may be given, and was given up with each of them, is not waited for.
  if (stage_ == Stage::kCalling && measure_to_ == kNever && !has_room() &&
      calls_.size() == 0) {
    LeaveTheRest("the worker has answered none of the calls in flight");
  }
  if (stage_ == Stage::kWaiting && calls_.size() == 0) Finish(now);
}

uint64_t Caller::CountLeft() const {
  const uint64_t wanted = plan_.calls - counted_;
  if (!open_loop()) return plan_.calls == UINT64_MAX ? 0 : wanted;
  if (measure_to_ == kNever) return wanted;
  const uint64_t first = std::max(due_, CountDueBefore(measure_from_));
  const uint64_t end = CountDueBefore(measure_to_);
  return std::min(wanted, end > first ? end - first : 0);
}

void Caller::LeaveTheRest(absl::string_view why) {
  stage_ = Stage::kWaiting;
  const uint64_t left = CountLeft();
  if (left > 0) tally_.Fail(LoadError::kNotMade, left, why);
}

}  // namespace forkrpc::cli
