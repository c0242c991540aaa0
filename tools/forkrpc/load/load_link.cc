// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/load/load_link.h"

#include <time.h>

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/wire_terms.h"
#include "tools/forkrpc/load/caller.h"

namespace forkrpc::cli {
namespace {

// How much later than a worker we may be interrupted, who are together.
constexpr int64_t kInterruptedTogether = 250000000;

// How long an interrupt may go unseen.
constexpr int64_t kLookEvery = 100000000;

// How long a worker whose stream has ended may take to end itself.
constexpr absl::Duration kEndGrace = absl::Milliseconds(500);

// The same for one that nothing can be measured of.
constexpr absl::Duration kAbandonGrace = absl::Milliseconds(100);

// How long answers to calls that nobody waits for any more hold up the
// half-close, which a program in between may take for the end.
constexpr absl::Duration kAnswersGrace = absl::Milliseconds(500);

// Between SIGTERM and SIGKILL.
constexpr absl::Duration kKillGrace = absl::Seconds(1);

ClientOptions ConnectionOptions(const CallTerms& terms) {
  ClientOptions options;
  options.form = terms.form;
  options.limits.max_payload = terms.max_length;
  return options;
}

// Whether the user interrupts within a moment: an interrupt from the terminal
// reaches the workers as it reaches us, and may end them first.
bool IsInterrupted(const std::atomic<bool>& stop) {
  const int64_t until = NanosecondsNow() + kInterruptedTogether;
  while (!stop.load(std::memory_order_relaxed)) {
    if (NanosecondsNow() >= until) return false;
    const timespec moment = {0, 1000000};
    nanosleep(&moment, nullptr);
  }
  return true;
}

}  // namespace

int64_t NanosecondsNow() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * int64_t{1000000000} + now.tv_nsec;
}

MonotonicTime AtNanoseconds(int64_t nanoseconds) {
  return nanoseconds == kNever
             ? MonotonicTime::InfiniteFuture()
             : MonotonicTime::FromEpoch(absl::Nanoseconds(nanoseconds));
}

absl::StatusOr<std::unique_ptr<LoadLink>> LoadLink::Open(
    const LoadTarget& target, MonotonicTime deadline) {
  if (!target.address.has_value()) {
    WireTerms terms;
    terms.form =
        target.terms.form == Form::kSync ? kSyncFormName : kAsyncFormName;
    absl::StatusOr<std::unique_ptr<WorkerProcess>> process =
        WorkerProcess::Spawn(target.worker, terms);
    if (!process.ok()) return process.status();
    return absl::WrapUnique(new LoadLink(target, *std::move(process), nullptr));
  }
  absl::StatusOr<OwnedFd> socket = target.address->Connect(deadline);
  if (!socket.ok()) return socket.status();
  absl::StatusOr<std::unique_ptr<FdTransport>> transport =
      FdTransport::FromSocket(*std::move(socket));
  if (!transport.ok()) return transport.status();
  return absl::WrapUnique(new LoadLink(target, nullptr, *std::move(transport)));
}

LoadLink::LoadLink(const LoadTarget& target,
                   std::unique_ptr<WorkerProcess> process,
                   std::unique_ptr<Transport> socket)
    : terms_(target.terms),
      where_(target.address.has_value() ? target.address->text() : ""),
      process_(std::move(process)),
      socket_(std::move(socket)),
      transport_(process_ != nullptr ? process_->transport() : socket_.get()),
      connection_(ConnectionOptions(terms_)),
      pump_(&connection_, &transport_, process_.get(), absl::ZeroDuration()) {}

absl::StatusOr<std::string> LoadLink::Try(absl::string_view payload,
                                          MonotonicTime deadline,
                                          const std::atomic<bool>& stop) {
  absl::StatusOr<CallId> call =
      connection_.StartCallWithDeadline(payload, deadline);
  if (!call.ok()) return call.status();
  while (true) {
    while (std::optional<ClientEvent> event = connection_.PollEvent()) {
      switch (event->kind) {
        case ClientEvent::kEvent:
          has_spoken_ = true;
          break;
        case ClientEvent::kResponse:
          has_spoken_ = true;
          return std::string(event->payload);
        case ClientEvent::kCallFailed: {
          absl::Status why = event->status;
          // The end of the connection is polled too: then it is closed.
          connection_.PollEvent();
          return why;
        }
        case ClientEvent::kClosed:
          return event->status;
      }
    }
    if (stop.load(std::memory_order_relaxed)) {
      return absl::CancelledError("interrupted before anything was measured");
    }
    pump_.Wait(
        std::min(deadline, AtNanoseconds(NanosecondsNow() + kLookEvery)));
  }
}

LoadTally LoadLink::Run(const LoadPlan& plan, PayloadSource* payloads,
                        int64_t start, LoadWatch* watch) {
  Caller caller(plan, &connection_, payloads);
  caller.Start(start);
  while (true) {
    const int64_t now = NanosecondsNow();
    caller.Turn(now);
    watch->answered.store(caller.tally().answered, std::memory_order_relaxed);
    watch->failed.store(caller.tally().error_count(),
                        std::memory_order_relaxed);
    if (caller.done()) break;
    if (connection_.over()) {
      if (IsInterrupted(*watch->stop)) {
        caller.Interrupt();
      } else {
        caller.End();
      }
      break;
    }
    if (watch->stop->load(std::memory_order_relaxed)) {
      caller.Interrupt();
      break;
    }
    pump_.Wait(AtNanoseconds(std::min(caller.next_turn(), now + kLookEvery)));
  }
  LoadTally tally = caller.tally();
  if (ended() && !tally.first_error.empty()) {
    tally.first_error =
        DescribeFailure("calls were lost", connection_.status(), terms_, this)
            .message;
  }
  return tally;
}

absl::Status LoadLink::Close(MonotonicTime deadline) {
  // A call that was given up may never be answered.
  connection_.HalfClose(std::min(deadline, MonotonicNow() + kAnswersGrace));
  while (!ended()) {
    while (connection_.PollEvent().has_value()) {
    }
    if (ended()) break;
    if (MonotonicNow() >= deadline) {
      connection_.OnReceiveError(absl::DeadlineExceededError(
          "the worker has not ended its stream after the half-close"));
      continue;
    }
    pump_.Wait(deadline);
  }
  if (process_ == nullptr) return connection_.status();
  process_->CloseWire();
  const absl::StatusOr<ExitStatus> exit =
      process_->Wait(connection_.status().ok() ? deadline : MonotonicNow());
  if (absl::IsDeadlineExceeded(exit.status())) {
    process_->Terminate(kKillGrace).status().IgnoreError();
    if (connection_.status().ok()) {
      return absl::DeadlineExceededError(
          "the worker has ended its stream, but not itself");
    }
  }
  if (!connection_.status().ok()) return connection_.status();
  if (!exit.ok()) return exit.status();
  if (!exit->failed()) return absl::OkStatus();
  return absl::UnavailableError(process_->DescribeEnd());
}

void LoadLink::Abandon() {
  if (process_ == nullptr) return;
  process_->CloseWire();
  process_->Terminate(kAbandonGrace).status().IgnoreError();
}

std::string LoadLink::DescribeWorker() {
  if (process_ == nullptr) {
    return absl::StrCat("the worker is at ", where_);
  }
  if (ended()) {
    process_->CloseWire();
    process_->Wait(MonotonicNow() + kEndGrace).status().IgnoreError();
  }
  return process_->DescribeEnd();
}

bool LoadLink::is_no_worker() const {
  if (has_spoken_ || !ended()) return false;
  return !transport_.requests_taken() || transport_.received();
}

const std::optional<ExitStatus>& LoadLink::exit_status() const {
  static const std::optional<ExitStatus> kNone;
  return process_ == nullptr ? kNone : process_->exit_status();
}

}  // namespace forkrpc::cli
