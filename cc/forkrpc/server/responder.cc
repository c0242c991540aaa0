// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/responder.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "forkrpc/server/async_server_core.h"
#include "forkrpc/server/server_link.h"

namespace forkrpc {

absl::Status Responder::Respond(absl::string_view payload) {
  AsyncServerCore* const core = core_.get();
  if (core == nullptr) return WhyUnusable();
  const absl::Status sent = core->Respond(call_, payload);
  // A payload that is too long may be replaced by a shorter one.
  if (sent.ok() || !absl::IsResourceExhausted(sent)) core_.reset();
  return sent;
}

void Responder::EndWorker(absl::Status why) {
  const WeakHandle<AsyncServerCore> used = std::move(core_);
  if (used.get() != nullptr) used.get()->OnFailed(std::move(why));
}

void Responder::Settle(const Reply& reply) {
  switch (reply.kind()) {
    case Reply::Kind::kResponse: {
      const absl::Status sent = Respond(reply.payload());
      // Does nothing if it is the connection that has ended.
      if (!sent.ok()) EndWorker(sent);
      return;
    }
    case Reply::Kind::kAnswerLater:
      return EndWorker(absl::FailedPreconditionError(
          "an asynchronous function returned AnswerLater(): what answers later "
          "is its responder"));
    case Reply::Kind::kEndWorker:
      return EndWorker(reply.end());
  }
}

absl::Status Responder::SendEvent(absl::string_view payload) {
  AsyncServerCore* const core = core_.get();
  return core == nullptr ? WhyUnusable() : core->SendEvent(payload);
}

absl::Status Responder::Flush(absl::Duration timeout) {
  AsyncServerCore* const core = core_.get();
  return core == nullptr ? WhyUnusable() : core->Flush(timeout);
}

absl::Status Responder::WhyUnusable() {
  const bool used = !core_.is_set();
  core_.reset();
  return absl::FailedPreconditionError(
      used ? absl::StrCat("call ", call_, " was answered before")
           : "the service has ended");
}

void Responder::Drop() {
  if (core_.get() != nullptr) core_.get()->OnDropped(call_);
}

ThreadResponder Responder::ForThread() && {
  const WeakHandle<AsyncServerCore> used = std::move(core_);
  return ThreadResponder(used.get() == nullptr ? nullptr : used.get()->link(),
                         call_);
}

}  // namespace forkrpc
