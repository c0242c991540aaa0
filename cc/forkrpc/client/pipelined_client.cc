// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/pipelined_client.h"

#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"

namespace forkrpc {

absl::StatusOr<std::unique_ptr<PipelinedClient>> PipelinedClient::Spawn(
    const SpawnOptions& worker, BlockingClientOptions options) {
  absl::StatusOr<std::unique_ptr<WorkerProcess>> process =
      BlockingCore::Spawn(worker, options);
  if (!process.ok()) return process.status();
  return absl::WrapUnique(
      new PipelinedClient(*std::move(process), std::move(options)));
}

PipelinedClient::PipelinedClient(std::unique_ptr<WorkerProcess> process,
                                 BlockingClientOptions options)
    : core_(std::move(process), nullptr, std::move(options)) {}

PipelinedClient::PipelinedClient(std::unique_ptr<Transport> transport,
                                 BlockingClientOptions options)
    : core_(nullptr, std::move(transport), std::move(options)) {}

PipelinedClient::~PipelinedClient() = default;

absl::Status PipelinedClient::PrepareStart(absl::Duration timeout,
                                           MonotonicTime* deadline) {
  absl::Status idle = core_.CheckIdle();
  if (!idle.ok()) return idle;
  if (timeout <= absl::ZeroDuration()) {
    return absl::DeadlineExceededError(
        absl::StrCat("the call was not made: its timeout is ",
                     absl::FormatDuration(timeout)));
  }
  *deadline = DeadlineAfter(timeout);
  if (core_.connection().unsent() <= kUnsentHighWater) return absl::OkStatus();
  const BlockingCore::InUse in_use(&core_);
  return core_.WaitForRoom(
      kUnsentLowWater, *deadline,
      [&](const ClientEvent& event) { Keep(event, *deadline); });
}

void PipelinedClient::Flush() {
  if (core_.idle()) core_.Flush();
}

absl::StatusOr<std::string> PipelinedClient::Wait(CallId call,
                                                  absl::Duration timeout) {
  if (core_.in_use()) return core_.CheckIdle();
  const MonotonicTime deadline = DeadlineAfter(timeout);
  const BlockingCore::InUse in_use(&core_);
  while (true) {
    KeepFailed(deadline);
    const auto ended = ended_.find(call);
    if (ended != ended_.end()) {
      absl::StatusOr<std::string> response = std::move(ended->second);
      ended_.erase(ended);
      return response;
    }
    if (!core_.connection().is_open(call)) {
      return absl::NotFoundError(absl::StrCat("no call ", call, " is open"));
    }
    const std::optional<ClientEvent> event = core_.NextEnd(deadline);
    if (event.has_value()) {
      Keep(*event, deadline);
    } else if (!core_.connection().closed()) {
      return absl::DeadlineExceededError(
          absl::StrCat("call ", call, " is still open after ",
                       absl::FormatDuration(timeout)));
    }
  }
}

Completion PipelinedClient::WaitForAny(absl::Duration timeout) {
  if (core_.in_use()) return Completion{0, core_.CheckIdle()};
  if (!ended_.empty()) return HandOut(ended_.begin());
  if (!core_.idle()) return Completion{0, core_.CheckIdle()};
  if (core_.connection().open_calls() == 0) {
    return Completion{0, absl::FailedPreconditionError("no call is open")};
  }
  const MonotonicTime deadline = DeadlineAfter(timeout);
  const BlockingCore::InUse in_use(&core_);
  const std::optional<ClientEvent> event = core_.NextEnd(deadline);
  if (event.has_value() && event->kind == ClientEvent::kResponse) {
    return Completion{event->call, event->payload};
  }
  if (event.has_value()) return HandOut(Keep(*event, deadline));
  return Completion{
      0, absl::DeadlineExceededError(absl::StrCat(
             "none of ", core_.connection().open_calls(),
             " calls has ended within ", absl::FormatDuration(timeout)))};
}

Completion PipelinedClient::HandOut(EndedCalls::iterator ended) {
  const CallId call = ended->first;
  absl::StatusOr<std::string> response = std::move(ended->second);
  ended_.erase(ended);
  if (!response.ok()) return Completion{call, response.status()};
  handed_out_ = *std::move(response);
  return Completion{call, absl::string_view(handed_out_)};
}

absl::Status PipelinedClient::Cancel(CallId call) {
  absl::Status idle = core_.CheckIdle();
  if (!idle.ok()) return idle;
  absl::Status cancelled = core_.connection().CancelCall(call);
  // Now, while it is the only one: to find it among many takes long.
  KeepFailed(MonotonicTime::InfinitePast());
  return cancelled;
}

absl::Status PipelinedClient::Close(absl::Duration grace) {
  const MonotonicTime deadline = DeadlineAfter(grace);
  return core_.Close(grace,
                     [&](const ClientEvent& event) { Keep(event, deadline); });
}

bool PipelinedClient::is_open(CallId call) const {
  return ended_.contains(call) || core_.connection().is_open(call);
}

PipelinedClient::EndedCalls::iterator PipelinedClient::Keep(
    const ClientEvent& event, MonotonicTime deadline) {
  if (event.kind == ClientEvent::kResponse) {
    return ended_.insert_or_assign(event.call, std::string(event.payload))
        .first;
  }
  // First, for a callback may throw while it waits for the worker's end.
  const auto kept = ended_.insert_or_assign(event.call, event.status).first;
  kept->second = core_.WithWorkersEnd(event.status, deadline);
  return kept;
}

void PipelinedClient::KeepFailed(MonotonicTime deadline) {
  while (core_.connection().has_failed_calls()) {
    Keep(*core_.connection().PollEvent(), deadline);
  }
}

}  // namespace forkrpc
