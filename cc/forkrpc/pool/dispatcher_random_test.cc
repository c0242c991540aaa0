// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A dispatcher against a simple model, by random calls, ends and times.

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/pool/dispatcher.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

struct ModelCall {
  MonotonicTime deadline;
  bool idempotent = false;
  int attempts = 0;
  uint64_t worker = 0;  // that has it; 0: it waits
};

class RandomDispatcher {
 public:
  RandomDispatcher(const PoolOptions& options, uint32_t seed)
      : options_(options), dispatcher_(options_), random_(seed) {}

  void Step() {
    switch (Pick(9)) {
      case 0:
        if (takers_.size() < 4) AddWorker();
        break;
      case 1:
      case 2:
        Call();
        break;
      case 3:
        Cancel();
        break;
      case 4:
      case 5:
        Answer();
        break;
      case 6:
        if (!takers_.empty() && Pick(5) == 0) LoseWorker();
        break;
      case 7:
        // It may take a while until anybody looks at the deadlines.
        now_ += absl::Milliseconds(Pick(20));
        if (Pick(2) == 0) Expire();
        break;
      case 8:
        if (!takers_.empty() && Pick(4) == 0) SomeWorker()->refuses ^= true;
        break;
    }
    dispatcher_.Dispatch(now_);
    Compare();
  }

  // Everything ends, and nothing is left.
  void Finish() {
    while (!takers_.empty()) LoseWorker();
    while (std::optional<EndedCall> call = dispatcher_.TakeWaiting()) {
      End(*call);
    }
    now_ += absl::Hours(1);
    Expire();
    EXPECT_TRUE(dispatcher_.empty());
    EXPECT_TRUE(calls_.empty());
  }

 private:
  struct Taker : public CallTaker {
    Taken TakeCall(Assignment assignment, absl::string_view payload,
                   CallId* call) override {
      *call = static_cast<CallId>(assignment);
      return owner->Take(this, assignment, payload);
    }
    // Some of the last that it was given is not written yet.
    bool TakeBack(CallId call) override {
      if (owner->Pick(2) == 0 || has.rbegin()->first != call) return false;
      owner->calls_.at(has.at(call)).worker = 0;
      has.erase(call);
      --assigned;
      full = false;
      return true;
    }
    void OnLoad(const WorkerLoad& now) override { load = now; }

    RandomDispatcher* owner = nullptr;
    uint64_t number = 0;
    bool refuses = false;
    bool full = false;  // has refused since it answered
    WorkerLoad load;
    std::map<Assignment, PoolCallId> has;  // 0: nobody waits for it
    uint64_t assigned = 0;
    uint64_t answered = 0;
  };

  int Pick(int below) {
    return std::uniform_int_distribution<int>(0, below - 1)(random_);
  }

  // The payload of a call is its id as it will be.
  CallTaker::Taken Take(Taker* taker, Assignment assignment,
                        absl::string_view payload) {
    PoolCallId id = 0;
    EXPECT_TRUE(absl::SimpleAtoi(payload, &id));
    ModelCall& call = calls_.at(id);
    EXPECT_GT(call.deadline, now_) << "an expired call reaches a worker";
    EXPECT_EQ(call.worker, 0u) << "a call is in two workers";
    EXPECT_TRUE(HasRoom(*taker));
    for (const auto& [number, other] : takers_) {
      if (!HasRoom(*other)) continue;
      EXPECT_LE(taker->has.size(), other->has.size()) << "not the least busy";
    }
    for (const auto& [older, model] : calls_) {
      if (older >= id) break;
      EXPECT_TRUE(model.worker != 0 || model.deadline <= now_)
          << "an older call waits";
    }
    if (taker->refuses) {
      taker->full = true;
      return CallTaker::Taken::kFull;
    }
    call.worker = taker->number;
    ++call.attempts;
    ++taker->assigned;
    taker->has[assignment] = id;
    return CallTaker::Taken::kTaken;
  }

  static size_t Awaited(const Taker& taker) {
    return static_cast<size_t>(
        std::count_if(taker.has.begin(), taker.has.end(),
                      [](const auto& has) { return has.second != 0; }));
  }
  bool HasRoom(const Taker& taker) const {
    const bool hung = !taker.has.empty() && Awaited(taker) == 0;
    return !taker.full && !hung &&
           taker.has.size() < static_cast<size_t>(options_.load);
  }
  Taker* SomeWorker() {
    auto worker = takers_.begin();
    std::advance(worker, Pick(static_cast<int>(takers_.size())));
    return worker->second.get();
  }

  void AddWorker() {
    auto taker = std::make_unique<Taker>();
    taker->owner = this;
    taker->number = ++last_worker_;
    const PoolWorkerId id{last_worker_, 1};
    Taker* const raw = taker.get();
    takers_[last_worker_] = std::move(taker);
    dispatcher_.AddWorker(id, raw);
  }

  void Call() {
    const PoolCallId id = last_call_ + 1;
    ModelCall call;
    call.idempotent = Pick(2) == 0;
    call.deadline = Pick(2) == 0 ? MonotonicTime::InfiniteFuture()
                                 : now_ + absl::Milliseconds(Pick(100) - 5);
    PoolCallOptions options;
    options.idempotent = call.idempotent;
    calls_[id] = call;
    // What is tried again is not refused, so there may be more.
    const bool full = dispatcher_.queued() >= options_.max_queue;
    const absl::StatusOr<PoolCallId> made = dispatcher_.Call(
        absl::StrCat(id), options, call.deadline, [](auto) {}, now_);
    if (made.ok()) {
      EXPECT_EQ(*made, id);
      last_call_ = id;
      return;
    }
    EXPECT_EQ(absl::IsDeadlineExceeded(made.status()), call.deadline <= now_);
    EXPECT_EQ(absl::IsResourceExhausted(made.status()),
              call.deadline > now_ && full)
        << made.status();
    calls_.erase(id);
  }

  void Cancel() {
    if (last_call_ == 0) return;
    const PoolCallId id = static_cast<PoolCallId>(
        1 + Pick(static_cast<int>(std::min<PoolCallId>(last_call_, 1000000))));
    const bool there = calls_.count(id) > 0;
    absl::StatusOr<EndedCall> ended = dispatcher_.Cancel(id);
    EXPECT_EQ(ended.ok(), there);
    if (ended.ok()) Abandon(*ended);
  }

  void Answer() {
    if (takers_.empty()) return;
    Taker* const taker = SomeWorker();
    if (taker->has.empty()) return;
    const auto [assignment, id] = *taker->has.begin();
    taker->has.erase(taker->has.begin());
    taker->full = false;
    ++taker->answered;
    const std::optional<EndedCall> ended = dispatcher_.OnAnswered(assignment);
    EXPECT_EQ(ended.has_value(), id != 0);
    if (ended.has_value()) {
      EXPECT_EQ(ended->id, id);
      End(*ended);
    }
    EXPECT_FALSE(dispatcher_.OnAnswered(assignment).has_value());
  }

  void LoseWorker() {
    Taker* const taker = SomeWorker();
    const uint64_t number = taker->number;
    dispatcher_.CloseWorker(number);
    std::vector<PoolCallId> lost;
    for (const auto& [assignment, id] : taker->has) {
      const std::optional<EndedCall> ended = dispatcher_.OnLost(
          assignment, absl::UnavailableError("it fell over"), now_);
      if (id == 0) {
        EXPECT_FALSE(ended.has_value());
        continue;
      }
      ModelCall& call = calls_.at(id);
      const bool again = call.idempotent && call.deadline > now_ &&
                         call.attempts < options_.max_attempts;
      EXPECT_EQ(ended.has_value(), !again);
      call.worker = 0;
      if (!ended.has_value()) continue;
      lost.push_back(id);
      End(*ended);
    }
    EXPECT_EQ(dispatcher_.lost_calls(number), lost);
    dispatcher_.RemoveWorker(number);
    takers_.erase(number);
  }

  void Expire() {
    while (std::optional<EndedCall> call = dispatcher_.TakeExpired(now_)) {
      EXPECT_LE(calls_.at(call->id).deadline, now_);
      EXPECT_EQ(calls_.at(call->id).worker, call->worker);
      Abandon(*call);
    }
    for (const auto& [id, call] : calls_) EXPECT_GT(call.deadline, now_);
  }

  // Its worker goes on with it, unless it has given it back.
  void Abandon(const EndedCall& ended) {
    const uint64_t worker = calls_.at(ended.id).worker;
    if (worker != 0) {
      for (auto& [assignment, id] : takers_.at(worker)->has) {
        if (id == ended.id) id = 0;
      }
    }
    End(ended);
  }

  void End(const EndedCall& ended) {
    EXPECT_TRUE(ended.callback != nullptr);
    EXPECT_EQ(calls_.erase(ended.id), 1u) << "it has ended twice";
  }

  void Compare() {
    size_t waiting = 0;
    MonotonicTime next = MonotonicTime::InfiniteFuture();
    for (const auto& [id, call] : calls_) {
      waiting += call.worker == 0 && call.deadline > now_;
      next = std::min(next, call.deadline);
    }
    EXPECT_EQ(dispatcher_.NextDeadline(), next);
    size_t in_flight = 0;
    for (const auto& [number, taker] : takers_) {
      in_flight += taker->has.size();
      EXPECT_EQ(taker->load.in_flight, taker->has.size());
      EXPECT_EQ(taker->load.awaited, Awaited(*taker));
      EXPECT_EQ(taker->load.assigned, taker->assigned);
      EXPECT_EQ(taker->load.answered, taker->answered);
      EXPECT_FALSE(waiting > 0 && HasRoom(*taker)) << "a call waits for none";
    }
    EXPECT_EQ(dispatcher_.in_flight(), in_flight);
    EXPECT_GE(dispatcher_.queued(), waiting);
    EXPECT_EQ(dispatcher_.empty(), calls_.empty());
  }

  const PoolOptions options_;
  Dispatcher dispatcher_;
  std::minstd_rand random_;
  MonotonicTime now_ = MonotonicTime() + absl::Hours(1);
  std::map<PoolCallId, ModelCall> calls_;  // that have not ended
  std::map<uint64_t, std::unique_ptr<Taker>> takers_;
  uint64_t last_worker_ = 0;
  PoolCallId last_call_ = 0;
};

TEST(DispatcherRandomTest, DoesWhatTheModelDoes) {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    PoolOptions options;
    options.load = 1 + static_cast<int>(seed % 4);
    options.max_attempts = 1 + static_cast<int>(seed % 3);
    if (seed % 5 == 0) options.max_queue = 5;
    RandomDispatcher random(options, seed);
    for (int step = 0; step < 500; ++step) {
      random.Step();
      if (HasFailure()) FAIL() << "in step " << step;
    }
    random.Finish();
    if (HasFailure()) FAIL() << "at the end";
  }
}

}  // namespace
}  // namespace forkrpc
