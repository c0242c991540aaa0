// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Dispatcher: which call goes to which worker of a pool, and how it ends.
//
// It knows no process, loop or clock: a worker is a CallTaker, times go in, and
// the calls that have ended come out one at a time, for the caller to call back
// when everything else is in order. The oldest call goes to the least busy
// worker; one whose deadline has come is given to none. Calls no callback and
// makes none wait. One thread; memory follows the calls; a call costs the
// logarithm of the number of workers and of calls. Not for users.
//
//   dispatcher.AddWorker(worker_id, &taker);
//   auto id = dispatcher.Call("hi", options, deadline, callback, now);
//   ...
//   if (auto ended = dispatcher.OnAnswered(assignment)) {
//     ended->callback(response);
//   }

#ifndef FORKRPC_POOL_DISPATCHER_H_
#define FORKRPC_POOL_DISPATCHER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/call_callback.h"
#include "forkrpc/connection/connection.h"
#include "forkrpc/pool/pool_calls.h"
#include "forkrpc/pool/pool_options.h"
#include "forkrpc/pool/worker_load.h"

namespace forkrpc {

// A worker, as far as the Dispatcher is concerned. No function may call the
// Dispatcher.
class CallTaker {
 public:
  enum class Taken {
    kTaken,
    kFull,  // not now: it holds too much unsent
    kGone,  // never again
  };

  virtual ~CallTaker() = default;

  // Takes the request of a call, or nothing of it, and says how it calls it.
  // What comes of it is told later, by OnAnswered() or OnLost().
  virtual Taken TakeCall(Assignment assignment, absl::string_view payload,
                         CallId* call) = 0;

  // Gives a call up that nobody waits for any more, if nothing of it was
  // written: nothing will come of it. Else false, and nothing is done.
  virtual bool TakeBack(CallId call) = 0;

  // How many calls it has now.
  virtual void OnLoad(const WorkerLoad& load) = 0;
};

// A call that has ended, and for whom it must be called back.
struct EndedCall {
  PoolCallId id = 0;
  CallCallback callback;
  absl::Status status;  // OK if it was answered
  uint64_t worker = 0;  // that had it; 0 if none
};

// Invariants:
//  1. A call in calls_ is in its queue, or in_flight_ has its assignment, or
//     its deadline has come and TakeExpired() will give it.
//  2. A lane's load.in_flight counts the elements of in_flight_ that name it,
//     load.awaited those of them with a call.
//  3. rooms_ has exactly the lanes for which HasRoom() is true.
class Dispatcher {
 public:
  // `options`, checked, must outlive this object.
  explicit Dispatcher(const PoolOptions& options) : options_(options) {}

  // `taker` must live until RemoveWorker().
  void AddWorker(const PoolWorkerId& worker, CallTaker* taker);
  // It is given no more calls. Those that it is `killed` with say why.
  void CloseWorker(uint64_t worker, const absl::Status& killed = {});
  // No call may be in it any more.
  void RemoveWorker(uint64_t worker);
  const WorkerLoad& load(uint64_t worker) const {
    return lanes_.at(worker).load;
  }
  // The calls that have failed with this worker.
  const std::vector<PoolCallId>& lost_calls(uint64_t worker) const {
    return lanes_.at(worker).lost;
  }

  // Gives the call to a worker, or lets it wait. Errors, with nothing taken of
  // `callback`: ResourceExhausted if too many wait, DeadlineExceeded if its
  // deadline has passed already.
  absl::StatusOr<PoolCallId> Call(absl::string_view payload,
                                  const PoolCallOptions& options,
                                  MonotonicTime deadline,
                                  CallCallback&& callback, MonotonicTime now);

  // Gives the calls that wait to workers that have room.
  void Dispatch(MonotonicTime now);

  // The assignment has its response. None if nobody waits for it.
  std::optional<EndedCall> OnAnswered(Assignment assignment);
  // The assignment was lost with its worker because of `why`. None if nobody
  // waits for it, or if the call is to be tried again.
  std::optional<EndedCall> OnLost(Assignment assignment,
                                  const absl::Status& why, MonotonicTime now);
  // The next call whose deadline has come.
  std::optional<EndedCall> TakeExpired(MonotonicTime now);
  // The next call that waits, for whom nobody will ever be there.
  std::optional<EndedCall> TakeWaiting();
  // NotFound if it has ended.
  absl::StatusOr<EndedCall> Cancel(PoolCallId id);

  // Drops all calls with their callbacks: nobody will ever call them back.
  void Forget() { calls_ = PoolCalls(); }
  // From now on no call is tried again.
  void StopRetrying() { retrying_ = false; }
  // True once after a refusal, when there is room again.
  bool TakeRoom();

  MonotonicTime NextDeadline() const { return calls_.NextDeadline(); }
  bool empty() const { return calls_.size() == 0; }
  size_t queued() const { return calls_.queued(); }
  size_t in_flight() const { return in_flight_.size(); }
  // Whether a worker has it and has not answered.
  bool IsInFlight(Assignment assignment) const {
    return in_flight_.contains(assignment);
  }
  // Adds what this object knows.
  void AddTo(PoolStats* stats) const;

 private:
  struct Lane {
    PoolWorkerId id;
    CallTaker* taker = nullptr;
    WorkerLoad load;
    uint64_t freed = 0;   // when it was idle last, by freed_
    bool open = true;     // it gets calls
    bool full = false;    // it has refused a call, and not answered one since
    absl::Status killed;  // why, if it was
    std::vector<PoolCallId> lost;
  };
  struct InFlight {
    Lane* lane;
    PoolCallId call;  // 0 if nobody waits for it any more
    CallId sent;      // what the worker calls it
  };
  // Fewer calls first; of those with equally many the one that was idle last,
  // so that the others are idle long enough to be ended.
  using Room = std::tuple<size_t, uint64_t, Lane*>;

  bool HasRoom(const Lane& lane) const;
  static Room RoomOf(Lane* lane);
  // Changes a lane, and with it what rooms_ and its worker know of it.
  template <typename Change>
  void ChangeLane(Lane* lane, Change change);

  absl::Status WhyNotQueued(size_t payload_size) const;
  bool Assign(PoolCallId id, absl::string_view payload);
  // The assignment is over. Its lane, and the call if it is waited for.
  InFlight TakeInFlight(Assignment assignment, bool answered);
  // Nobody waits for the assignment any more. Whether its worker has given it
  // back; if not, that goes on with it.
  bool Abandon(Assignment assignment);
  EndedCall End(PoolCallId id, absl::Status status, uint64_t worker);

  const PoolOptions& options_;
  PoolCalls calls_;
  std::map<uint64_t, Lane> lanes_;  // a lane stays where it is
  absl::btree_set<Room> rooms_;
  absl::flat_hash_map<Assignment, InFlight> in_flight_;
  Assignment last_assignment_ = 0;
  uint64_t freed_ = 0;  // times that a lane has become idle
  bool retrying_ = true;
  // The smallest request that was refused since there was room.
  std::optional<size_t> refused_;
  PoolStats totals_;  // what was counted since the pool was made
};

}  // namespace forkrpc

#endif  // FORKRPC_POOL_DISPATCHER_H_
