// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// VirtualChild: a child process that a test acts, inside the test's own
// process.
//
// To the code under test it looks like a process: it has a pid, the descriptors
// that its file actions give it (copies, so the wire is a real one), it takes
// signals, becomes a zombie and is reaped. What it does the test says. One
// thread; made by VirtualKernel when the code under test spawns a process.
//
//   kernel.OnSpawn([](VirtualChild* child) {
//     child->OnSignal([child](int signal) { child->DieOf(signal); });
//   });
//   ...
//   kernel.children()[0]->Exit(7);

#ifndef FORKRPC_TESTING_VIRTUAL_CHILD_H_
#define FORKRPC_TESTING_VIRTUAL_CHILD_H_

#include <sys/types.h>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "forkrpc/base/owned_fd.h"

namespace forkrpc {

// Invariants:
//  1. The child has descriptors only while it runs; what a grandchild holds
//     stays open until that ends, or this object.
//  2. Each pidfd that was opened is readable iff the child has ended.
class VirtualChild {
 public:
  using Descriptors = std::map<int, OwnedFd>;

  VirtualChild(pid_t pid, std::vector<std::string> argv,
               std::vector<std::string> environment, Descriptors descriptors)
      : pid_(pid),
        argv_(std::move(argv)),
        environment_(std::move(environment)),
        descriptors_(std::move(descriptors)) {}

  pid_t pid() const { return pid_; }
  const std::vector<std::string>& argv() const { return argv_; }
  const std::vector<std::string>& environment() const { return environment_; }
  bool running() const { return state_ == State::kRunning; }
  bool reaped() const { return state_ == State::kReaped; }

  // What the child has as descriptor `number`, or -1.
  int fd(int number) const;
  // The child closes descriptors 0 and 1 and lives on.
  void CloseWire();
  // A process that the child has started gets a copy of everything that it has,
  // and keeps it whatever becomes of the child.
  void StartGrandchild();
  void EndGrandchild() { grandchild_.clear(); }

  // The child ends. Does nothing if it has ended before.
  void Exit(int code) { End(code << 8); }
  void DieOf(int signal) { End(signal); }

  // Called for each signal but 0 that the running child gets. By default it
  // dies of it at once.
  void OnSignal(std::function<void(int signal)> react) {
    on_signal_ = std::move(react);
  }
  // Called each time before the code under test waits for something: the time
  // for the child to read and to answer.
  void OnStep(std::function<void()> step) { on_step_ = std::move(step); }

  // The kernel's side.
  void Step();
  void Signal(int signal);
  // A descriptor that becomes readable when the child ends.
  int OpenPidfd();
  bool IsPidfd(int fd) const;
  // The status for wait(2), of a child that has ended.
  int wait_status() const { return wait_status_; }
  void Reap() { state_ = State::kReaped; }

 private:
  enum class State { kRunning, kZombie, kReaped };

  void End(int wait_status);

  const pid_t pid_;
  const std::vector<std::string> argv_;
  const std::vector<std::string> environment_;
  Descriptors descriptors_;
  std::vector<OwnedFd> grandchild_;
  // Under the number that was given out, a copy to make that one readable with.
  std::map<int, OwnedFd> pidfds_;
  std::function<void(int)> on_signal_;
  std::function<void()> on_step_;
  State state_ = State::kRunning;
  int wait_status_ = 0;
};

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_VIRTUAL_CHILD_H_
