// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Activity: whether a testee's processes work, wait for a processor, or sleep.
//
// /proc tells it of a whole group; where there is none, the processor clock of
// the group's leader tells some. Stateless; any thread.
//
//   const Activity before = GroupActivity(pid);
//   ... const Activity now = GroupActivity(pid);
//   if (now.processor_time > before.processor_time) return "it works";

#ifndef CONFORMANCE_RUNNER_TESTEE_ACTIVITY_H_
#define CONFORMANCE_RUNNER_TESTEE_ACTIVITY_H_

#include <sys/types.h>

#include "absl/time/time.h"

namespace forkrpc::conformance {

// What a testee's processes are doing.
struct Activity {
  enum Source {
    kNone,    // nothing can be seen
    kLeader,  // the leader's processor time only; `runnable` is not known
    kGroup,   // all of it
  };
  Source source = kNone;
  bool runnable = false;  // a thread runs, waits for a processor or for a disk
  absl::Duration processor_time;  // used by all of them so far
  absl::Duration waited_time;     // for which they have waited for a processor
};

// Of all processes in the group. Reads all of /proc: not for every turn of a
// loop.
Activity GroupActivity(pid_t group);

// Whether a thread of this one process runs, waits for a processor or for a
// disk; false where the system cannot tell.
bool IsRunnable(pid_t pid);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_TESTEE_ACTIVITY_H_
