// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TappedChild: the child behind the tap, started as if the tap were not there.
//
// It gets a wire of its own of the kind that the tap has on 0 and 1 (one socket
// or two pipes, blocking or not), and everything else as the tap got it: other
// descriptors, standard error, environment, folder, group, and what was asked
// for of each signal. It is killed when the tap is. Signals that others send to
// the tap are handed on. One thread, which must be the process's only one when
// it starts.
//
//   const Inheritance inherited = Inheritance::Take();
//   absl::StatusOr<TappedChild> child = TappedChild::Start(argv, inherited);
//   poll ... child->signals(); then child->TakeSignals();

#ifndef CONFORMANCE_TAP_TAPPED_CHILD_H_
#define CONFORMANCE_TAP_TAPPED_CHILD_H_

#include <signal.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "conformance/runner/base/scoped_fd.h"
#include "conformance/tap/link.h"

namespace forkrpc::conformance {

// What a process was given and changes for itself.
struct Inheritance {
  sigset_t mask;
  struct sigaction on_pipe;   // what SIGPIPE does
  struct sigaction on_child;  // what SIGCHLD does
  std::vector<int> fds;       // from 3 on

  // Before anything was opened or any signal was set; sets the tap's own:
  // SIGPIPE is ignored, SIGCHLD is not.
  static Inheritance Take();
};

class TappedChild {
 public:
  // NotFound, "cannot start PROGRAM: REASON", if it cannot be executed;
  // Unavailable if the system has no descriptor or process left. The tap's 0
  // and 1 become the link to the parent.
  static absl::StatusOr<TappedChild> Start(const std::vector<std::string>& argv,
                                           const Inheritance& inherited);

  Link& parent() { return parent_; }
  Link& child() { return child_; }

  // Readable when a signal has come.
  int signals() const { return signals_.get(); }
  // Hands on what has come for the child, and looks whether it has ended.
  void TakeSignals();

  // As waitpid has it, once it has ended.
  std::optional<int> wait_status() const { return wait_status_; }
  // Whether it was sent a signal through the tap that may have ended it.
  bool was_signalled() const { return was_signalled_; }

 private:
  TappedChild(Link parent, Link child, ScopedFd signals, pid_t pid)
      : parent_(std::move(parent)),
        child_(std::move(child)),
        signals_(std::move(signals)),
        pid_(pid) {}

  Link parent_;
  Link child_;
  ScopedFd signals_;
  pid_t pid_;
  std::optional<int> wait_status_;
  bool was_signalled_ = false;
};

// Ends this process as a child with that status ended.
[[noreturn]] void EndAs(int wait_status);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_TAP_TAPPED_CHILD_H_
