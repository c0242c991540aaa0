// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PoolCore: what a WorkerPool does, also when its handle is gone already.
//
// Owns itself from Start() on until it has drained. What happens (a call, a
// response, a worker's end, a time) changes the state and lets Run() come from
// the loop once, which looks at everything. Otherwise as worker_pool.h says.
// Not for users.
//
//   auto core = std::make_shared<PoolCore>(std::move(options), loop);
//   core->Start();

#ifndef FORKRPC_POOL_POOL_CORE_H_
#define FORKRPC_POOL_POOL_CORE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/call_callback.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/pool/pool_calls.h"
#include "forkrpc/pool/pool_options.h"
#include "forkrpc/pool/restart_policy.h"

namespace forkrpc {

// A worker's place in the pool.
struct PoolSlot {
  bool idle() const { return in_flight == 0 && !retiring; }

  PoolWorkerId id;
  std::unique_ptr<Worker> worker;
  size_t in_flight = 0;
  uint64_t assigned = 0;
  uint64_t answered = 0;
  MonotonicTime started;
  MonotonicTime idle_since;
  bool full = false;      // it has refused a call, and not answered one since
  bool retiring = false;  // it gets no more calls
  bool told_to_end = false;
  absl::Status kill_reason;  // not OK once it is killed
  absl::Status end;          // what was wrong with its end
};

// Invariants:
//  1. A call is in the queue of calls_, or in_flight_ has its assignment.
//  2. slots_[i]->in_flight counts the elements of in_flight_ that point to it.
//  3. A slot is in slots_ until its worker is gone. A worker that was told to
//     end is retiring.
//  4. self_ is released by a task of its own, so that no function here runs
//     beyond the end of this object, whatever a callback does.
class PoolCore : public std::enable_shared_from_this<PoolCore> {
 public:
  PoolCore(PoolOptions options, EventLoop* loop);

  void Start();

  PoolCallId Call(absl::string_view payload, const PoolCallOptions& options,
                  CallCallback callback);
  absl::Status Cancel(PoolCallId id);
  absl::Status Retire(uint64_t number);
  void RetireAll();
  void Restart();
  void Drain(absl::Duration grace, absl::AnyInvocable<void(absl::Status)> done);
  PoolStats stats() const;
  std::vector<PoolWorkerInfo> workers() const;

 private:
  struct InFlight {
    PoolSlot* slot;
    PoolCallId call;  // 0 if nobody waits for it any more
  };

  // Calls: pool_core.cc.
  absl::Status WhyRefused(size_t payload_size) const;
  void DeferCallback(CallCallback callback, absl::Status status);
  void Dispatch();
  PoolSlot* FindRoom();
  bool Assign(PoolSlot* slot, PoolCallId id, absl::string_view payload);
  void OnCallEnded(Assignment assignment,
                   absl::StatusOr<absl::string_view> response);
  void OnLost(PoolSlot* slot, PoolCallId id, const absl::Status& status);
  void ExpireDeadlines(MonotonicTime now);
  void FailQueue(const absl::Status& status);

  // What is due, from the loop only.
  void ScheduleRun();
  void Run();
  void SetTimer();
  void EndDrainGrace(MonotonicTime now);
  void FinishIfDrained();

  // Workers: pool_workers.cc.
  void OnEvent(const PoolSlot& slot, absl::string_view payload);
  void OnWorkerError(PoolSlot* slot, const WorkerError& error);
  void OnWorkerGone(PoolSlot* slot);
  void OnFailure(MonotonicTime now, bool proved, const absl::Status& why);
  void FailIfBroken(MonotonicTime now);
  bool HasProvedWorker() const;
  void RecycleWorkers(MonotonicTime now);
  void StartWorkers(MonotonicTime now);
  bool StartOne(MonotonicTime now);
  void StopIdleWorkers(MonotonicTime now);
  void RetireSlot(PoolSlot* slot);
  void Kill(PoolSlot* slot, const absl::Status& reason);
  void Report(const PoolError& error);
  int live_workers() const;
  int idle_workers() const;

  EventLoop* const loop_;
  const PoolOptions options_;
  PoolCalls calls_;
  RestartPolicy restart_;
  std::vector<std::unique_ptr<PoolSlot>> slots_;
  absl::flat_hash_map<Assignment, InFlight> in_flight_;
  Assignment last_assignment_ = 0;
  uint64_t last_worker_ = 0;

  std::unique_ptr<Timer> timer_;
  MonotonicTime timer_is_at_ = MonotonicTime::InfiniteFuture();
  // When there is something to do: see SetTimer().
  MonotonicTime start_at_ = MonotonicTime::InfiniteFuture();
  MonotonicTime recycle_at_ = MonotonicTime::InfiniteFuture();
  MonotonicTime stop_at_ = MonotonicTime::InfiniteFuture();
  MonotonicTime drain_deadline_ = MonotonicTime::InfiniteFuture();
  // Since when more workers are wanted than there are.
  MonotonicTime wanted_since_ = MonotonicTime::InfiniteFuture();
  MonotonicTime memory_at_ = MonotonicTime::InfinitePast();
  bool run_due_ = false;
  bool report_broken_ = false;

  bool draining_ = false;
  bool gave_up_ = false;  // the grace is over
  bool gone_ = false;
  absl::Status drain_status_;
  std::vector<absl::AnyInvocable<void(absl::Status)>> drained_;
  size_t deferred_ = 0;  // callbacks that wait in the loop
  PoolStats counts_;     // those "since the pool was made"
  std::shared_ptr<PoolCore> self_;
};

}  // namespace forkrpc

#endif  // FORKRPC_POOL_POOL_CORE_H_
