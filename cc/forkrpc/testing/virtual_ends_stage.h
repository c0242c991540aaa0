// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// VirtualEndsStage: an EndsStage under a virtual clock, with acted children.
//
// One thread, as VirtualKernel, of which each has its own.
//
//   VirtualEndsStage stage(one);
//   const EndsRecord record = RunWorkerEnds(one, &stage);

#ifndef FORKRPC_TESTING_VIRTUAL_ENDS_STAGE_H_
#define FORKRPC_TESTING_VIRTUAL_ENDS_STAGE_H_

#include <sys/types.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/testing/ends_case.h"
#include "forkrpc/testing/ends_record.h"
#include "forkrpc/testing/ends_stage.h"
#include "forkrpc/testing/virtual_kernel.h"

namespace forkrpc {

class VirtualEndsStage final : public EndsStage {
 public:
  explicit VirtualEndsStage(const EndsCase& one);
  ~VirtualEndsStage() override;

  SpawnOptions Program() override;
  void Start(pid_t) override { start_ = kernel_.elapsed(); }
  absl::Duration Now() override { return kernel_.elapsed() - start_; }
  void At(absl::Duration when, std::function<void()> event) override {
    kernel_.At(start_ + when, std::move(event));
  }
  void Act(EndsAction action) override;
  void Exit() override;
  void EndAll() override;
  void OnNothingLeft(std::function<void()> call) override {
    kernel_.OnHang(std::move(call));
  }
  void Finish(EndsRecord* record) override;

 private:
  class Child;

  const EndsCase case_;
  VirtualKernel kernel_;
  absl::Duration start_;
  std::vector<std::unique_ptr<Child>> children_;
};

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_VIRTUAL_ENDS_STAGE_H_
