// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/load/load_run.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"
#include "tools/forkrpc/call_failure.h"
#include "tools/forkrpc/load/interrupt.h"
#include "tools/forkrpc/load/load_link.h"

namespace forkrpc::cli {
namespace {

constexpr std::chrono::milliseconds kTick(100);
constexpr int kTicksPerProgress = 5;

// As kEndGrace, for who wants to see the end of it.
constexpr absl::Duration kInterruptedGrace = absl::Seconds(1);

double ProcessorSeconds(int who) {
  rusage used;
  getrusage(who, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) +
           static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

LoadPlan PlanOf(const LoadOptions& options, uint32_t worker) {
  LoadPlan plan;
  plan.in_flight = options.in_flight;
  if (options.open_loop()) {
    plan.period = 1e9 * options.workers / options.rate;
    plan.first_due = 1e9 * worker / options.rate;
  }
  plan.warm_up = absl::ToInt64Nanoseconds(options.warm_up);
  plan.timeout = absl::ToInt64Nanoseconds(options.timeout);
  plan.expected = options.expected;
  if (options.calls == UINT64_MAX) {
    plan.measure = absl::ToInt64Nanoseconds(options.duration);
  } else {
    plan.calls = options.calls / options.workers +
                 (worker < options.calls % options.workers ? 1 : 0);
  }
  return plan;
}

// One worker, and the thread that calls it.
struct Lane {
  std::unique_ptr<LoadLink> link;
  std::unique_ptr<PayloadSource> payloads;
  LoadPlan plan;
  LoadWatch watch;
  absl::Status tried;  // why nothing can be measured
  LoadTally tally;
  absl::Status end;
  std::thread thread;
};

class Load {
 public:
  explicit Load(const LoadOptions& options) : options_(options) {}
  ~Load();

  absl::StatusOr<LoadResult> Run(
      const std::function<void(const LoadProgress&)>& on_progress);

 private:
  absl::Status Open(MonotonicTime deadline);
  // What a lane's thread does.
  void Serve(Lane* lane, MonotonicTime start_deadline);
  // One call; an error is made into what the user must know.
  absl::Status Try(Lane* lane, MonotonicTime deadline);
  // Waits until all threads have come to a point; false after a tick.
  bool AwaitLanes(const size_t& count);
  LoadResult AddUp();

  const LoadOptions& options_;
  const Interrupt interrupt_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t tried_ = 0;              // lanes; with mutex_
  size_t done_ = 0;               // with mutex_
  std::optional<int64_t> start_;  // with mutex_; 0: there will be none
};

Load::~Load() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!start_.has_value()) start_ = 0;
  }
  changed_.notify_all();
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    if (lane->thread.joinable()) lane->thread.join();
  }
}

absl::Status Load::Open(MonotonicTime deadline) {
  for (uint32_t i = 0; i < options_.workers; ++i) {
    auto lane = std::make_unique<Lane>();
    lane->plan = PlanOf(options_, i);
    lane->watch.stop = &interrupt_.stop();
    lane->payloads = options_.sizes.has_value()
                         ? std::make_unique<PayloadSource>(*options_.sizes,
                                                           options_.seed + i)
                         : std::make_unique<PayloadSource>(options_.request);
    absl::StatusOr<std::unique_ptr<LoadLink>> link =
        LoadLink::Open(options_.target, deadline);
    if (!link.ok()) return link.status();
    lane->link = *std::move(link);
    lanes_.push_back(std::move(lane));
  }
  return absl::OkStatus();
}

absl::Status Load::Try(Lane* lane, MonotonicTime deadline) {
  const std::string request(lane->payloads->View(lane->payloads->Next()));
  const absl::StatusOr<std::string> response =
      lane->link->Try(request, deadline, interrupt_.stop());
  if (absl::IsCancelled(response.status())) return response.status();
  if (!response.ok()) {
    return absl::UnavailableError(
        DescribeFailure("the first call failed", response.status(),
                        options_.target.terms, lane->link.get())
            .message);
  }
  if (options_.expected == Expected::kRequest && *response != request) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the first response, of ", response->size(),
        " octets, is not its request, which has ", request.size(),
        ": use --no-verify for a worker that does not echo, or give the "
        "strings of a request that it knows; or is its form another --form?"));
  }
  return absl::OkStatus();
}

void Load::Serve(Lane* lane, MonotonicTime start_deadline) {
  // Else the kernel may let a call that is due wait for 50 us more.
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  lane->tried = Try(lane, start_deadline);
  int64_t start = 0;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    ++tried_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return start_.has_value(); });
    start = *start_;
  }
  if (start > 0) {
    lane->tally =
        lane->link->Run(lane->plan, lane->payloads.get(), start, &lane->watch);
    const bool stopped = interrupt_.stop().load(std::memory_order_relaxed);
    lane->end = lane->link->Close(MonotonicNow() +
                                  (stopped ? kInterruptedGrace : kEndGrace));
  } else {
    lane->link->Abandon();
  }
  lane->link.reset();
  const std::lock_guard<std::mutex> lock(mutex_);
  ++done_;
  changed_.notify_all();
}

bool Load::AwaitLanes(const size_t& count) {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, kTick, [&] { return count == lanes_.size(); });
}

absl::StatusOr<LoadResult> Load::Run(
    const std::function<void(const LoadProgress&)>& on_progress) {
  const MonotonicTime deadline = MonotonicNow() + options_.start_limit;
  absl::Status opened = Open(deadline);
  if (!opened.ok()) return opened;
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    lane->thread =
        std::thread([this, &lane, deadline] { Serve(lane.get(), deadline); });
  }
  while (!AwaitLanes(tried_)) {
  }
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    if (!lane->tried.ok()) return lane->tried;
  }
  const double used = ProcessorSeconds(RUSAGE_SELF);
  const int64_t start = NanosecondsNow();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    start_ = start;
  }
  changed_.notify_all();
  for (int ticks = 1; !AwaitLanes(done_); ++ticks) {
    if (ticks % kTicksPerProgress != 0) continue;
    LoadProgress progress;
    progress.since_start = absl::Nanoseconds(NanosecondsNow() - start);
    for (const std::unique_ptr<Lane>& lane : lanes_) {
      progress.answered += lane->watch.answered.load(std::memory_order_relaxed);
      progress.failed += lane->watch.failed.load(std::memory_order_relaxed);
    }
    on_progress(progress);
  }
  LoadResult result = AddUp();
  result.start = start;
  result.own_processor_seconds = ProcessorSeconds(RUSAGE_SELF) - used;
  result.workers_processor_seconds = ProcessorSeconds(RUSAGE_CHILDREN);
  return result;
}

LoadResult Load::AddUp() {
  LoadResult result;
  result.interrupted = interrupt_.stop().load(std::memory_order_relaxed);
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    result.tally.Add(lane->tally);
    // Whose calls were lost has been counted, and an interrupt of the terminal
    // ends the workers too.
    if (lane->end.ok() || !lane->tally.first_error.empty() ||
        result.interrupted) {
      continue;
    }
    ++result.bad_ends;
    if (result.first_bad_end.empty()) {
      result.first_bad_end = std::string(lane->end.message());
    }
  }
  return result;
}

}  // namespace

absl::StatusOr<LoadResult> RunLoad(
    const LoadOptions& options,
    const std::function<void(const LoadProgress&)>& on_progress) {
  return Load(options).Run(on_progress);
}

}  // namespace forkrpc::cli
