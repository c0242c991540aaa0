// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/blocking_client.h"

#include <optional>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/connection/client_connection.h"

namespace forkrpc {
namespace {

// Gives the call up if the function that has made it is left before its end.
class CallUnderWay {
 public:
  CallUnderWay(BlockingCore* core, CallId call) : core_(core), call_(call) {}
  ~CallUnderWay() {
    if (ABSL_PREDICT_FALSE(!ended_ || core_->connection().unsent() > 0)) {
      core_->Abandon(call_);
    }
  }
  void set_ended() { ended_ = true; }
  CallUnderWay(const CallUnderWay&) = delete;
  CallUnderWay& operator=(const CallUnderWay&) = delete;

 private:
  BlockingCore* const core_;
  const CallId call_;
  bool ended_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<BlockingClient>> BlockingClient::Spawn(
    const SpawnOptions& worker, BlockingClientOptions options) {
  absl::StatusOr<std::unique_ptr<WorkerProcess>> process =
      BlockingCore::Spawn(worker, options);
  if (!process.ok()) return process.status();
  return absl::WrapUnique(
      new BlockingClient(*std::move(process), std::move(options)));
}

BlockingClient::BlockingClient(std::unique_ptr<WorkerProcess> process,
                               BlockingClientOptions options)
    : core_(std::move(process), nullptr, std::move(options)) {}

BlockingClient::BlockingClient(std::unique_ptr<Transport> transport,
                               BlockingClientOptions options)
    : core_(nullptr, std::move(transport), std::move(options)) {}

BlockingClient::~BlockingClient() = default;

absl::StatusOr<std::string> BlockingClient::Call(absl::string_view payload,
                                                 absl::Duration timeout) {
  absl::StatusOr<absl::string_view> response = CallView(payload, timeout);
  if (!response.ok()) return response.status();
  return std::string(*response);
}

absl::StatusOr<absl::string_view> BlockingClient::CallView(
    absl::string_view payload, absl::Duration timeout) {
  if (ABSL_PREDICT_FALSE(!core_.idle())) return core_.CheckIdle();
  if (ABSL_PREDICT_FALSE(timeout <= absl::ZeroDuration())) {
    return absl::DeadlineExceededError(
        absl::StrCat("the call was not made: its timeout is ",
                     absl::FormatDuration(timeout)));
  }
  const MonotonicTime deadline = DeadlineAfter(timeout);
  const BlockingCore::InUse in_use(&core_);
  const absl::StatusOr<CallId> call =
      core_.connection().StartCall(payload, PayloadLifetime::kBorrow);
  if (ABSL_PREDICT_FALSE(!call.ok())) {
    return core_.WithWorkersEnd(call.status(), deadline);
  }
  CallUnderWay under_way(&core_, *call);
  core_.Flush();
  while (std::optional<ClientEvent> event = core_.NextEnd(deadline)) {
    if (ABSL_PREDICT_TRUE(event->call == *call)) {
      under_way.set_ended();
      return core_.EndOf(*event, deadline);
    }
  }
  return absl::DeadlineExceededError(
      absl::StrCat("call ", *call, " has no response within ",
                   absl::FormatDuration(timeout)));
}

absl::Status BlockingClient::Close(absl::Duration grace) {
  return core_.Close(grace, [](const ClientEvent&) {});
}

}  // namespace forkrpc
