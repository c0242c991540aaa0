// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// EndsStage: the kernel and the children of an EndsCase, and what is left of
// them behind it.
//
// Each child answers its first request and then behaves as the case says. One
// thread, as VirtualKernel.
//
//   EndsStage stage(one, &record);
//   auto worker = Worker::Spawn(EndsStage::Program(), {}, &loop);
//   stage.kernel()->At(time, [&] { stage.Act(EndsAction::kExit); });

#ifndef FORKRPC_TESTING_ENDS_STAGE_H_
#define FORKRPC_TESTING_ENDS_STAGE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "forkrpc/process/spawn_options.h"
#include "forkrpc/testing/ends_case.h"
#include "forkrpc/testing/ends_record.h"
#include "forkrpc/testing/scripted_peer.h"
#include "forkrpc/testing/virtual_kernel.h"

namespace forkrpc {

class EndsStage {
 public:
  explicit EndsStage(const EndsCase& one);

  // What to spawn; it does not exist.
  static SpawnOptions Program();

  VirtualKernel* kernel() { return &kernel_; }

  // Does one of the child's actions with the first child.
  void Act(EndsAction action);
  // What happens when everything has been left as it is for kPatience.
  void ExitAll();
  // Lets go of all that children and grandchildren hold: the way out of a hang.
  void EndAll();

  // Writes down what is left: children, signals.
  void Finish(EndsRecord* record) const;

 private:
  class Child;

  const EndsCase case_;
  VirtualKernel kernel_;
  std::vector<std::shared_ptr<Child>> acted_;
};

// Descriptors that this process has open.
int CountDescriptors();

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_ENDS_STAGE_H_
