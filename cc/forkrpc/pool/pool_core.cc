// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/pool_core.h"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"

namespace forkrpc {
namespace {

uint64_t JitterSeed(uint64_t wanted) {
  if (wanted != 0) return wanted;
  return static_cast<uint64_t>(
             absl::ToInt64Nanoseconds(MonotonicNow().since_epoch())) ^
         (static_cast<uint64_t>(getpid()) << 32);
}

}  // namespace

PoolCore::PoolCore(PoolOptions options, EventLoop* loop)
    : loop_(loop),
      options_(std::move(options)),
      restart_(options_.restart, JitterSeed(options_.jitter_seed)) {}

void PoolCore::Start() {
  self_ = shared_from_this();
  timer_ = loop_->MakeTimer([this] {
    timer_is_at_ = MonotonicTime::InfiniteFuture();
    Run();
  });
  ScheduleRun();
}

PoolCallId PoolCore::Call(absl::string_view payload,
                          const PoolCallOptions& options,
                          CallCallback callback) {
  absl::Status refused = WhyRefused(payload.size());
  if (!refused.ok()) {
    DeferCallback(std::move(callback), std::move(refused));
    return 0;
  }
  PoolCall call;
  call.callback = std::move(callback);
  call.deadline = options.deadline;
  call.idempotent = options.idempotent;
  if (options.idempotent) call.payload = std::string(payload);
  const PoolCallId id = calls_.Add(std::move(call));
  ScheduleRun();
  if (calls_.queued() == 0) {
    // One that refuses is full from then on.
    while (PoolSlot* const slot = FindRoom()) {
      if (Assign(slot, id, payload)) return id;
    }
  }
  if (!options.idempotent) calls_.Find(id)->payload = std::string(payload);
  calls_.Enqueue(id);
  return id;
}

absl::Status PoolCore::WhyRefused(size_t payload_size) const {
  if (draining_) {
    return absl::FailedPreconditionError(
        "the pool is draining: it takes no more calls");
  }
  const size_t max_payload = options_.connection.limits.max_payload;
  if (payload_size > max_payload) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "a request has ", payload_size, " octets, the limit is ", max_payload));
  }
  absl::Status broken = restart_.Broken(MonotonicNow());
  if (!broken.ok() && !HasProvedWorker()) return broken;
  if (calls_.queued() >= options_.max_queue) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the pool's queue is full: ", calls_.queued(),
                     " calls wait, the limit is ", options_.max_queue));
  }
  if (calls_.queued() > 0 &&
      calls_.queued_octets() + payload_size > options_.max_queue_octets) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the pool's queue is full: ", calls_.queued_octets(), " octets and ",
        payload_size, " more, the limit is ", options_.max_queue_octets));
  }
  return absl::OkStatus();
}

void PoolCore::DeferCallback(CallCallback callback, absl::Status status) {
  ++deferred_;
  loop_->Defer([core = shared_from_this(), callback = std::move(callback),
                status = std::move(status)]() mutable {
    --core->deferred_;
    core->ScheduleRun();
    callback(std::move(status));
  });
}

absl::Status PoolCore::Cancel(PoolCallId id) {
  const PoolCall* const call = calls_.Find(id);
  if (call == nullptr) {
    return absl::NotFoundError(absl::StrCat("call ", id, " is not waited for"));
  }
  const auto found = in_flight_.find(call->assignment);
  if (found != in_flight_.end()) found->second.call = 0;
  DeferCallback(calls_.Take(id), absl::CancelledError(absl::StrCat(
                                     "call ", id, " was cancelled")));
  return absl::OkStatus();
}

void PoolCore::Dispatch() {
  while (const PoolCallId id = calls_.Oldest()) {
    PoolSlot* const slot = FindRoom();
    if (slot == nullptr) return;
    calls_.Dequeue(id);
    if (!Assign(slot, id, calls_.Find(id)->payload)) calls_.Enqueue(id);
  }
}

// The least busy one; of those that are idle the one that was so last, so that
// the others are idle long enough to be ended.
PoolSlot* PoolCore::FindRoom() {
  PoolSlot* best = nullptr;
  for (const std::unique_ptr<PoolSlot>& slot : slots_) {
    if (slot->retiring || slot->full ||
        slot->in_flight >= static_cast<size_t>(options_.load)) {
      continue;
    }
    if (best == nullptr || slot->in_flight < best->in_flight ||
        (slot->in_flight == best->in_flight &&
         slot->idle_since > best->idle_since)) {
      best = slot.get();
    }
  }
  return best;
}

bool PoolCore::Assign(PoolSlot* slot, PoolCallId id,
                      absl::string_view payload) {
  const Assignment assignment = ++last_assignment_;
  const CallId sent = slot->worker->Call(
      payload, [this, assignment](absl::StatusOr<absl::string_view> response) {
        OnCallEnded(assignment, std::move(response));
      });
  if (sent == 0) {
    // It holds too much unsent, or is about to be seen as gone: nothing of the
    // call has reached it, so it may go elsewhere.
    slot->full = true;
    return false;
  }
  in_flight_.emplace(assignment, InFlight{slot, id});
  ++slot->in_flight;
  ++slot->assigned;
  PoolCall& call = *calls_.Find(id);
  call.assignment = assignment;
  ++call.attempts;
  if (!call.idempotent) call.payload = std::string();
  if (slot->assigned >= options_.recycle.max_calls) RetireSlot(slot);
  return true;
}

void PoolCore::OnCallEnded(Assignment assignment,
                           absl::StatusOr<absl::string_view> response) {
  const auto found = in_flight_.find(assignment);
  // A call that the worker refused went elsewhere.
  if (found == in_flight_.end()) return;
  const auto [slot, id] = found->second;
  in_flight_.erase(found);
  --slot->in_flight;
  ScheduleRun();
  if (!response.ok()) {
    slot->retiring = true;
    if (id != 0) OnLost(slot, id, response.status());
    return;
  }
  slot->full = false;
  if (++slot->answered == 1) restart_.OnProved();
  if (slot->in_flight == 0) {
    slot->idle_since = MonotonicNow();
    // It has nothing more to do but to end.
    if (slot->retiring) slot->worker->Drain(options_.exit_grace);
  }
  if (id != 0) {
    ++counts_.answered;
    CallCallback callback = calls_.Take(id);
    // The worker need not wait for what the callback does.
    Dispatch();
    callback(std::move(response));
  }
}

void PoolCore::OnLost(PoolSlot* slot, PoolCallId id,
                      const absl::Status& status) {
  const PoolCall& call = *calls_.Find(id);
  if (call.idempotent && call.attempts < options_.max_attempts && !gave_up_) {
    ++counts_.retried;
    calls_.Enqueue(id);
    return;
  }
  ++counts_.lost;
  absl::StatusCode code = status.code();
  std::string text = absl::StrCat("call ", id, " was lost with worker ",
                                  slot->id.number, " of the pool");
  if (call.attempts > 1) {
    absl::StrAppend(&text, " (attempt ", call.attempts, " of ",
                    options_.max_attempts, ")");
  }
  if (!slot->kill_reason.ok()) {
    code = slot->kill_reason.code();
    absl::StrAppend(&text, ", which was killed: ", slot->kill_reason.message());
  }
  absl::StrAppend(&text, ": ", status.message());
  const absl::Status lost(code, text);
  if (draining_) drain_status_.Update(lost);
  calls_.Take(id)(lost);
}

void PoolCore::ExpireDeadlines(MonotonicTime now) {
  while (const PoolCallId id = calls_.Expired(now)) {
    const Assignment assignment = calls_.Find(id)->assignment;
    CallCallback callback = calls_.Take(id);
    if (assignment == 0) {
      callback(absl::DeadlineExceededError(absl::StrCat(
          "call ", id,
          " has waited for a worker until its deadline; there are ",
          live_workers(), ", the limit is ", options_.max)));
      continue;
    }
    InFlight& in_flight = in_flight_.at(assignment);
    in_flight.call = 0;
    PoolSlot* const slot = in_flight.slot;
    std::string text =
        absl::StrCat("call ", id, " was in worker ", slot->id.number, " (pid ",
                     slot->id.pid, ") of the pool at its deadline");
    if (options_.kill_on_deadline) {
      if (slot->kill_reason.ok()) ++counts_.killed;
      Kill(slot, absl::UnavailableError(
                     absl::StrCat("call ", id, " had exceeded its deadline")));
      absl::StrAppend(&text, "; the worker is killed");
    }
    callback(absl::DeadlineExceededError(text));
  }
}

void PoolCore::FailQueue(const absl::Status& status) {
  // A callback that calls again is refused, so this ends.
  while (const PoolCallId id = calls_.Oldest()) {
    if (draining_) drain_status_.Update(status);
    calls_.Take(id)(status);
  }
}

void PoolCore::ScheduleRun() {
  if (run_due_ || gone_) return;
  run_due_ = true;
  loop_->Defer([weak = weak_from_this()] {
    const std::shared_ptr<PoolCore> core = weak.lock();
    if (core != nullptr) core->Run();
  });
}

void PoolCore::Run() {
  run_due_ = false;
  if (gone_) return;
  const MonotonicTime now = MonotonicNow();
  ExpireDeadlines(now);
  EndDrainGrace(now);
  FailIfBroken(now);
  Dispatch();
  StartWorkers(now);
  // After the starts: a new worker's age is to be waited for too.
  RecycleWorkers(now);
  StopIdleWorkers(now);
  FinishIfDrained();
  if (!gone_) SetTimer();
}

void PoolCore::SetTimer() {
  const MonotonicTime next = std::min({calls_.NextDeadline(), start_at_,
                                       recycle_at_, stop_at_, drain_deadline_});
  if (next == timer_is_at_) return;
  timer_is_at_ = next;
  timer_->Set(next);
}

void PoolCore::Drain(absl::Duration grace,
                     absl::AnyInvocable<void(absl::Status)> done) {
  if (gone_) {
    if (done == nullptr) return;
    loop_->Defer([core = shared_from_this(), done = std::move(done)]() mutable {
      done(core->drain_status_);
    });
    return;
  }
  draining_ = true;
  if (done != nullptr) drained_.push_back(std::move(done));
  if (!gave_up_) {
    drain_deadline_ = std::min(drain_deadline_, MonotonicNow() + grace);
  }
  ScheduleRun();
}

void PoolCore::EndDrainGrace(MonotonicTime now) {
  if (now < drain_deadline_) return;
  drain_deadline_ = MonotonicTime::InfiniteFuture();
  gave_up_ = true;
  const absl::Status late = absl::DeadlineExceededError(absl::StrCat(
      "the pool has not drained in the time it was given: ", calls_.queued(),
      " calls wait, ", in_flight_.size(), " are in ", slots_.size(),
      " workers"));
  drain_status_.Update(late);
  for (const std::unique_ptr<PoolSlot>& slot : slots_) Kill(slot.get(), late);
  FailQueue(late);
}

void PoolCore::FinishIfDrained() {
  if (!draining_ || !slots_.empty() || calls_.size() > 0 || deferred_ > 0) {
    return;
  }
  for (auto& done : std::exchange(drained_, {})) done(drain_status_);
  // They may have asked for more: to be told again, or a call, now refused.
  if (!drained_.empty() || deferred_ > 0) return ScheduleRun();
  gone_ = true;
  timer_ = nullptr;
  if (options_.on_destroy != nullptr) options_.on_destroy();
  loop_->Defer([self = std::move(self_)] {});
}

PoolStats PoolCore::stats() const {
  PoolStats stats = counts_;
  stats.workers = static_cast<size_t>(live_workers());
  stats.idle = static_cast<size_t>(idle_workers());
  stats.queued = calls_.queued();
  stats.in_flight = in_flight_.size();
  return stats;
}

std::vector<PoolWorkerInfo> PoolCore::workers() const {
  std::vector<PoolWorkerInfo> workers;
  for (const std::unique_ptr<PoolSlot>& slot : slots_) {
    workers.push_back(
        {slot->id, slot->in_flight, slot->answered, slot->retiring});
  }
  return workers;
}

}  // namespace forkrpc
