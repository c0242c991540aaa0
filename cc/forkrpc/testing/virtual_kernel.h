// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// VirtualKernel: time and child processes as a test has them, under unchanged
// code.
//
// While one exists, the thread that made it sees a monotonic clock that stands
// still except where a wait would really wait: there the clock moves at once to
// the end of the wait or to the next event of the test, whichever is earlier.
// What is spawned is a VirtualChild. Descriptors are real. Other threads, and
// what runs inside of the kernel (events, children), have the real system
// calls. So a test that takes hours takes milliseconds, the same each time, and
// a wait that nothing can end is found at once.
//
// It works by defining the functions of the C library (clock_gettime, poll,
// epoll_wait, recv, posix_spawnp, waitid, ...) in the test's executable: see
// virtual_system_calls.cc. What calls the kernel by other ways escapes it.
//
//   VirtualKernel kernel;
//   auto client = BlockingClient::Spawn(options, {});
//   kernel.At(absl::Seconds(30), [&] { kernel.children()[0]->Exit(7); });
//   EXPECT_FALSE((*client)->Call("hello").ok());
//   EXPECT_EQ(kernel.elapsed(), absl::Seconds(30));

#ifndef FORKRPC_TESTING_VIRTUAL_KERNEL_H_
#define FORKRPC_TESTING_VIRTUAL_KERNEL_H_

#include <spawn.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "forkrpc/testing/virtual_child.h"

namespace forkrpc {

// Invariants:
//  1. At most one exists for a thread.
//  2. The time never goes back, and moves only inside of Wait().
class VirtualKernel {
 public:
  VirtualKernel();
  ~VirtualKernel();
  VirtualKernel(const VirtualKernel&) = delete;
  VirtualKernel& operator=(const VirtualKernel&) = delete;

  // That of this thread; null if there is none, and inside of one.
  static VirtualKernel* Current();

  // Since it was made.
  absl::Duration elapsed() const { return now_ - kStart; }
  // What the monotonic clocks show.
  absl::Duration clock() const { return now_; }

  // Has `event` happen at a time since the start, or at once if that has
  // passed: when the code under test waits next. Events of one time happen in
  // the order in which they were given. An event must not wait.
  void At(absl::Duration when, std::function<void()> event);
  void After(absl::Duration delay, std::function<void()> event) {
    At(elapsed() + delay, std::move(event));
  }

  // Called for a wait that nothing can end: no descriptor is ready, it has no
  // limit, and no event is left. It must make something happen. Without it, and
  // when it has been called too often, the test program ends with a line.
  void OnHang(std::function<void()> rescue) { on_hang_ = std::move(rescue); }
  // What that line says, and that of a program that spins: what is tried.
  void SetContext(std::string context) { context_ = std::move(context); }

  // Called for each process that is spawned, before the spawner goes on.
  void OnSpawn(std::function<void(VirtualChild*)> on_spawn) {
    on_spawn_ = std::move(on_spawn);
  }
  const std::vector<std::unique_ptr<VirtualChild>>& children() const {
    return children_;
  }
  // Lets there be no pidfds, as with an old kernel.
  void SetPidfds(bool available) { pidfds_ = available; }
  bool has_pidfds() const { return pidfds_; }
  // Signals that went to a process that had been reaped: who sends one by
  // number may hit a stranger.
  int stray_signals() const { return stray_signals_; }

  // The rest is for virtual_system_calls.cc.

  // Waits until `look`, which must not wait, returns something else than 0, or
  // for `timeout`: then returns 0.
  int Wait(absl::FunctionRef<int()> look, absl::Duration timeout);

  // The file actions of a process to be spawned.
  void ClearActions(const posix_spawn_file_actions_t* actions);
  void AddDup(const posix_spawn_file_actions_t* actions, int from, int to);
  int Spawn(pid_t* pid, const posix_spawn_file_actions_t* actions,
            char* const argv[], char* const envp[]);

  // A child that is not reaped.
  VirtualChild* FindChild(pid_t pid);
  VirtualChild* FindChildOfPidfd(int fd);
  // Whether there is, or was, such a child.
  bool IsChild(pid_t pid) const;
  bool IsPidfd(int fd) const;
  int Kill(VirtualChild* child, int signal);

 private:
  class Inside;

  static constexpr absl::Duration kStart = absl::Hours(1);
  static constexpr pid_t kFirstPid = 1 << 24;  // above the kernel's largest

  void RunDueEvents();
  void StepChildren();
  void OnNothingLeft();
  [[noreturn]] void Die(const char* why) const;

  absl::Duration now_ = kStart;
  // By time, then in the order in which they were given.
  std::multimap<absl::Duration, std::function<void()>> events_;
  std::function<void()> on_hang_;
  int hangs_ = 0;
  int64_t looks_ = 0;  // since the time has moved
  std::string context_;

  std::vector<std::unique_ptr<VirtualChild>> children_;
  std::function<void(VirtualChild*)> on_spawn_;
  std::map<const posix_spawn_file_actions_t*, std::map<int, int>> actions_;
  bool pidfds_ = true;
  int stray_signals_ = 0;
  int depth_ = 0;  // of what runs inside of the kernel
};

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_VIRTUAL_KERNEL_H_
