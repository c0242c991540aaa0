// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LoopTasks: the deferred and posted tasks of an adapter of EventLoop.
//
// Keeps them in order. The adapter has its loop call TakePosted() soon after a
// Post() that says so, and Run() before the loop waits while there are tasks.
// Post() is for any thread, all else for the loop's. A task that throws is
// gone, the others stay. Allocates only to grow.
//
//   if (tasks.Defer(std::move(task))) TellTheLoop();
//   ...  // and from the loop:
//   tasks.Run();
//   if (tasks.any()) TellTheLoop();

#ifndef FORKRPC_EVENT_LOOP_LOOP_TASKS_H_
#define FORKRPC_EVENT_LOOP_LOOP_TASKS_H_

#include <cstddef>
#include <mutex>
#include <vector>

#include "forkrpc/event_loop/event_loop.h"

namespace forkrpc {

// Invariants:
//  1. Those of running_ from next_ on come before those of waiting_, and these
//     before those of posted_.
//  2. Once closed_ is set there are no tasks.
class LoopTasks {
 public:
  // Both return whether the loop may have to be told: there were no others of
  // the kind that wait. Once closed they destroy the task.
  bool Defer(EventLoop::Task task);
  bool Post(EventLoop::Task task);

  // Whether there is something for Run() to do.
  bool any() const { return next_ < running_.size() || !waiting_.empty(); }

  // Makes deferred tasks of those that were posted.
  void TakePosted();

  // Runs the tasks that are there now, for 2 ms and not more if there are many:
  // what these add, and what is left, is for the next time.
  void Run();

  // Destroys all tasks, and those that come later at once.
  void Close();

 private:
  std::vector<EventLoop::Task> waiting_;
  std::vector<EventLoop::Task> running_;
  size_t next_ = 0;  // in running_
  // Not absl::Mutex: ThreadSanitizer cannot see into a distribution's Abseil.
  std::mutex mutex_;
  std::vector<EventLoop::Task> posted_;  // guarded by mutex_
  bool closed_ = false;  // written under mutex_ by the loop's thread
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_LOOP_TASKS_H_
