// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/real_ends_stage.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/time/clock.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/transport/stream_pair.h"

namespace forkrpc {
namespace {

// How often the thread looks, and how late it is measured to be.
constexpr absl::Duration kTick = absl::Milliseconds(2);
// How long after the last event what has not ended will not end any more.
constexpr absl::Duration kLongAfter = absl::Milliseconds(1500);

}  // namespace

RealEndsStage::RealEndsStage(const EndsCase& one) : case_(one) {
  absl::StatusOr<PipePair> lease = MakePipe();
  if (!lease.ok()) abort();
  lease_ = std::move(lease->write_end);
  childs_lease_ = std::move(lease->read_end);
}

RealEndsStage::~RealEndsStage() {
  EndsRecord unused;
  Finish(&unused);
}

SpawnOptions RealEndsStage::Program() {
  SpawnOptions program;
  program.argv = {"cc/forkrpc/testing/ends_child", NameOf(case_.child)};
  program.stderr_mode = StderrMode::kCapture;
  program.descriptors = {{childs_lease_.get(), 3}};
  return program;
}

void RealEndsStage::Start(pid_t pid) {
  // By number the wrong process might be hit once the child is reaped.
  pidfd_ = OwnedFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  start_ = MonotonicNow();
  thread_ = std::thread([this] { RunEvents(); });
}

absl::Duration RealEndsStage::Now() { return MonotonicNow() - start_; }

void RealEndsStage::At(absl::Duration when, std::function<void()> event) {
  const absl::MutexLock lock(&mutex_);
  last_event_ = std::max(last_event_, when);
  events_.emplace(when, std::move(event));
}

void RealEndsStage::OnNothingLeft(std::function<void()> call) {
  const absl::MutexLock lock(&mutex_);
  on_nothing_left_ = std::move(call);
}

void RealEndsStage::RunEvents() {
  for (;;) {
    const absl::Duration before = Now();
    absl::SleepFor(kTick);
    const absl::Duration now = Now();
    lateness_ = std::max(lateness_, now - before - kTick);
    std::function<void()> due;
    {
      const absl::MutexLock lock(&mutex_);
      if (finished_) return;
      if (!events_.empty() && events_.begin()->first <= now) {
        due = std::move(events_.begin()->second);
        events_.erase(events_.begin());
      } else if (events_.empty() && now > last_event_ + kLongAfter) {
        // Again if that was not enough.
        last_event_ = now;
        due = on_nothing_left_;
      }
    }
    if (due != nullptr) due();
  }
}

void RealEndsStage::Signal(int signal) {
  syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0);
}

void RealEndsStage::Act(EndsAction action) {
  switch (action) {
    case EndsAction::kStreamOver:
      return Signal(SIGUSR1);
    case EndsAction::kExit:
      return Signal(SIGUSR2);
    case EndsAction::kKill:
      return Signal(SIGKILL);
    case EndsAction::kGrandchild:
      return Signal(SIGHUP);
    default:
      return;
  }
}

void RealEndsStage::Exit() { Signal(SIGALRM); }

void RealEndsStage::EndAll() {
  Signal(SIGKILL);
  lease_.Reset();
}

void RealEndsStage::Finish(EndsRecord* record) {
  {
    const absl::MutexLock lock(&mutex_);
    finished_ = true;
  }
  if (thread_.joinable()) thread_.join();
  lease_.Reset();
  childs_lease_.Reset();
  pidfd_.Reset();
  siginfo_t found = {};
  // Any child that is left, whatever it does: this process has no others.
  if (waitid(P_ALL, 0, &found, WEXITED | WNOHANG | WNOWAIT) == 0) {
    ++record->zombies;
  }
}

}  // namespace forkrpc
