// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/virtual_ends_stage.h"

#include <signal.h>

#include <cstddef>
#include <memory>

#include "forkrpc/testing/scripted_peer.h"

namespace forkrpc {

// What a child does of itself.
class VirtualEndsStage::Child {
 public:
  Child(EndsChild character, VirtualKernel* kernel, VirtualChild* child)
      : character_(character),
        kernel_(kernel),
        child_(child),
        peer_(child->fd(0), child->fd(1)) {
    child->OnStep([this] { Step(); });
    child->OnSignal([this](int signal) { OnSignal(signal); });
  }

  VirtualChild* child() { return child_; }

 private:
  void Step() {
    if (child_->fd(0) < 0 || ended_) return;
    peer_.Receive();
    if (peer_.at_end()) {
      ended_ = true;
      if (character_ == EndsChild::kMute ||
          character_ == EndsChild::kStubborn) {
        return;
      }
      AnswerTo(peer_.frames().size());
      kernel_->After(kDrainingTakes, [child = child_] { child->Exit(0); });
    } else if (peer_.frames().size() > seen_) {
      seen_ = peer_.frames().size();
      AnswerTo(1);
      if (character_ != EndsChild::kAnswering) return;
      kernel_->After(kAnsweringTakes, [this, seen = seen_] {
        if (child_->fd(1) >= 0) AnswerTo(seen);
      });
    }
  }

  // Answers the first `count` requests, as far as they are not answered.
  void AnswerTo(size_t count) {
    for (; answered_ < count; ++answered_) {
      peer_.Send(ScriptedPeer::Frame(peer_.frames()[answered_].id, "answer"));
    }
  }

  void OnSignal(int signal) {
    if (signal == SIGTERM && character_ == EndsChild::kStubborn) return;
    kernel_->After(signal == SIGKILL ? kSigkillTakes : kSigtermTakes,
                   [child = child_, signal] { child->DieOf(signal); });
  }

  const EndsChild character_;
  VirtualKernel* const kernel_;
  VirtualChild* const child_;
  ScriptedPeer peer_;
  size_t seen_ = 0;
  size_t answered_ = 0;
  bool ended_ = false;
};

VirtualEndsStage::VirtualEndsStage(const EndsCase& one) : case_(one) {
  kernel_.SetContext(ToString(one));
  kernel_.SetPidfds(one.pidfds);
  kernel_.OnSpawn([this](VirtualChild* child) {
    children_.push_back(std::make_unique<Child>(case_.child, &kernel_, child));
  });
}

VirtualEndsStage::~VirtualEndsStage() = default;

SpawnOptions VirtualEndsStage::Program() {
  SpawnOptions program;
  program.argv = {"acted"};
  program.stderr_mode = StderrMode::kCapture;
  return program;
}

void VirtualEndsStage::Act(EndsAction action) {
  VirtualChild* const child = children_.front()->child();
  switch (action) {
    case EndsAction::kStreamOver:
      return child->CloseWire();
    case EndsAction::kExit:
      return child->Exit(kExitCode);
    case EndsAction::kKill:
      return child->DieOf(SIGKILL);
    case EndsAction::kGrandchild:
      if (child->fd(0) >= 0) child->StartGrandchild();
      return;
    default:
      return;
  }
}

void VirtualEndsStage::Exit() {
  for (const auto& child : kernel_.children()) child->Exit(0);
}

void VirtualEndsStage::EndAll() {
  Exit();
  for (const auto& child : kernel_.children()) child->EndGrandchild();
}

void VirtualEndsStage::Finish(EndsRecord* record) {
  for (const auto& child : kernel_.children()) {
    if (!child->reaped()) ++record->zombies;
  }
  record->stray_signals = kernel_.stray_signals();
  record->quiet = Now();
}

}  // namespace forkrpc
