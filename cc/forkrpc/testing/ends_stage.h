// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// EndsStage: where an EndsCase is played: a clock, and a child that does what
// the case says.
//
// The child answers its first request and then behaves as EndsCase::child says.
// virtual_ends_stage.h has acted children under a virtual clock,
// real_ends_stage.h real processes and real time.
//
//   auto worker = Worker::Spawn(stage->Program(), {}, &loop);
//   stage->Start((*worker)->pid());
//   stage->At(absl::Seconds(1), [&] { stage->Act(EndsAction::kExit); });

#ifndef FORKRPC_TESTING_ENDS_STAGE_H_
#define FORKRPC_TESTING_ENDS_STAGE_H_

#include <sys/types.h>

#include <functional>

#include "absl/time/time.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/testing/ends_case.h"
#include "forkrpc/testing/ends_record.h"

namespace forkrpc {

class EndsStage {
 public:
  virtual ~EndsStage() = default;

  // What to spawn; exactly one is spawned.
  virtual SpawnOptions Program() = 0;

  // The time counts from now on; the child is `pid`.
  virtual void Start(pid_t pid) = 0;
  virtual absl::Duration Now() = 0;
  // Has `event` happen then, maybe in another thread.
  virtual void At(absl::Duration when, std::function<void()> event) = 0;

  // Does one of the child's actions.
  virtual void Act(EndsAction action) = 0;
  // What happens when everything has been left as it is for long: the child
  // exits with status 0.
  virtual void Exit() = 0;
  // Lets go of all that children and grandchildren hold: the way out of a hang.
  virtual void EndAll() = 0;

  // Called, maybe in another thread, when no event is left and what is still
  // waited for will not come any more.
  virtual void OnNothingLeft(std::function<void()> call) = 0;

  // Writes down what is left. Nothing happens any more after it.
  virtual void Finish(EndsRecord* record) = 0;
};

// Descriptors that this process has open.
int CountDescriptors();

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_ENDS_STAGE_H_
