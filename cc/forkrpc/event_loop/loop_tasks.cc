// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/loop_tasks.h"

#include <iterator>
#include <utility>

#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/monotonic_time.h"

namespace forkrpc {
namespace {

// For so long tasks may keep timers and descriptors waiting. Tasks run at most
// twice in a turn of a loop, and a timer may be 10 ms late.
constexpr absl::Duration kLongest = absl::Milliseconds(2);

}  // namespace

bool LoopTasks::Defer(EventLoop::Task task) {
  if (closed_) return false;
  waiting_.push_back(std::move(task));
  return waiting_.size() == 1;
}

bool LoopTasks::Post(EventLoop::Task task) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (closed_) return false;
  posted_.push_back(std::move(task));
  return posted_.size() == 1;
}

void LoopTasks::TakePosted() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (waiting_.empty()) {
    waiting_.swap(posted_);
    return;
  }
  waiting_.insert(waiting_.end(), std::make_move_iterator(posted_.begin()),
                  std::make_move_iterator(posted_.end()));
  posted_.clear();
}

void LoopTasks::Run() {
  if (next_ == running_.size()) {
    running_.clear();
    next_ = 0;
    running_.swap(waiting_);
  }
  // The clock is not looked at for one task, the usual case.
  const bool many = running_.size() - next_ > 1;
  const MonotonicTime stop =
      many ? MonotonicNow() + kLongest : MonotonicTime::InfiniteFuture();
  // By index, and out of the vector before it is called: a task may throw, or
  // run the program's loop in itself and so come back here.
  while (next_ < running_.size()) {
    std::exchange(running_[next_++], nullptr)();
    if (many && MonotonicNow() >= stop) return;
  }
}

void LoopTasks::Close() {
  std::vector<EventLoop::Task> left[3];
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    left[2].swap(posted_);
  }
  left[1].swap(waiting_);
  left[0].swap(running_);
  next_ = 0;
}

}  // namespace forkrpc
