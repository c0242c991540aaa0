// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/dispatcher.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace forkrpc {

void Dispatcher::AddWorker(const PoolWorkerId& worker, CallTaker* taker) {
  Lane& lane = lanes_[worker.number];
  lane.id = worker;
  lane.taker = taker;
  lane.freed = ++freed_;
  rooms_.insert(RoomOf(&lane));
}

void Dispatcher::CloseWorker(uint64_t worker, const absl::Status& killed) {
  const auto found = lanes_.find(worker);
  if (found == lanes_.end()) return;
  ChangeLane(&found->second, [&](Lane* lane) {
    lane->open = false;
    lane->killed.Update(killed);
  });
}

void Dispatcher::RemoveWorker(uint64_t worker) {
  CloseWorker(worker);
  lanes_.erase(worker);
}

bool Dispatcher::HasRoom(const Lane& lane) const {
  // A hung worker would have the next call wait behind those that hang.
  return lane.open && !lane.full && !lane.load.hung() &&
         lane.load.in_flight < static_cast<size_t>(options_.load);
}

Dispatcher::Room Dispatcher::RoomOf(Lane* lane) {
  return Room(lane->load.in_flight,
              std::numeric_limits<uint64_t>::max() - lane->freed, lane);
}

template <typename Change>
void Dispatcher::ChangeLane(Lane* lane, Change change) {
  if (HasRoom(*lane)) rooms_.erase(RoomOf(lane));
  change(lane);
  if (HasRoom(*lane)) rooms_.insert(RoomOf(lane));
}

absl::StatusOr<PoolCallId> Dispatcher::Call(absl::string_view payload,
                                            const PoolCallOptions& options,
                                            MonotonicTime deadline,
                                            CallCallback&& callback,
                                            MonotonicTime now) {
  if (deadline <= now) {
    return absl::DeadlineExceededError(
        "the deadline of a call had passed when it was made: no worker of the "
        "pool was given it");
  }
  const bool at_once = calls_.queued() == 0 && !rooms_.empty();
  absl::Status refused =
      at_once ? absl::OkStatus() : WhyNotQueued(payload.size());
  if (!refused.ok()) {
    refused_ = std::min(refused_.value_or(payload.size()), payload.size());
    return refused;
  }
  PoolCall call;
  call.callback = std::move(callback);
  call.deadline = deadline;
  call.idempotent = options.idempotent;
  if (options.idempotent) call.payload = std::string(payload);
  const PoolCallId id = calls_.Add(std::move(call));
  if (at_once) {
    // One that refuses has no room from then on.
    while (!rooms_.empty()) {
      if (Assign(id, payload)) return id;
    }
  }
  if (!options.idempotent) calls_.Find(id)->payload = std::string(payload);
  calls_.Enqueue(id);
  return id;
}

absl::Status Dispatcher::WhyNotQueued(size_t payload_size) const {
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

bool Dispatcher::TakeRoom() {
  if (!refused_.has_value() || !WhyNotQueued(*refused_).ok()) return false;
  refused_ = std::nullopt;
  return true;
}

void Dispatcher::Dispatch(MonotonicTime now) {
  while (const PoolCallId id = calls_.Oldest()) {
    if (rooms_.empty()) return;
    calls_.Dequeue(id);
    const PoolCall& call = *calls_.Find(id);
    // TakeExpired() ends it.
    if (call.deadline <= now) continue;
    if (!Assign(id, call.payload)) calls_.Enqueue(id);
  }
}

// To the lane with most room; false if that one takes nothing.
bool Dispatcher::Assign(PoolCallId id, absl::string_view payload) {
  Lane* const lane = std::get<Lane*>(*rooms_.begin());
  const Assignment assignment = ++last_assignment_;
  CallId sent = 0;
  const CallTaker::Taken taken =
      lane->taker->TakeCall(assignment, payload, &sent);
  if (taken != CallTaker::Taken::kTaken) {
    // Nothing of the call has reached it, so it may go elsewhere.
    ChangeLane(lane, [taken](Lane* changed) {
      changed->full = true;
      if (taken == CallTaker::Taken::kGone) changed->open = false;
    });
    return false;
  }
  in_flight_.emplace(assignment, InFlight{lane, id, sent});
  PoolCall& call = *calls_.Find(id);
  call.assignment = assignment;
  ++call.attempts;
  if (!call.idempotent) call.payload = std::string();
  ChangeLane(lane, [](Lane* changed) {
    ++changed->load.in_flight;
    ++changed->load.awaited;
    ++changed->load.assigned;
  });
  lane->taker->OnLoad(lane->load);
  return true;
}

Dispatcher::InFlight Dispatcher::TakeInFlight(Assignment assignment,
                                              bool answered) {
  const auto found = in_flight_.find(assignment);
  // A call that the worker refused went elsewhere.
  if (found == in_flight_.end()) return InFlight{nullptr, 0, 0};
  const InFlight taken = found->second;
  in_flight_.erase(found);
  ChangeLane(taken.lane, [&](Lane* lane) {
    --lane->load.in_flight;
    if (taken.call != 0) --lane->load.awaited;
    if (lane->load.idle()) lane->freed = ++freed_;
    if (!answered) return;
    lane->full = false;
    ++lane->load.answered;
  });
  taken.lane->taker->OnLoad(taken.lane->load);
  return taken;
}

std::optional<EndedCall> Dispatcher::OnAnswered(Assignment assignment) {
  const InFlight taken = TakeInFlight(assignment, /*answered=*/true);
  if (taken.call == 0) return std::nullopt;
  ++totals_.answered;
  return End(taken.call, absl::OkStatus(), taken.lane->id.number);
}

std::optional<EndedCall> Dispatcher::OnLost(Assignment assignment,
                                            const absl::Status& why,
                                            MonotonicTime now) {
  const InFlight taken = TakeInFlight(assignment, /*answered=*/false);
  if (taken.call == 0) return std::nullopt;
  const PoolCall& call = *calls_.Find(taken.call);
  const bool again = call.idempotent && retrying_ && call.deadline > now;
  if (again && call.attempts < options_.max_attempts) {
    ++totals_.retried;
    calls_.Enqueue(taken.call);
    return std::nullopt;
  }
  ++totals_.lost;
  taken.lane->lost.push_back(taken.call);
  absl::StatusCode code = why.code();
  std::string text = absl::StrCat("call ", taken.call, " was lost with worker ",
                                  taken.lane->id.number, " of the pool");
  if (call.attempts > 1) {
    absl::StrAppend(&text, " (attempt ", call.attempts, " of ",
                    options_.max_attempts, ")");
  }
  const absl::Status& killed = taken.lane->killed;
  if (!killed.ok()) {
    code = killed.code();
    absl::StrAppend(&text, ", which was killed: ", killed.message());
  }
  absl::StrAppend(&text, ": ", why.message());
  return End(taken.call, absl::Status(code, text), taken.lane->id.number);
}

std::optional<EndedCall> Dispatcher::TakeExpired(MonotonicTime now) {
  const PoolCallId id = calls_.Expired(now);
  if (id == 0) return std::nullopt;
  const Assignment assignment = calls_.Find(id)->assignment;
  if (assignment == 0) {
    return End(id,
               absl::DeadlineExceededError(absl::StrCat(
                   "call ", id, " has waited for a worker until its deadline")),
               0);
  }
  const Lane& lane = *in_flight_.at(assignment).lane;
  if (Abandon(assignment)) {
    return End(id,
               absl::DeadlineExceededError(absl::StrCat(
                   "call ", id, " has waited until its deadline for worker ",
                   lane.id.number, " (pid ", lane.id.pid,
                   ") of the pool to read it: it was not sent")),
               0);
  }
  return End(id,
             absl::DeadlineExceededError(absl::StrCat(
                 "call ", id, " was in worker ", lane.id.number, " (pid ",
                 lane.id.pid, ") of the pool at its deadline")),
             lane.id.number);
}

std::optional<EndedCall> Dispatcher::TakeWaiting() {
  const PoolCallId id = calls_.Oldest();
  if (id == 0) return std::nullopt;
  return End(id, absl::OkStatus(), 0);
}

absl::StatusOr<EndedCall> Dispatcher::Cancel(PoolCallId id) {
  const PoolCall* const call = calls_.Find(id);
  if (call == nullptr) {
    return absl::NotFoundError(absl::StrCat("call ", id, " is not waited for"));
  }
  if (call->assignment != 0) Abandon(call->assignment);
  return End(
      id, absl::CancelledError(absl::StrCat("call ", id, " was cancelled")), 0);
}

bool Dispatcher::Abandon(Assignment assignment) {
  InFlight& in_flight = in_flight_.at(assignment);
  Lane* const lane = in_flight.lane;
  const bool given_back = lane->taker->TakeBack(in_flight.sent);
  if (given_back) {
    TakeInFlight(assignment, /*answered=*/false);
    ChangeLane(lane, [](Lane* changed) {
      --changed->load.assigned;
      changed->full = false;
    });
  } else {
    in_flight.call = 0;
    ChangeLane(lane, [](Lane* changed) { --changed->load.awaited; });
  }
  lane->taker->OnLoad(lane->load);
  return given_back;
}

EndedCall Dispatcher::End(PoolCallId id, absl::Status status, uint64_t worker) {
  EndedCall ended;
  ended.id = id;
  ended.callback = calls_.Take(id);
  ended.status = std::move(status);
  ended.worker = worker;
  return ended;
}

void Dispatcher::AddTo(PoolStats* stats) const {
  stats->queued = calls_.queued();
  stats->queued_octets = calls_.queued_octets();
  stats->in_flight = in_flight_.size();
  stats->answered = totals_.answered;
  stats->lost = totals_.lost;
  stats->retried = totals_.retried;
}

}  // namespace forkrpc
