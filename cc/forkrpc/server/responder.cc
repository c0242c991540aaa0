// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/responder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "forkrpc/server/async_server_core.h"

namespace forkrpc {

absl::Status Responder::Respond(absl::string_view payload) {
  if (core_ == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("call ", call_, " was answered before"));
  }
  const absl::Status sent = core_->Respond(call_, payload);
  // A payload that is too long may be replaced by a shorter one.
  if (sent.ok() || !absl::IsResourceExhausted(sent)) {
    std::exchange(core_, nullptr)->Release();
  }
  return sent;
}

void Responder::Fail(absl::Status why) {
  if (core_ == nullptr) return;
  AsyncServerCore* const core = std::exchange(core_, nullptr);
  core->Fail(std::move(why));
  core->Release();
}

absl::Status Responder::SendEvent(absl::string_view payload) {
  if (core_ == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("call ", call_, " was answered before"));
  }
  return core_->SendEvent(payload);
}

void Responder::Drop() {
  core_->OnDropped(call_);
  core_->Release();
}

ThreadResponder Responder::ForThread() && {
  return ThreadResponder(std::exchange(core_, nullptr), call_);
}

// Only the loop's thread looks into the core: a Responder is taken there inside
// a task, which drops it if the loop never runs the task.
ThreadResponder::~ThreadResponder() {
  if (core_ == nullptr) return;
  core_->loop()->Post([responder = Responder(core_, call_)] {});
}

void ThreadResponder::Respond(std::string payload) {
  if (core_ == nullptr) return;
  AsyncServerCore* const core = std::exchange(core_, nullptr);
  core->loop()->Post([core, responder = Responder(core, call_),
                      payload = std::move(payload)]() mutable {
    core->Hold();
    const absl::Status sent = responder.Respond(payload);
    if (!sent.ok()) {
      core->Log(absl::StrCat("call ", responder.call(),
                             " is not answered: ", sent.message()));
    }
    core->Release();
  });
}

void ThreadResponder::Fail(absl::Status why) {
  if (core_ == nullptr) return;
  AsyncServerCore* const core = std::exchange(core_, nullptr);
  core->loop()->Post(
      [responder = Responder(core, call_), why = std::move(why)]() mutable {
        responder.Fail(std::move(why));
      });
}

}  // namespace forkrpc
