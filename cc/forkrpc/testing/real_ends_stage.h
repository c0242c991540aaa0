// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// RealEndsStage: an EndsStage of real processes in real time.
//
// The child is the program ends_child. Events happen in a thread of the stage,
// which also measures how late the machine is: what was late while the machine
// was proves nothing.
//
//   RealEndsStage stage(one);
//   const EndsRecord record = RunWorkerEnds(one, &stage);
//   if (stage.lateness() < absl::Milliseconds(20)) Judge(record);

#ifndef FORKRPC_TESTING_REAL_ENDS_STAGE_H_
#define FORKRPC_TESTING_REAL_ENDS_STAGE_H_

#include <sys/types.h>

#include <functional>
#include <map>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/testing/ends_case.h"
#include "forkrpc/testing/ends_record.h"
#include "forkrpc/testing/ends_stage.h"

namespace forkrpc {

class RealEndsStage final : public EndsStage {
 public:
  explicit RealEndsStage(const EndsCase& one);
  ~RealEndsStage() override;

  SpawnOptions Program() override;
  void Start(pid_t pid) override;
  absl::Duration Now() override;
  void At(absl::Duration when, std::function<void()> event) override;
  void Act(EndsAction action) override;
  void Exit() override;
  void EndAll() override;
  void OnNothingLeft(std::function<void()> call) override;
  void Finish(EndsRecord* record) override;

  // The most that a timer of the stage's own was late.
  absl::Duration lateness() const { return lateness_; }

 private:
  void RunEvents();
  void Signal(int signal);

  const EndsCase case_;
  // What the child and its grandchild wait for the end of.
  OwnedFd lease_;
  OwnedFd childs_lease_;
  OwnedFd pidfd_;
  MonotonicTime start_;

  absl::Mutex mutex_;
  std::multimap<absl::Duration, std::function<void()>> events_
      ABSL_GUARDED_BY(mutex_);
  std::function<void()> on_nothing_left_ ABSL_GUARDED_BY(mutex_);
  absl::Duration last_event_ ABSL_GUARDED_BY(mutex_);
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
  absl::Duration lateness_;  // the thread's until Finish()
};

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_REAL_ENDS_STAGE_H_
