// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LoopTasks: the deferred and posted tasks of an adapter of EventLoop.
//
// Keeps them in order and destroys those that are left; the adapter has its
// loop call RunDeferred() and RunPosted() soon after the first. Post() is for
// any thread, all else for the loop's. Allocates only to grow.
//
//   if (tasks->Defer(std::move(task))) TellTheLoop();
//   ...  // and from the loop:
//   tasks->RunDeferred();

#ifndef FORKRPC_EVENT_LOOP_LOOP_TASKS_H_
#define FORKRPC_EVENT_LOOP_LOOP_TASKS_H_

#include <mutex>
#include <utility>
#include <vector>

#include "forkrpc/event_loop/event_loop.h"

namespace forkrpc {

// Invariant: spare_ is empty; only its memory is of use.
class LoopTasks {
 public:
  // Both return whether the loop has to be told: it is the first task since
  // they were last run.
  bool Defer(EventLoop::Task task) {
    deferred_.push_back(std::move(task));
    return deferred_.size() == 1;
  }
  bool Post(EventLoop::Task task) {
    const std::lock_guard<std::mutex> lock(mutex_);
    posted_.push_back(std::move(task));
    return posted_.size() == 1;
  }

  bool has_deferred() const { return !deferred_.empty(); }

  // Run those that are there now: what these add is for the next time.
  void RunDeferred() {
    std::vector<EventLoop::Task> tasks = std::move(spare_);
    tasks.swap(deferred_);
    RunAll(std::move(tasks));
  }
  void RunPosted() {
    std::vector<EventLoop::Task> tasks;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      tasks.swap(posted_);
    }
    RunAll(std::move(tasks));
  }

  void Clear() {
    deferred_.clear();
    // What a task holds may post while it is destroyed.
    std::vector<EventLoop::Task> posted;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      posted.swap(posted_);
    }
  }

 private:
  void RunAll(std::vector<EventLoop::Task> tasks) {
    for (EventLoop::Task& task : tasks) std::exchange(task, nullptr)();
    tasks.clear();
    spare_ = std::move(tasks);
  }

  std::vector<EventLoop::Task> deferred_;
  std::vector<EventLoop::Task> spare_;
  // Not absl::Mutex: ThreadSanitizer cannot see into a distribution's Abseil.
  std::mutex mutex_;
  std::vector<EventLoop::Task> posted_;  // guarded by mutex_
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_LOOP_TASKS_H_
