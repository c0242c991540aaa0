// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/worker_pool.h"

#include <utility>

#include "absl/memory/memory.h"
#include "forkrpc/pool/check_pool_options.h"
#include "forkrpc/pool/pool_core.h"

namespace forkrpc {
absl::StatusOr<std::unique_ptr<WorkerPool>> WorkerPool::Create(
    PoolOptions options, EventLoop* loop) {
  const absl::Status checked = CheckPoolOptions(options);
  if (!checked.ok()) return checked;
  auto core = std::make_shared<PoolCore>(std::move(options), loop);
  core->Start();
  return absl::WrapUnique(new WorkerPool(std::move(core)));
}

WorkerPool::WorkerPool(std::shared_ptr<PoolCore> core)
    : core_(std::move(core)) {}

WorkerPool::~WorkerPool() { Drain(); }

PoolCallId WorkerPool::Call(absl::string_view payload, CallCallback callback) {
  return core_->Call(payload, PoolCallOptions(), std::move(callback));
}

PoolCallId WorkerPool::Call(absl::string_view payload,
                            const PoolCallOptions& options,
                            CallCallback callback) {
  return core_->Call(payload, options, std::move(callback));
}

absl::Status WorkerPool::Cancel(PoolCallId call) { return core_->Cancel(call); }

absl::Status WorkerPool::Retire(uint64_t worker) {
  return core_->Retire(worker);
}

void WorkerPool::RetireAll() { core_->RetireAll(); }

void WorkerPool::Restart() { core_->Restart(); }

void WorkerPool::Drain(absl::Duration grace,
                       absl::AnyInvocable<void(absl::Status)> done) {
  core_->Drain(grace, std::move(done));
}

PoolStats WorkerPool::stats() const { return core_->stats(); }

std::vector<PoolLauncherInfo> WorkerPool::launchers() const {
  return core_->launchers();
}

std::vector<PoolWorkerInfo> WorkerPool::workers() const {
  return core_->workers();
}

}  // namespace forkrpc
