// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// PoolCore: what a WorkerPool does, also when its handle is gone already.
//
// Carries out with Workers on a loop what the WorkerSet decides and the
// Dispatcher assigns. Owns itself from Start() on until it has drained. What
// happens (a call, a response, a worker's end, a time) is told to those two and
// lets Run() come from the loop once. A user's callback is called when all else
// is in order: if an exception leaves it, the next Run() goes on. Otherwise as
// worker_pool.h says. Not for users.
//
//   auto core = std::make_shared<PoolCore>(std::move(options), loop);
//   core->Start();

#ifndef FORKRPC_POOL_POOL_CORE_H_
#define FORKRPC_POOL_POOL_CORE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/call_callback.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/event_loop/event_loop.h"
#include "forkrpc/pool/dispatcher.h"
#include "forkrpc/pool/pool_options.h"
#include "forkrpc/pool/worker_set.h"

namespace forkrpc {

// Invariants:
//  1. A worker is in members_ and in set_ from its start until it is gone, in
//     dispatcher_ too.
//  2. Whenever the loop waits, each worker that serves and has room has calls,
//     or none wait; no decision of set_ is due; and the timer is set.
//  3. self_ is released by a task of its own, so that no function here runs
//     beyond the end of this object, whatever a callback does.
class PoolCore : public std::enable_shared_from_this<PoolCore> {
 public:
  PoolCore(PoolOptions options, EventLoop* loop);

  void Start();

  PoolCallId Call(absl::string_view payload, const PoolCallOptions& options,
                  CallCallback callback);
  absl::Status Cancel(PoolCallId id);
  absl::Status Retire(uint64_t worker);
  void RetireAll();
  void Restart();
  void Drain(absl::Duration grace, absl::AnyInvocable<void(absl::Status)> done);
  PoolStats stats() const;
  std::vector<PoolWorkerInfo> workers() const;
  std::vector<PoolLauncherInfo> launchers() const;

 private:
  // A worker, its process and what is known of its end.
  class Member : public CallTaker {
   public:
    explicit Member(PoolCore* core) : core_(core) {}
    Taken TakeCall(Assignment assignment, absl::string_view payload,
                   CallId* call) override;
    bool TakeBack(CallId call) override;
    void OnLoad(const WorkerLoad& load) override;

    PoolWorkerId id;
    std::string launcher;  // its name, where there are several
    std::unique_ptr<Worker> worker;
    absl::Status tell;  // not OK if the user must be told of its end

   private:
    PoolCore* const core_;
  };
  enum class State { kServing, kDraining, kGaveUp, kGone };

  absl::Status WhyRefused(size_t payload_size, MonotonicTime now) const;
  void DeferCallback(CallCallback callback, absl::Status status);
  void OnCallEnded(uint64_t worker, Assignment assignment,
                   absl::StatusOr<absl::string_view> response);
  void CallBack(EndedCall call);

  // What is due, from the loop only.
  void ScheduleRun();
  void Run();
  void SetTimer();
  void ExpireDeadlines(MonotonicTime now);
  void FailWaiting(MonotonicTime now);
  void Act(MonotonicTime now);
  void CarryOut(const WorkerDecision& decision, MonotonicTime now);
  void EndGrace(MonotonicTime now);
  void FinishIfDrained();
  void OnLoopEnd();

  void StartWorker(const WorkerDecision& start, MonotonicTime now);
  void OnEvent(const Member& member, absl::string_view payload);
  void OnWorkerError(const Member& member, const WorkerError& error);
  void OnWorkerGone(uint64_t worker);
  void Report(PoolError error);

  EventLoop* loop_;  // null once the loop is gone
  const PoolOptions options_;
  WorkerSet set_;
  Dispatcher dispatcher_;
  std::map<uint64_t, Member> members_;

  std::unique_ptr<EndWatch> end_watch_;
  std::unique_ptr<Timer> timer_;
  MonotonicTime timer_is_at_ = MonotonicTime::InfiniteFuture();
  bool run_due_ = false;

  State state_ = State::kServing;
  MonotonicTime drain_deadline_ = MonotonicTime::InfiniteFuture();
  absl::Status gave_up_;       // why, once the grace is over
  absl::Status drain_status_;  // the first thing that was not as it should be
  std::deque<absl::AnyInvocable<void(absl::Status)>> drained_;
  size_t deferred_ = 0;  // callbacks that wait in the loop
  uint64_t dropped_events_ = 0;
  std::shared_ptr<PoolCore> self_;
};

}  // namespace forkrpc

#endif  // FORKRPC_POOL_POOL_CORE_H_
