// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/thread_responder.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "forkrpc/server/async_server_core.h"
#include "forkrpc/server/responder.h"
#include "forkrpc/server/server_link.h"

namespace forkrpc {

ThreadResponder::~ThreadResponder() {
  if (link_ == nullptr) return;
  link_->Post([call = call_](AsyncServerCore& core) {
    core.MakeResponder(call);  // and drop it
  });
}

void ThreadResponder::Respond(std::string payload) {
  const std::shared_ptr<ServerLink> link = std::move(link_);
  if (link == nullptr) return;
  link->Post(
      [call = call_, payload = std::move(payload)](AsyncServerCore& core) {
        Responder responder = core.MakeResponder(call);
        const absl::Status sent = responder.Respond(payload);
        if (!sent.ok()) {
          core.Log(absl::StrCat("call ", call,
                                " is not answered: ", sent.message()));
        }
      });
}

void ThreadResponder::EndWorker(absl::Status why) {
  const std::shared_ptr<ServerLink> link = std::move(link_);
  if (link == nullptr) return;
  link->Post([call = call_, why = std::move(why)](AsyncServerCore& core) {
    core.MakeResponder(call).EndWorker(why);
  });
}

}  // namespace forkrpc
