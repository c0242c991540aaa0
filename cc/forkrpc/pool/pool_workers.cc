// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// How a pool starts, replaces and ends its workers.

#include <algorithm>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/pool/pool_core.h"
#include "forkrpc/pool/process_memory.h"

namespace forkrpc {

void PoolCore::OnEvent(const PoolSlot& slot, absl::string_view payload) {
  if (options_.on_event == nullptr) {
    ++counts_.dropped_events;
    return;
  }
  options_.on_event(PoolWorkerId(slot.id), payload);
}

void PoolCore::OnWorkerError(PoolSlot* slot, const WorkerError& error) {
  slot->end = error.status;
  PoolError report;
  report.scope = PoolError::kWorker;
  report.status =
      absl::Status(error.status.code(),
                   absl::StrCat("worker ", slot->id.number,
                                " of the pool: ", error.status.message()));
  if (draining_) drain_status_.Update(report.status);
  report.worker = slot->id;
  report.exit_status = error.exit_status;
  report.stderr_tail = error.stderr_tail;
  Report(report);
}

void PoolCore::OnWorkerGone(PoolSlot* slot) {
  const auto found = std::find_if(slots_.begin(), slots_.end(),
                                  [slot](const std::unique_ptr<PoolSlot>& one) {
                                    return one.get() == slot;
                                  });
  const std::unique_ptr<PoolSlot> gone = std::move(*found);
  slots_.erase(found);
  ScheduleRun();
  if (gone->told_to_end) return;
  ++counts_.failed;
  const MonotonicTime now = MonotonicNow();
  // One that was there for long and had nothing to do has proved itself too.
  const bool proved =
      gone->answered > 0 || now - gone->started >= options_.restart.window;
  if (!gone->end.ok()) {
    OnFailure(now, proved, gone->end);
  } else if (!proved) {
    OnFailure(now, proved,
              absl::UnavailableError(absl::StrCat(
                  "worker ", gone->id.number, " of the pool (pid ",
                  gone->id.pid, ") exited with status 0 before any call")));
  }
}

void PoolCore::OnFailure(MonotonicTime now, bool proved,
                         const absl::Status& why) {
  if (restart_.OnFailure(now, proved, why)) report_broken_ = true;
}

bool PoolCore::HasProvedWorker() const {
  return std::any_of(slots_.begin(), slots_.end(), [](const auto& slot) {
    return slot->answered > 0 && !slot->retiring;
  });
}

void PoolCore::FailIfBroken(MonotonicTime now) {
  const absl::Status broken = restart_.Broken(now);
  if (!broken.ok() && !HasProvedWorker()) FailQueue(broken);
  if (!std::exchange(report_broken_, false)) return;
  PoolError report;
  report.scope = PoolError::kPool;
  report.status = broken;
  Report(report);
}

void PoolCore::Restart() {
  restart_.OnProved();
  ScheduleRun();
}

void PoolCore::StartWorkers(MonotonicTime now) {
  for (;;) {
    start_at_ = MonotonicTime::InfiniteFuture();
    const bool wanted =
        calls_.queued() > 0 || (!draining_ && idle_workers() < options_.idle);
    if (!wanted || live_workers() >= options_.max) {
      wanted_since_ = MonotonicTime::InfiniteFuture();
      return;
    }
    wanted_since_ = std::min(wanted_since_, now);
    MonotonicTime at =
        live_workers() == 0 ? now : wanted_since_ + options_.start;
    at = std::max(at, restart_.NextStart());
    if (now < at) {
      start_at_ = at;
      return;
    }
    // From now on the next one is waited for.
    wanted_since_ = now;
    if (!StartOne(now)) {
      start_at_ = restart_.NextStart();
      return;
    }
    Dispatch();
  }
}

bool PoolCore::StartOne(MonotonicTime now) {
  auto slot = std::make_unique<PoolSlot>();
  PoolSlot* const raw = slot.get();
  WorkerOptions worker;
  worker.connection = options_.connection;
  worker.exit_grace = options_.exit_grace;
  worker.on_event = [this, raw](absl::string_view payload) {
    OnEvent(*raw, payload);
  };
  worker.on_error = [this, raw](const WorkerError& error) {
    OnWorkerError(raw, error);
  };
  worker.on_destroy = [this, raw] { OnWorkerGone(raw); };
  restart_.OnStart(now);
  slot->id.number = ++last_worker_;
  auto spawned = Worker::Spawn(options_.program, std::move(worker), loop_);
  if (!spawned.ok()) {
    ++counts_.failed;
    OnFailure(now, false, spawned.status());
    ScheduleRun();
    PoolError report;
    report.scope = PoolError::kWorker;
    report.status = spawned.status();
    report.worker = slot->id;
    Report(report);
    return false;
  }
  ++counts_.started;
  slot->worker = *std::move(spawned);
  slot->id.pid = slot->worker->pid();
  slot->started = now;
  slot->idle_since = now;
  slots_.push_back(std::move(slot));
  return true;
}

void PoolCore::RecycleWorkers(MonotonicTime now) {
  recycle_at_ = MonotonicTime::InfiniteFuture();
  const RecycleOptions& recycle = options_.recycle;
  const bool limited =
      recycle.max_resident_octets != std::numeric_limits<size_t>::max();
  const bool look = limited && now >= memory_at_;
  if (look) memory_at_ = now + recycle.memory_interval;
  for (const std::unique_ptr<PoolSlot>& slot : slots_) {
    if (slot->retiring) continue;
    if (now - slot->started >= recycle.max_age) {
      RetireSlot(slot.get());
      continue;
    }
    if (look) {
      const absl::StatusOr<size_t> octets = ResidentOctets(slot->id.pid);
      // Where nobody knows there is no limit.
      if (octets.ok() && *octets > recycle.max_resident_octets) {
        RetireSlot(slot.get());
        continue;
      }
    }
    recycle_at_ = std::min(recycle_at_, slot->started + recycle.max_age);
    if (limited) recycle_at_ = std::min(recycle_at_, memory_at_);
  }
}

void PoolCore::StopIdleWorkers(MonotonicTime now) {
  stop_at_ = MonotonicTime::InfiniteFuture();
  if (draining_) {
    if (calls_.queued() > 0) return;
    for (const std::unique_ptr<PoolSlot>& slot : slots_) RetireSlot(slot.get());
    return;
  }
  while (idle_workers() > options_.idle) {
    PoolSlot* longest = nullptr;
    for (const std::unique_ptr<PoolSlot>& slot : slots_) {
      if (slot->idle() &&
          (longest == nullptr || slot->idle_since < longest->idle_since)) {
        longest = slot.get();
      }
    }
    stop_at_ = longest->idle_since + options_.stop;
    if (now < stop_at_) return;
    stop_at_ = MonotonicTime::InfiniteFuture();
    RetireSlot(longest);
  }
}

absl::Status PoolCore::Retire(uint64_t number) {
  for (const std::unique_ptr<PoolSlot>& slot : slots_) {
    if (slot->id.number != number) continue;
    RetireSlot(slot.get());
    return absl::OkStatus();
  }
  return absl::NotFoundError(
      absl::StrCat("there is no worker ", number, " in the pool"));
}

void PoolCore::RetireAll() {
  for (const std::unique_ptr<PoolSlot>& slot : slots_) RetireSlot(slot.get());
}

void PoolCore::RetireSlot(PoolSlot* slot) {
  // One that is retiring without having been told to has failed.
  if (slot->retiring) return;
  slot->retiring = true;
  slot->told_to_end = true;
  ++counts_.retired;
  slot->worker->Drain(slot->in_flight == 0 ? options_.exit_grace
                                           : absl::InfiniteDuration());
  // Another one may be wanted in its place.
  ScheduleRun();
}

void PoolCore::Kill(PoolSlot* slot, const absl::Status& reason) {
  if (!slot->kill_reason.ok()) return;
  slot->kill_reason = reason;
  slot->retiring = true;
  slot->told_to_end = true;
  slot->worker->Terminate(options_.kill_grace);
}

void PoolCore::Report(const PoolError& error) {
  if (options_.on_error != nullptr) {
    options_.on_error(error);
  } else {
    std::fprintf(stderr, "forkrpc: %s\n",
                 std::string(error.status.message()).c_str());
  }
}

int PoolCore::live_workers() const {
  return static_cast<int>(
      std::count_if(slots_.begin(), slots_.end(),
                    [](const auto& slot) { return !slot->retiring; }));
}

int PoolCore::idle_workers() const {
  return static_cast<int>(
      std::count_if(slots_.begin(), slots_.end(),
                    [](const auto& slot) { return slot->idle(); }));
}

}  // namespace forkrpc
