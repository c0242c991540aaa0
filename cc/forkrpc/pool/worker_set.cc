// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/worker_set.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "forkrpc/pool/check_pool_options.h"

namespace forkrpc {
namespace {

absl::Status Because(uint64_t worker, absl::string_view what) {
  return absl::UnavailableError(
      absl::StrCat("worker ", worker, " of the pool ", what));
}

}  // namespace

WorkerSet::WorkerSet(const PoolOptions& options, uint64_t jitter_seed)
    : options_(options),
      max_processes_(EffectiveMaxProcesses(options)),
      launchers_(options, jitter_seed) {}

void WorkerSet::Index(const Slot& slot) {
  ++counts_[static_cast<size_t>(slot.state)];
  const bool serving = slot.state == WorkerState::kServing;
  if (slot.load.hung() && slot.state != WorkerState::kDying) ++hung_;
  if (serving) launchers_.OnServing(slot.launcher, +1);
  if (serving && slot.load.answered > 0) ++proved_;
  if (serving && slot.load.idle()) idle_.emplace(slot.since, slot.number);
  const MonotonicTime due = DueTime(slot);
  if (due != MonotonicTime::InfiniteFuture()) due_.emplace(due, slot.number);
}

void WorkerSet::Unindex(const Slot& slot) {
  --counts_[static_cast<size_t>(slot.state)];
  const bool serving = slot.state == WorkerState::kServing;
  if (slot.load.hung() && slot.state != WorkerState::kDying) --hung_;
  if (serving) launchers_.OnServing(slot.launcher, -1);
  if (serving && slot.load.answered > 0) --proved_;
  if (serving && slot.load.idle()) idle_.erase({slot.since, slot.number});
  const MonotonicTime due = DueTime(slot);
  if (due != MonotonicTime::InfiniteFuture()) due_.erase({due, slot.number});
}

// When ActOn() has something to do with it.
MonotonicTime WorkerSet::DueTime(const Slot& slot) const {
  MonotonicTime due = MonotonicTime::InfiniteFuture();
  if (slot.state == WorkerState::kDying) return due;
  if (slot.load.hung()) due = slot.since + options_.hung_grace;
  if (slot.state == WorkerState::kRetiring) {
    // One that has no calls left ends within its exit_grace.
    if (slot.load.idle()) return due;
    return std::min(due, slot.retired + options_.retire_grace);
  }
  due = std::min(due, slot.started + options_.recycle.max_age);
  if (options_.recycle.max_resident_octets !=
      std::numeric_limits<size_t>::max()) {
    due = std::min(due, slot.measured + options_.recycle.memory_interval);
  }
  return due;
}

WorkerSet::Slot* WorkerSet::FindSlot(uint64_t worker) {
  const auto found = slots_.find(worker);
  return found == slots_.end() ? nullptr : &found->second;
}

void WorkerSet::GiveUp(const absl::Status& why) {
  gave_up_ = true;
  for (auto& [number, slot] : slots_) {
    Unindex(slot);
    slot.state = WorkerState::kDying;
    Index(slot);
    // One that is dying already might be given more time than there is now.
    decided_.push_back(
        {WorkerDecision::kKill, number, options_.kill_grace, why});
  }
}

void WorkerSet::OnStarted(uint64_t worker, MonotonicTime now) {
  ++totals_.started;
  launchers_.OnStart(starting_, now);
  Slot& slot = slots_[worker];
  slot.number = worker;
  slot.launcher = starting_;
  slot.started = slot.measured = slot.since = now;
  Index(slot);
}

void WorkerSet::OnStartFailed(const absl::Status& why, MonotonicTime now) {
  ++totals_.failed;
  launchers_.OnStart(starting_, now);
  Fail(starting_, /*proved=*/false, why, now);
}

void WorkerSet::OnMemory(uint64_t worker, size_t octets, MonotonicTime now) {
  Slot* const slot = FindSlot(worker);
  const size_t limit = options_.recycle.max_resident_octets;
  if (slot == nullptr || octets <= limit) return;
  RetireSlot(slot, Reason::kLimit,
             Because(worker, absl::StrCat("had ", octets,
                                          " octets of memory, "
                                          "recycle.max_resident_octets is ",
                                          limit)),
             now);
}

void WorkerSet::OnLoad(uint64_t worker, const WorkerLoad& load,
                       MonotonicTime now) {
  Slot* const slot = FindSlot(worker);
  if (slot == nullptr) return;
  if (slot->load.answered == 0 && load.answered > 0) {
    launchers_.OnProved(slot->launcher);
  }
  Unindex(*slot);
  const bool moved = slot->load.answered != load.answered ||
                     slot->load.assigned != load.assigned;
  if (moved || slot->load.hung() != load.hung()) slot->since = now;
  slot->load = load;
  Index(*slot);
  if (slot->state == WorkerState::kServing &&
      load.assigned >= options_.recycle.max_calls) {
    RetireSlot(slot, Reason::kCalls, absl::OkStatus(), now);
  } else if (slot->state == WorkerState::kRetiring && load.idle()) {
    // It has nothing more to do but to end.
    decided_.push_back({WorkerDecision::kDrain, worker, options_.exit_grace});
  }
}

void WorkerSet::OnFailure(uint64_t worker, const absl::Status& why,
                          MonotonicTime now) {
  Slot* const slot = FindSlot(worker);
  if (slot == nullptr || slot->state == WorkerState::kDying) return;
  ++totals_.failed;
  Settle(slot, why, now);
  Unindex(*slot);
  slot->state = WorkerState::kDying;
  Index(*slot);
}

void WorkerSet::OnGone(uint64_t worker, MonotonicTime now) {
  Slot* const slot = FindSlot(worker);
  if (slot == nullptr) return;
  const bool useful = slot->load.answered > 0;
  const bool serving = slot->state == WorkerState::kServing;
  // It may have ended by itself, and nothing is wrong with how.
  if (serving) ++totals_.failed;
  if (serving && !useful && now - slot->started < options_.restart.window) {
    Settle(slot, Because(worker, "exited with status 0 before any call"), now);
  } else if (!useful && !slot->settled) {
    launchers_.OnRecycled(slot->launcher, now);
  }
  Unindex(*slot);
  slots_.erase(worker);
}

absl::Status WorkerSet::Retire(uint64_t worker, MonotonicTime now) {
  Slot* const slot = FindSlot(worker);
  if (slot == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("there is no worker ", worker, " in the pool"));
  }
  RetireSlot(slot, Reason::kOrdered, absl::OkStatus(), now);
  return absl::OkStatus();
}

void WorkerSet::RetireAll(MonotonicTime now) {
  for (auto& [number, slot] : slots_) {
    RetireSlot(&slot, Reason::kOrdered, absl::OkStatus(), now);
  }
}

void WorkerSet::Kill(uint64_t worker, const absl::Status& why,
                     MonotonicTime now) {
  Slot* const slot = FindSlot(worker);
  if (slot != nullptr) KillSlot(slot, why, /*tell=*/false, now);
}

std::optional<WorkerDecision> WorkerSet::Next(MonotonicTime now) {
  while (decided_.empty() && !due_.empty() && due_.begin()->first <= now) {
    ActOn(&slots_.at(due_.begin()->second), now);
  }
  if (decided_.empty()) EndSpare(now);
  if (!decided_.empty()) {
    WorkerDecision decision = std::move(decided_.front());
    decided_.pop_front();
    return decision;
  }
  while (!tell_.empty()) {
    const std::optional<WorkerDecision> decision = TellOfLauncher(now);
    if (decision.has_value()) return decision;
  }
  if (!WantsMore()) {
    wanted_since_ = MonotonicTime::InfiniteFuture();
    return std::nullopt;
  }
  wanted_since_ = std::min(wanted_since_, now);
  if (!MayStart() || now < StartTime()) return std::nullopt;
  // From now on the next one is waited for.
  wanted_since_ = now;
  starting_ = launchers_.Choose(now);
  WorkerDecision start{WorkerDecision::kStart, ++last_worker_};
  start.launcher = starting_;
  return start;
}

// Of the first that waits to be told of: of itself where there are several, and
// of the pool when it was the last that was left.
std::optional<WorkerDecision> WorkerSet::TellOfLauncher(MonotonicTime now) {
  const size_t launcher = tell_.front();
  if (launchers_.several() && !std::exchange(told_of_launcher_, true)) {
    WorkerDecision decision{WorkerDecision::kTellLauncher};
    decision.launcher = launcher;
    decision.why = launchers_.BrokenOne(launcher, now);
    if (!decision.why.ok()) return decision;
  }
  told_of_launcher_ = false;
  tell_.pop_front();
  WorkerDecision decision{WorkerDecision::kTellLoop};
  decision.why = launchers_.Broken(now);
  if (decision.why.ok()) return std::nullopt;
  return decision;
}

MonotonicTime WorkerSet::NextTime() const {
  MonotonicTime next = StopTime();
  if (!due_.empty()) next = std::min(next, due_.begin()->first);
  if (WantsMore() && MayStart()) next = std::min(next, StartTime());
  return next;
}

absl::Status WorkerSet::Broken(MonotonicTime now) const {
  return proved_ > 0 ? absl::OkStatus() : launchers_.Broken(now);
}

void WorkerSet::AddTo(PoolStats* stats) const {
  stats->processes = slots_.size();
  stats->serving = count(WorkerState::kServing);
  stats->retiring = count(WorkerState::kRetiring);
  stats->dying = count(WorkerState::kDying);
  stats->idle = idle_.size();
  stats->hung = hung_;
  stats->started = totals_.started;
  stats->failed = totals_.failed;
  stats->retired = totals_.retired;
  stats->killed = totals_.killed;
}

// Its due time has come.
void WorkerSet::ActOn(Slot* slot, MonotonicTime now) {
  if (slot->load.hung() && slot->since + options_.hung_grace <= now) {
    KillSlot(slot,
             absl::DeadlineExceededError(absl::StrCat(
                 "it was at work on ", slot->load.in_flight,
                 " calls that nobody waited for any more, and has answered "
                 "none of them within hung_grace, ",
                 absl::FormatDuration(options_.hung_grace))),
             /*tell=*/true, now);
  } else if (slot->state == WorkerState::kRetiring) {
    KillSlot(slot,
             absl::UnavailableError(absl::StrCat(
                 "it was retired, and has not finished its ",
                 slot->load.in_flight, " calls within retire_grace, ",
                 absl::FormatDuration(options_.retire_grace))),
             /*tell=*/true, now);
  } else if (slot->started + options_.recycle.max_age <= now) {
    RetireSlot(
        slot, Reason::kLimit,
        Because(slot->number,
                absl::StrCat("had reached its age, recycle.max_age is ",
                             absl::FormatDuration(options_.recycle.max_age))),
        now);
  } else {
    Unindex(*slot);
    slot->measured = now;
    Index(*slot);
    decided_.push_back({WorkerDecision::kMeasure, slot->number});
  }
}

void WorkerSet::RetireSlot(Slot* slot, Reason reason, const absl::Status& why,
                           MonotonicTime now) {
  if (slot->state != WorkerState::kServing) return;
  ++totals_.retired;
  const bool useful = slot->load.answered > 0;
  // Ends that follow each other no faster than the longest delay are no loop.
  const bool young = now - slot->started < options_.restart.max_delay;
  switch (reason) {
    case Reason::kCalls:  // its calls have paid for it
    case Reason::kDrained:
      break;
    case Reason::kOrdered:
      if (!useful) launchers_.OnRecycled(slot->launcher, now);
      break;
    case Reason::kLimit:
      if (young && !useful) {
        // No better than one that has failed.
        Settle(slot, why, now);
      } else if (young || !useful) {
        launchers_.OnRecycled(slot->launcher, now);
      }
      break;
  }
  Unindex(*slot);
  slot->state = WorkerState::kRetiring;
  slot->retired =
      reason == Reason::kDrained ? MonotonicTime::InfiniteFuture() : now;
  Index(*slot);
  decided_.push_back(
      {WorkerDecision::kDrain, slot->number,
       slot->load.idle() ? options_.exit_grace : absl::InfiniteDuration()});
}

void WorkerSet::KillSlot(Slot* slot, const absl::Status& why, bool tell,
                         MonotonicTime now) {
  if (slot->state == WorkerState::kDying) return;
  ++totals_.killed;
  Settle(slot,
         Because(slot->number, absl::StrCat("was killed: ", why.message())),
         now);
  Unindex(*slot);
  slot->state = WorkerState::kDying;
  Index(*slot);
  decided_.push_back(
      {WorkerDecision::kKill, slot->number, options_.kill_grace, why, tell});
}

// Those that are more than are kept.
void WorkerSet::EndSpare(MonotonicTime now) {
  if (StopTime() > now) return;
  if (!draining_) {
    return RetireSlot(&slots_.at(idle_.begin()->second), Reason::kOrdered,
                      absl::OkStatus(), now);
  }
  for (auto& [number, slot] : slots_) {
    RetireSlot(&slot, Reason::kDrained, absl::OkStatus(), now);
  }
}

// Whatever has ended it so early: a loop of such ends is a crash loop.
void WorkerSet::Settle(Slot* slot, const absl::Status& why, MonotonicTime now) {
  if (std::exchange(slot->settled, true)) return;
  // One that was there for long and had nothing to do has proved itself too.
  Fail(
      slot->launcher,
      slot->load.answered > 0 || now - slot->started >= options_.restart.window,
      why, now);
}

void WorkerSet::Fail(size_t launcher, bool proved, const absl::Status& why,
                     MonotonicTime now) {
  if (launchers_.OnFailure(launcher, now, proved, why)) {
    tell_.push_back(launcher);
  }
}

bool WorkerSet::WantsMore() const {
  if (gave_up_ ||
      count(WorkerState::kServing) >= static_cast<size_t>(options_.max)) {
    return false;
  }
  return waiting_ ||
         (!draining_ && idle_.size() < static_cast<size_t>(options_.idle));
}

bool WorkerSet::MayStart() const { return slots_.size() < max_processes_; }

// Of the next worker; for when more are wanted.
MonotonicTime WorkerSet::StartTime() const {
  // If none of them can be expected to take a call there is nothing to wait
  // for.
  const bool none = count(WorkerState::kServing) == 0;
  return std::max(none ? wanted_since_ : wanted_since_ + options_.start,
                  launchers_.NextStart());
}

// When EndSpare() has something to do.
MonotonicTime WorkerSet::StopTime() const {
  if (draining_) {
    return waiting_ || count(WorkerState::kServing) == 0
               ? MonotonicTime::InfiniteFuture()
               : MonotonicTime::InfinitePast();
  }
  if (idle_.size() <= static_cast<size_t>(options_.idle)) {
    return MonotonicTime::InfiniteFuture();
  }
  return idle_.begin()->first + options_.stop;
}

}  // namespace forkrpc
