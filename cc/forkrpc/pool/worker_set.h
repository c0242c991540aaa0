// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WorkerSet: which processes a pool has, and what must become of them.
//
// It knows no process, loop or clock: facts and times go in, and decisions come
// out by pulling, until there is none left for that time. Who pulls a decision
// carries it out and tells what came of it as the next fact. What it counts are
// processes: a worker has its place from its start until it is gone and reaped,
// whatever it does meanwhile, and there are never more than max_processes. No
// start is exempt from RestartPolicy. One thread; memory follows the number of
// processes; each fact costs the logarithm of that. Not for users.
//
//   set.SetWaiting(true);
//   while (std::optional<WorkerDecision> decision = set.Next(now)) {
//     if (decision->kind == WorkerDecision::kStart) {
//       Start(decision->worker);
//       set.OnStarted(decision->worker, now);
//     }
//     ...
//   }
//   timer->Set(set.NextTime());

#ifndef FORKRPC_POOL_WORKER_SET_H_
#define FORKRPC_POOL_WORKER_SET_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/pool/launcher_set.h"
#include "forkrpc/pool/pool_options.h"
#include "forkrpc/pool/worker_load.h"

namespace forkrpc {

// What must be done, with the worker of that number.
struct WorkerDecision {
  enum Kind {
    kStart,     // start it; then OnStarted() or OnStartFailed(), before Next()
    kMeasure,   // look how much memory it has; then OnMemory()
    kDrain,     // give it no more calls; it is to end, at most `grace` later
    kKill,      // SIGTERM, after `grace` SIGKILL; `why` is for its calls
    kTellLoop,  // tell the user of a crash loop: `why`; `worker` is 0
    kTellLauncher  // the same, of one of several launchers
  };
  Kind kind;
  uint64_t worker = 0;
  absl::Duration grace = absl::InfiniteDuration();
  absl::Status why = absl::OkStatus();
  // Nobody but the pool wanted this kill: the user must hear of it.
  bool tell = false;
  size_t launcher = 0;  // kStart: by which; kTellLauncher: of which
};

// Invariants:
//  1. Each worker is in slots_ from OnStarted() to OnGone(), and there are at
//     most max_processes, of which at most max are serving.
//  2. counts_, idle_, hung_, proved_ and due_ say of all slots what each slot
//     says: Index() and Unindex() are the only functions that change them.
//  3. launchers_ know how many of each are serving.
//  4. A slot goes from kServing to kRetiring to kDying, and never back.
class WorkerSet {
 public:
  // `options`, checked, must outlive this object.
  WorkerSet(const PoolOptions& options, uint64_t jitter_seed);

  // Whether calls wait that no worker has room for.
  void SetWaiting(bool waiting) { waiting_ = waiting; }
  // No more calls will be made: once none waits all workers are retired, and
  // may take as long as they want.
  void StartDraining() { draining_ = true; }
  // All are killed because of `why`, and none is started any more.
  void GiveUp(const absl::Status& why);

  void OnStarted(uint64_t worker, MonotonicTime now);
  void OnStartFailed(const absl::Status& why, MonotonicTime now);
  void OnMemory(uint64_t worker, size_t octets, MonotonicTime now);
  void OnLoad(uint64_t worker, const WorkerLoad& load, MonotonicTime now);
  // It was not told to end, and is ending because of `why`. It may be told
  // again and again.
  void OnFailure(uint64_t worker, const absl::Status& why, MonotonicTime now);
  // It is gone and reaped.
  void OnGone(uint64_t worker, MonotonicTime now);

  // NotFound if there is no such worker.
  absl::Status Retire(uint64_t worker, MonotonicTime now);
  void RetireAll(MonotonicTime now);
  // Kills it because of `why`; without effect if it is dying already.
  void Kill(uint64_t worker, const absl::Status& why, MonotonicTime now);
  // Somebody has mended what was wrong.
  void Restart() { launchers_.Restart(); }

  // The next thing to do at `now`, none if there is none.
  std::optional<WorkerDecision> Next(MonotonicTime now);
  // When there may be something to do if no other fact comes; right after
  // Next() has returned none.
  MonotonicTime NextTime() const;

  // Not OK if none will be started for a while and none that has proved itself
  // serves: what waits must fail.
  absl::Status Broken(MonotonicTime now) const;

  WorkerState state(uint64_t worker) const { return slots_.at(worker).state; }
  size_t launcher(uint64_t worker) const { return slots_.at(worker).launcher; }
  const LauncherSet& launchers() const { return launchers_; }
  size_t processes() const { return slots_.size(); }
  // Adds what this object knows.
  void AddTo(PoolStats* stats) const;

 private:
  struct Slot {
    uint64_t number = 0;
    size_t launcher = 0;
    WorkerState state = WorkerState::kServing;
    WorkerLoad load;
    MonotonicTime started;
    MonotonicTime measured;  // when its memory was looked at
    MonotonicTime retired;   // kRetiring: when retire_grace began, if it did
    // Since when it has been idle, or hung without an answer.
    MonotonicTime since;
    bool settled = false;  // launchers_ know of its failure
  };
  // Why a worker is retired, as far as it makes a difference to launchers_.
  enum class Reason {
    kCalls,    // it has had its calls
    kLimit,    // its age or its memory
    kOrdered,  // somebody wants it so, or there is nothing to do
    kDrained,  // the pool has no more calls: retire_grace does not hold
  };

  void Index(const Slot& slot);
  void Unindex(const Slot& slot);
  MonotonicTime DueTime(const Slot& slot) const;
  Slot* FindSlot(uint64_t worker);

  void ActOn(Slot* slot, MonotonicTime now);
  void RetireSlot(Slot* slot, Reason reason, const absl::Status& why,
                  MonotonicTime now);
  void KillSlot(Slot* slot, const absl::Status& why, bool tell,
                MonotonicTime now);
  void EndSpare(MonotonicTime now);
  std::optional<WorkerDecision> TellOfLauncher(MonotonicTime now);
  void Settle(Slot* slot, const absl::Status& why, MonotonicTime now);
  void Fail(size_t launcher, bool proved, const absl::Status& why,
            MonotonicTime now);

  bool WantsMore() const;
  bool MayStart() const;
  MonotonicTime StartTime() const;
  MonotonicTime StopTime() const;
  size_t count(WorkerState state) const {
    return counts_[static_cast<size_t>(state)];
  }

  const PoolOptions& options_;
  const size_t max_processes_;
  LauncherSet launchers_;

  bool waiting_ = false;
  bool draining_ = false;
  bool gave_up_ = false;
  std::deque<size_t> tell_;        // launchers that are left alone from now on
  bool told_of_launcher_ = false;  // the first of tell_, not yet of the pool
  size_t starting_ = 0;            // the launcher of the last kStart
  // Since when more workers are wanted than there are.
  MonotonicTime wanted_since_ = MonotonicTime::InfiniteFuture();

  std::map<uint64_t, Slot> slots_;
  uint64_t last_worker_ = 0;
  size_t counts_[3] = {0, 0, 0};  // by WorkerState
  size_t hung_ = 0;               // not those that are dying
  size_t proved_ = 0;             // serving, and have answered a call
  // Serving and idle: since when, and which.
  absl::btree_set<std::pair<MonotonicTime, uint64_t>> idle_;
  // When which must be looked at because of its age and the like.
  absl::btree_set<std::pair<MonotonicTime, uint64_t>> due_;
  std::deque<WorkerDecision> decided_;
  PoolStats totals_;  // what was counted since the pool was made
};

}  // namespace forkrpc

#endif  // FORKRPC_POOL_WORKER_SET_H_
