// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/worker_pool.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/pool/pool_core.h"

namespace forkrpc {
namespace {

absl::Status Check(const PoolOptions& options) {
  const auto must = [](absl::string_view what, auto found) {
    return absl::FailedPreconditionError(
        absl::StrCat("PoolOptions: ", what, "; found ", found));
  };
  if (options.program.argv.empty()) return must("program.argv names none", 0);
  if (options.max < 1) return must("max is at least 1", options.max);
  if (options.idle < 0 || options.idle > options.max) {
    return must(absl::StrCat("idle is 0 to max, which is ", options.max),
                options.idle);
  }
  if (options.load < 1 ||
      static_cast<size_t>(options.load) > options.connection.max_in_flight) {
    return must(absl::StrCat("load is 1 to connection.max_in_flight, which is ",
                             options.connection.max_in_flight),
                options.load);
  }
  if (options.max_attempts < 1) {
    return must("max_attempts is at least 1", options.max_attempts);
  }
  if (options.recycle.max_calls < 1) {
    return must("recycle.max_calls is at least 1", options.recycle.max_calls);
  }
  if (options.restart.max_failures < 1) {
    return must("restart.max_failures is at least 1",
                options.restart.max_failures);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<WorkerPool>> WorkerPool::Create(
    PoolOptions options, EventLoop* loop) {
  const absl::Status checked = Check(options);
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

std::vector<PoolWorkerInfo> WorkerPool::workers() const {
  return core_->workers();
}

}  // namespace forkrpc
