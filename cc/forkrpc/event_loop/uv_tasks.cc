// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/event_loop/uv_tasks.h"

namespace forkrpc {

UvTasks::UvTasks(uv_loop_t* loop, Keeping keeping, LoopCore* core,
                 CallbackBoundary* boundary)
    : keeping_(keeping), core_(core), boundary_(boundary) {
  MustWork(uv_async_init(loop, async_.get(), [](uv_async_t* handle) {
    UvTasks* const self = UvHandle<uv_async_t>::OwnerOf<UvTasks>(handle);
    // They run behind the descriptors.
    self->core_->TakePosted();
  }));
  async_.OpenedBy(this);
  uv_prepare_init(loop, prepare_.get());
  prepare_.OpenedBy(this);
  uv_check_init(loop, check_.get());
  check_.OpenedBy(this);
  uv_idle_init(loop, idle_.get());
  idle_.OpenedBy(this);
  uv_prepare_start(prepare_.get(), [](uv_prepare_t* handle) {
    UvHandle<uv_prepare_t>::OwnerOf<UvTasks>(handle)->Run();
  });
  uv_check_start(check_.get(), [](uv_check_t* handle) {
    UvHandle<uv_check_t>::OwnerOf<UvTasks>(handle)->Run();
  });
  uv_unref(prepare_.base());
  uv_unref(check_.base());
  if (keeping_ == kLetsEnd) uv_unref(async_.base());
}

void UvTasks::TurnSoon() {
  // Before the loop waits next it runs prepare_, so nothing needs waking up. A
  // loop of the program's that has nothing else to do would not even start.
  if (keeping_ == kLetsEnd) MakeNextTurnCome();
}

void UvTasks::Run() {
  if (!core_->has_tasks()) return;
  boundary_->Call([this] { core_->RunTasks(); });
  if (core_->has_tasks()) {
    MakeNextTurnCome();
  } else {
    uv_idle_stop(idle_.get());
  }
}

void UvTasks::MakeNextTurnCome() {
  uv_idle_start(idle_.get(), [](uv_idle_t*) {});
}

}  // namespace forkrpc
