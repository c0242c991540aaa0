// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/async_server.h"

#include <memory>
#include <utility>

#include "absl/memory/memory.h"
#include "forkrpc/connection/connection.h"
#include "forkrpc/server/async_server_core.h"

namespace forkrpc {

absl::StatusOr<std::unique_ptr<AsyncServer>> AsyncServer::Start(
    Transport* transport, AsyncHandler handler, AsyncServerOptions options,
    EventLoop* loop) {
  const absl::Status checked =
      CheckReceiveBufferOctets(options.connection.receive_buffer_octets);
  if (!checked.ok()) return checked;
  auto server =
      absl::WrapUnique(new AsyncServer(std::make_shared<AsyncServerCore>(
          transport, std::move(handler), std::move(options), loop)));
  const absl::Status started = server->core_->Start();
  if (!started.ok()) return started;
  return server;
}

AsyncServer::AsyncServer(std::shared_ptr<AsyncServerCore> core)
    : core_(std::move(core)) {}

AsyncServer::~AsyncServer() { core_->Stop(); }

absl::Status AsyncServer::SendEvent(absl::string_view payload) {
  return core_->SendEvent(payload);
}

absl::Status AsyncServer::Flush(absl::Duration timeout) {
  return core_->Flush(timeout);
}

void AsyncServer::PostEvent(std::string payload) {
  core_->link()->Post([payload = std::move(payload)](AsyncServerCore& core) {
    core.SendEvent(payload).IgnoreError();
  });
}

void AsyncServer::EndWorker(absl::Status why) {
  core_->EndWorker(std::move(why));
}

size_t AsyncServer::unsent() const { return core_->connection().unsent(); }

size_t AsyncServer::in_flight() const {
  return core_->connection().in_flight();
}

bool AsyncServer::peer_broke_protocol() const {
  return absl::IsDataLoss(core_->connection().status()) ||
         absl::IsResourceExhausted(core_->connection().status());
}

}  // namespace forkrpc
