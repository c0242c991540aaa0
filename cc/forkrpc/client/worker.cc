// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/worker.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "forkrpc/client/worker_core.h"
#include "forkrpc/connection/connection.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/wire_terms.h"

namespace forkrpc {

absl::StatusOr<std::unique_ptr<Worker>> Worker::Spawn(
    const SpawnOptions& program, WorkerOptions options, EventLoop* loop,
    absl::string_view serialiser) {
  const absl::Status checked =
      CheckReceiveBufferOctets(options.connection.receive_buffer_octets);
  if (!checked.ok()) return checked;
  const bool sync = options.connection.form == Form::kSync;
  absl::StatusOr<std::unique_ptr<WorkerProcess>> process = WorkerProcess::Spawn(
      program,
      {sync ? kSyncFormName : kAsyncFormName, std::string(serialiser)});
  if (!process.ok()) return process.status();
  auto core = std::make_shared<WorkerCore>(*std::move(process), nullptr,
                                           std::move(options), loop);
  const absl::Status started = core->Start();
  if (!started.ok()) return started;
  return absl::WrapUnique(new Worker(std::move(core)));
}

absl::StatusOr<std::unique_ptr<Worker>> Worker::Connect(
    std::unique_ptr<Transport> transport, WorkerOptions options,
    EventLoop* loop) {
  const absl::Status checked =
      CheckReceiveBufferOctets(options.connection.receive_buffer_octets);
  if (!checked.ok()) return checked;
  auto core = std::make_shared<WorkerCore>(nullptr, std::move(transport),
                                           std::move(options), loop);
  const absl::Status started = core->Start();
  if (!started.ok()) return started;
  return absl::WrapUnique(new Worker(std::move(core)));
}

Worker::Worker(std::shared_ptr<WorkerCore> core) : core_(std::move(core)) {}

Worker::~Worker() {
  // Nobody is left who could end a pause.
  SetPaused(false);
  Drain();
}

CallId Worker::Call(absl::string_view payload, CallCallback callback) {
  return core_->Call(payload, {}, std::move(callback));
}

CallId Worker::Call(absl::string_view payload, const CallOptions& options,
                    CallCallback callback) {
  return core_->Call(payload, options, std::move(callback));
}

bool Worker::CancelUnsent(CallId call) { return core_->CancelUnsent(call); }

absl::Status Worker::Cancel(CallId call) { return core_->Cancel(call); }

void Worker::Drain(absl::Duration grace,
                   absl::AnyInvocable<void(absl::Status)> done) {
  core_->Drain(grace, std::move(done));
}

void Worker::Terminate(absl::Duration grace) { core_->Terminate(grace); }

void Worker::SetPaused(bool paused) { core_->SetPaused(paused); }

CallId Worker::Refuse(absl::Status why, CallCallback callback) {
  return core_->Refuse(std::move(why), std::move(callback));
}

bool Worker::can_call(size_t payload_size) const {
  return core_->can_call(payload_size);
}

bool Worker::above_high_water() const { return core_->above_high_water(); }

size_t Worker::in_flight() const { return core_->in_flight(); }

size_t Worker::dropped_events() const { return core_->dropped_events(); }

pid_t Worker::pid() const { return core_->pid(); }

EventLoop* Worker::loop() const { return core_->loop(); }

}  // namespace forkrpc
