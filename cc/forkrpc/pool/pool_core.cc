// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/pool_core.h"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/pool/process_memory.h"
#include "forkrpc/process/stderr_line.h"

namespace forkrpc {
namespace {

// A status names so many of the calls that were lost.
constexpr size_t kNamedCalls = 10;

uint64_t JitterSeed(uint64_t wanted) {
  if (wanted != 0) return wanted;
  return static_cast<uint64_t>(
             absl::ToInt64Nanoseconds(MonotonicNow().since_epoch())) ^
         (static_cast<uint64_t>(getpid()) << 32);
}

std::string Name(const PoolWorkerId& id) {
  return absl::StrCat("worker ", id.number, " (pid ", id.pid, ") of the pool");
}

absl::Status Prefixed(absl::string_view prefix, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(prefix, status.message()));
}

}  // namespace

CallTaker::Taken PoolCore::Member::TakeCall(Assignment assignment,
                                            absl::string_view payload,
                                            CallId* call) {
  *call =
      worker->Call(payload, [core = core_, number = id.number, assignment](
                                absl::StatusOr<absl::string_view> response) {
        core->OnCallEnded(number, assignment, std::move(response));
      });
  if (*call != 0) return Taken::kTaken;
  if (worker->in_flight() > 0) return Taken::kFull;
  // It refuses though it has nothing: it is about to be seen as gone.
  core_->set_.OnFailure(
      id.number,
      absl::UnavailableError(absl::StrCat(
          Name(id), " takes no calls any more: its wire has ended")),
      MonotonicNow());
  return Taken::kGone;
}

bool PoolCore::Member::TakeBack(CallId call) {
  return worker != nullptr && worker->CancelUnsent(call);
}

void PoolCore::Member::OnLoad(const WorkerLoad& load) {
  core_->set_.OnLoad(id.number, load, MonotonicNow());
  core_->ScheduleRun();
}

PoolCore::PoolCore(PoolOptions options, EventLoop* loop)
    : loop_(loop),
      options_(std::move(options)),
      set_(options_, JitterSeed(options_.jitter_seed)),
      dispatcher_(options_) {}

void PoolCore::Start() {
  self_ = shared_from_this();
  end_watch_ = loop_->WatchEnd([this] { OnLoopEnd(); });
  timer_ = loop_->MakeTimer([this] {
    timer_is_at_ = MonotonicTime::InfiniteFuture();
    Run();
  });
  ScheduleRun();
}

PoolCallId PoolCore::Call(absl::string_view payload,
                          const PoolCallOptions& options,
                          CallCallback callback) {
  const MonotonicTime now = MonotonicNow();
  absl::Status refused = WhyRefused(payload.size(), now);
  if (refused.ok()) {
    const absl::StatusOr<PoolCallId> call = dispatcher_.Call(
        payload, options, std::min(options.deadline, now + options.timeout),
        std::move(callback), now);
    ScheduleRun();
    if (call.ok()) return *call;
    refused = call.status();
  }
  // An error has taken nothing of it.
  // NOLINTNEXTLINE(bugprone-use-after-move)
  DeferCallback(std::move(callback), std::move(refused));
  return 0;
}

absl::Status PoolCore::WhyRefused(size_t payload_size,
                                  MonotonicTime now) const {
  if (state_ != State::kServing) {
    return absl::FailedPreconditionError(
        "the pool is draining: it takes no more calls");
  }
  const size_t max_payload = options_.connection.limits.max_payload;
  if (payload_size > max_payload) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "a request has ", payload_size, " octets, the limit is ", max_payload));
  }
  return set_.Broken(now);
}

void PoolCore::DeferCallback(CallCallback callback, absl::Status status) {
  if (loop_ == nullptr) return;
  ++deferred_;
  loop_->Defer([core = shared_from_this(), callback = std::move(callback),
                status = std::move(status)]() mutable {
    --core->deferred_;
    core->ScheduleRun();
    callback(std::move(status));
  });
}

absl::Status PoolCore::Cancel(PoolCallId id) {
  absl::StatusOr<EndedCall> ended = dispatcher_.Cancel(id);
  if (!ended.ok()) return ended.status();
  DeferCallback(std::move(ended->callback), ended->status);
  return absl::OkStatus();
}

void PoolCore::OnCallEnded(uint64_t worker, Assignment assignment,
                           absl::StatusOr<absl::string_view> response) {
  ScheduleRun();
  const MonotonicTime now = MonotonicNow();
  if (response.ok()) {
    std::optional<EndedCall> call = dispatcher_.OnAnswered(assignment);
    // The worker need not wait for what the callback does.
    dispatcher_.Dispatch(now);
    if (call.has_value()) call->callback(std::move(response));
    return;
  }
  // It was refused, or taken back.
  if (!dispatcher_.IsInFlight(assignment)) return;
  dispatcher_.CloseWorker(worker);
  set_.OnFailure(worker, response.status(), now);
  std::optional<EndedCall> call =
      dispatcher_.OnLost(assignment, response.status(), now);
  if (call.has_value()) CallBack(*std::move(call));
}

// It was not answered.
void PoolCore::CallBack(EndedCall call) {
  if (state_ != State::kServing) drain_status_.Update(call.status);
  call.callback(std::move(call.status));
}

void PoolCore::ScheduleRun() {
  if (run_due_ || state_ == State::kGone) return;
  run_due_ = true;
  loop_->Defer([weak = weak_from_this()] {
    const std::shared_ptr<PoolCore> core = weak.lock();
    if (core != nullptr) core->Run();
  });
}

void PoolCore::Run() {
  run_due_ = false;
  if (state_ == State::kGone) return;
  // If an exception of a user's callback leaves this, the rest comes later.
  auto rest = absl::MakeCleanup([this] { ScheduleRun(); });
  const MonotonicTime now = MonotonicNow();
  ExpireDeadlines(now);
  EndGrace(now);
  FailWaiting(now);
  Act(now);
  if (dispatcher_.TakeRoom() && options_.on_room != nullptr) {
    options_.on_room();
  }
  FinishIfDrained();
  SetTimer();
  std::move(rest).Cancel();
}

void PoolCore::SetTimer() {
  if (state_ == State::kGone) return;
  const MonotonicTime next =
      std::min({dispatcher_.NextDeadline(), set_.NextTime(), drain_deadline_});
  if (next == timer_is_at_) return;
  timer_is_at_ = next;
  timer_->Set(next);
}

void PoolCore::ExpireDeadlines(MonotonicTime now) {
  while (std::optional<EndedCall> call = dispatcher_.TakeExpired(now)) {
    std::string text(call->status.message());
    if (call->worker == 0) {
      const PoolStats stats = this->stats();
      absl::StrAppend(&text, "; there are ", stats.serving, ", of which ",
                      stats.hung, " are hung, the limit is ", options_.max);
    } else if (options_.kill_on_deadline) {
      const absl::Status why = absl::UnavailableError(
          absl::StrCat("call ", call->id, " had exceeded its deadline"));
      dispatcher_.CloseWorker(call->worker, why);
      set_.Kill(call->worker, why, now);
      absl::StrAppend(&text, "; the worker is killed");
    }
    call->callback(absl::Status(call->status.code(), text));
  }
}

// What waits, where nobody will come.
void PoolCore::FailWaiting(MonotonicTime now) {
  for (;;) {
    // Looked at again: a callback may end a pause, and call again.
    const absl::Status why = gave_up_.ok() ? set_.Broken(now) : gave_up_;
    if (why.ok()) return;
    std::optional<EndedCall> call = dispatcher_.TakeWaiting();
    if (!call.has_value()) return;
    call->status = why;
    CallBack(*std::move(call));
  }
}

void PoolCore::Act(MonotonicTime now) {
  for (;;) {
    dispatcher_.Dispatch(now);
    set_.SetWaiting(dispatcher_.queued() > 0);
    const std::optional<WorkerDecision> decision = set_.Next(now);
    if (!decision.has_value()) return;
    CarryOut(*decision, now);
  }
}

void PoolCore::CarryOut(const WorkerDecision& decision, MonotonicTime now) {
  if (decision.kind == WorkerDecision::kStart) {
    return StartWorker(decision, now);
  }
  if (decision.kind == WorkerDecision::kTellLoop) {
    FailWaiting(now);
  }
  if (decision.kind == WorkerDecision::kTellLoop ||
      decision.kind == WorkerDecision::kTellLauncher) {
    PoolError error;
    error.scope = PoolError::kPool;
    if (decision.kind == WorkerDecision::kTellLauncher) {
      error.scope = PoolError::kLauncher;
      error.launcher = set_.launchers().name(decision.launcher);
    }
    error.status = decision.why;
    return Report(std::move(error));
  }
  const auto found = members_.find(decision.worker);
  if (found == members_.end()) return;
  Member& member = found->second;
  if (decision.kind == WorkerDecision::kMeasure) {
    const absl::StatusOr<size_t> octets = ResidentOctets(member.id.pid);
    // Where nobody knows there is no limit.
    if (octets.ok()) set_.OnMemory(decision.worker, *octets, now);
    return;
  }
  dispatcher_.CloseWorker(decision.worker, decision.why);
  if (decision.kind == WorkerDecision::kDrain) {
    member.worker->Drain(decision.grace);
    return;
  }
  if (decision.tell) {
    member.tell =
        Prefixed(absl::StrCat(Name(member.id), " was killed: "), decision.why);
  }
  member.worker->Terminate(decision.grace);
}

void PoolCore::Restart() {
  set_.Restart();
  ScheduleRun();
}

absl::Status PoolCore::Retire(uint64_t worker) {
  ScheduleRun();
  dispatcher_.CloseWorker(worker);
  return set_.Retire(worker, MonotonicNow());
}

void PoolCore::RetireAll() {
  ScheduleRun();
  for (const auto& [number, member] : members_) {
    dispatcher_.CloseWorker(number);
  }
  set_.RetireAll(MonotonicNow());
}

void PoolCore::StartWorker(const WorkerDecision& start, MonotonicTime now) {
  const uint64_t number = start.worker;
  const PoolLauncher* const launcher =
      options_.launchers.empty() ? nullptr
                                 : &options_.launchers[start.launcher];
  Member& member = members_.try_emplace(number, this).first->second;
  member.id.number = number;
  WorkerOptions worker;
  worker.connection = options_.connection;
  worker.drain = options_.drain;
  if (launcher != nullptr) {
    member.launcher = set_.launchers().name(start.launcher);
    if (launcher->drain.has_value()) worker.drain = *launcher->drain;
  }
  worker.exit_grace = options_.exit_grace;
  worker.on_event = [this, &member](absl::string_view payload) {
    OnEvent(member, payload);
  };
  worker.on_error = [this, &member](const WorkerError& error) {
    OnWorkerError(member, error);
  };
  worker.on_destroy = [this, number] { OnWorkerGone(number); };
  SpawnOptions program =
      launcher == nullptr ? options_.program : launcher->program;
  if (options_.on_stderr != nullptr) {
    program.on_stderr = [this, &member](absl::string_view line) {
      options_.on_stderr(PoolWorkerId(member.id), line);
    };
  }
  auto spawned = Worker::Spawn(program, std::move(worker), loop_);
  if (!spawned.ok()) {
    PoolError error;
    error.scope = PoolError::kWorker;
    error.launcher = member.launcher;
    members_.erase(number);
    set_.OnStartFailed(spawned.status(), now);
    error.status = spawned.status();
    error.worker.number = number;
    return Report(std::move(error));
  }
  member.worker = *std::move(spawned);
  member.id.pid = member.worker->pid();
  set_.OnStarted(number, now);
  dispatcher_.AddWorker(member.id, &member);
}

void PoolCore::OnEvent(const Member& member, absl::string_view payload) {
  if (options_.on_event == nullptr) {
    ++dropped_events_;
    return;
  }
  options_.on_event(PoolWorkerId(member.id), payload);
}

void PoolCore::OnWorkerError(const Member& member, const WorkerError& error) {
  // One that is retiring has been told to end: that it does not end well is
  // reported, but others need not be held back for it.
  if (set_.state(member.id.number) == WorkerState::kServing) {
    set_.OnFailure(member.id.number, error.status, MonotonicNow());
  }
  PoolError report;
  report.scope = PoolError::kWorker;
  report.status =
      Prefixed(absl::StrCat("worker ", member.id.number, " of the pool: "),
               error.status);
  report.worker = member.id;
  report.launcher = member.launcher;
  report.exit_status = error.exit_status;
  report.stderr_tail = error.stderr_tail;
  report.lost_calls = dispatcher_.lost_calls(member.id.number);
  if (state_ != State::kServing) drain_status_.Update(report.status);
  Report(std::move(report));
}

void PoolCore::OnWorkerGone(uint64_t worker) {
  ScheduleRun();
  const auto found = members_.find(worker);
  PoolError report;
  report.scope = PoolError::kWorker;
  report.status = std::move(found->second.tell);
  report.worker = found->second.id;
  report.launcher = found->second.launcher;
  report.lost_calls = dispatcher_.lost_calls(worker);
  const std::unique_ptr<Worker> gone = std::move(found->second.worker);
  set_.OnGone(worker, MonotonicNow());
  dispatcher_.RemoveWorker(worker);
  members_.erase(found);
  if (!report.status.ok()) Report(std::move(report));
}

void PoolCore::Report(PoolError error) {
  if (!error.lost_calls.empty()) {
    const std::vector<PoolCallId>& lost = error.lost_calls;
    const size_t named = std::min(lost.size(), kNamedCalls);
    error.status = absl::Status(
        error.status.code(),
        absl::StrCat(error.status.message(), "; ", lost.size(),
                     " calls were lost with it: ",
                     absl::StrJoin(lost.begin(), lost.begin() + named, ", "),
                     named < lost.size() ? ", ..." : ""));
  }
  if (options_.on_error != nullptr) {
    options_.on_error(error);
  } else {
    WriteStderrLine(error.status.message());
  }
}

void PoolCore::Drain(absl::Duration grace,
                     absl::AnyInvocable<void(absl::Status)> done) {
  if (state_ == State::kGone) {
    if (done == nullptr || loop_ == nullptr) return;
    loop_->Defer([core = shared_from_this(), done = std::move(done)]() mutable {
      done(core->drain_status_);
    });
    return;
  }
  if (done != nullptr) drained_.push_back(std::move(done));
  ScheduleRun();
  if (state_ == State::kGaveUp) return;
  state_ = State::kDraining;
  set_.StartDraining();
  drain_deadline_ = std::min(drain_deadline_, MonotonicNow() + grace);
}

void PoolCore::EndGrace(MonotonicTime now) {
  if (now < drain_deadline_) return;
  // There is nothing left to be late.
  if (members_.empty() && dispatcher_.empty()) return;
  drain_deadline_ = MonotonicTime::InfiniteFuture();
  state_ = State::kGaveUp;
  gave_up_ = absl::DeadlineExceededError(absl::StrCat(
      "the pool has not drained in the time it was given: ",
      dispatcher_.queued(), " calls wait, ", dispatcher_.in_flight(),
      " are in ", members_.size(), " workers"));
  drain_status_.Update(gave_up_);
  dispatcher_.StopRetrying();
  set_.GiveUp(gave_up_);
}

void PoolCore::FinishIfDrained() {
  if (state_ != State::kDraining && state_ != State::kGaveUp) return;
  // A callback may ask for more: to be told again, or a call, now refused.
  while (members_.empty() && dispatcher_.empty() && deferred_ == 0) {
    if (drained_.empty()) {
      state_ = State::kGone;
      timer_ = nullptr;
      end_watch_ = nullptr;
      loop_->Defer([self = std::move(self_)] {});
      if (options_.on_destroy != nullptr) options_.on_destroy();
      return;
    }
    auto done = std::move(drained_.front());
    drained_.pop_front();
    done(drain_status_);
  }
}

// The loop is being destroyed with the pool in it: nobody can be called back
// any more. The workers, which are told after this, end their processes.
void PoolCore::OnLoopEnd() {
  const std::shared_ptr<PoolCore> keep = std::move(self_);
  state_ = State::kGone;
  loop_ = nullptr;
  timer_ = nullptr;
  end_watch_ = nullptr;
  dispatcher_.Forget();
  drained_.clear();
  for (auto& [number, member] : members_) member.worker = nullptr;
}

PoolStats PoolCore::stats() const {
  PoolStats stats;
  set_.AddTo(&stats);
  dispatcher_.AddTo(&stats);
  stats.dropped_events = dropped_events_;
  return stats;
}

std::vector<PoolLauncherInfo> PoolCore::launchers() const {
  return set_.launchers().Describe(MonotonicNow());
}

std::vector<PoolWorkerInfo> PoolCore::workers() const {
  std::vector<PoolWorkerInfo> workers;
  for (const auto& [number, member] : members_) {
    const WorkerLoad& load = dispatcher_.load(number);
    PoolWorkerInfo info;
    info.id = member.id;
    info.launcher = set_.launcher(number);
    info.state = set_.state(number);
    info.hung = load.hung();
    info.in_flight = load.in_flight;
    info.answered = load.answered;
    workers.push_back(info);
  }
  return workers;
}

}  // namespace forkrpc
