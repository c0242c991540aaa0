// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/worker_stderr.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/base/poll.h"
#include "forkrpc/process/child_descriptors.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/stderr_capture.h"
#include "forkrpc/process/stderr_lines.h"
#include "forkrpc/process/stderr_tee.h"
#include "forkrpc/process/tee_descriptor.h"
#include "forkrpc/transport/stream_pair.h"

namespace forkrpc {
namespace {

// What poll() takes for room may not do for a write: then look again so late.
constexpr absl::Duration kPause = absl::Milliseconds(1);

// Waits until `fd` may be written to, or for kRetry at most.
void WaitForRoom(int fd, MonotonicTime deadline) {
  pollfd room = {fd, POLLOUT, 0};
  const MonotonicTime retry = MonotonicNow() + StderrTee::kRetry;
  const absl::StatusOr<int> ready =
      PollUntil(absl::MakeSpan(&room, 1), std::min(deadline, retry));
  if (ready.ok() && *ready == 0) return;
  PollUntil({}, std::min(deadline, MonotonicNow() + kPause))
      .status()
      .IgnoreError();
}

}  // namespace

absl::StatusOr<WorkerStderr> WorkerStderr::Arrange(
    const SpawnOptions& options, const std::string& name,
    ChildDescriptors* descriptors) {
  const StderrMode mode = options.stderr_mode;
  const bool captured =
      mode == StderrMode::kTee || mode == StderrMode::kCapture;
  if (!captured && options.on_stderr != nullptr) {
    return absl::FailedPreconditionError(
        "SpawnOptions.on_stderr needs stderr_mode kTee or kCapture");
  }
  PipePair pipe;
  Sink sink;
  int child_stderr = -1;  // /dev/null
  if (captured) {
    absl::StatusOr<PipePair> made = MakePipe();
    if (!made.ok()) return made.status();
    pipe = *std::move(made);
    child_stderr = pipe.write_end.get();
  } else if (mode == StderrMode::kInherit &&
             fcntl(STDERR_FILENO, F_GETFD) >= 0) {
    child_stderr = STDERR_FILENO;
  }
  if (options.on_stderr != nullptr) {
    sink.emplace<StderrLines>(options.on_stderr);
  } else if (mode == StderrMode::kTee) {
    absl::StatusOr<TeeDescriptor> ours = TeeDescriptor::Open(STDERR_FILENO);
    if (!ours.ok()) return ours.status();
    sink.emplace<StderrTee>(*std::move(ours), name);
  }
  descriptors->Add(child_stderr, STDERR_FILENO);
  return WorkerStderr(std::move(pipe.write_end),
                      StderrCapture(std::move(pipe.read_end)), std::move(sink));
}

void WorkerStderr::Read() {
  if (auto* const tee = std::get_if<StderrTee>(&sink_)) {
    const MonotonicTime now = MonotonicNow();
    capture_.Drain([&](absl::string_view octets) { tee->Put(octets, now); });
  } else if (auto* const lines = std::get_if<StderrLines>(&sink_)) {
    // Where a callback throws for each line, lines may pile up: the worker
    // waits then.
    if (lines->kept() > StderrCapture::kMaxOctetsPerDrain) return;
    const bool open = fd() >= 0;
    capture_.Drain([&](absl::string_view octets) { lines->Put(octets); });
    if (open && fd() < 0) lines->End();
  } else {
    capture_.Drain([](absl::string_view) {});
  }
}

void WorkerStderr::Drain(Exceptions exceptions) {
  Read();
  Deliver(exceptions);
}

void WorkerStderr::Deliver(Exceptions exceptions) {
  auto* const lines = std::get_if<StderrLines>(&sink_);
  if (lines == nullptr) return;
#ifdef ABSL_HAVE_EXCEPTIONS
  while (exceptions == Exceptions::kDrop && lines->due()) {
    try {
      lines->Deliver();
    } catch (...) {
    }
  }
#else
  (void)exceptions;
#endif
  lines->Deliver();
}

MonotonicTime WorkerStderr::NextFlush() const {
  if (const auto* const tee = std::get_if<StderrTee>(&sink_)) {
    return tee->next_flush();
  }
  const auto* const lines = std::get_if<StderrLines>(&sink_);
  return lines != nullptr && lines->due() ? MonotonicTime::InfinitePast()
                                          : MonotonicTime::InfiniteFuture();
}

void WorkerStderr::Flush(Exceptions exceptions) {
  if (auto* const tee = std::get_if<StderrTee>(&sink_)) {
    tee->Flush(MonotonicNow());
  } else {
    Deliver(exceptions);
  }
}

void WorkerStderr::FlushUntil(MonotonicTime deadline) {
  auto* const tee = std::get_if<StderrTee>(&sink_);
  if (tee == nullptr) return;
  tee->Flush(MonotonicNow());
  while (tee->backlog() > 0 && MonotonicNow() < deadline) {
    WaitForRoom(tee->fd(), deadline);
    tee->Flush(MonotonicNow());
  }
}

void WorkerStderr::Finish(Exceptions exceptions) {
  auto* const lines = std::get_if<StderrLines>(&sink_);
  if (lines == nullptr) return;
  lines->End();
  Deliver(exceptions);
}

size_t WorkerStderr::backlog() const {
  const auto* const tee = std::get_if<StderrTee>(&sink_);
  return tee != nullptr ? tee->backlog() : 0;
}

uint64_t WorkerStderr::dropped() const {
  const auto* const tee = std::get_if<StderrTee>(&sink_);
  return tee != nullptr ? tee->dropped() : 0;
}

}  // namespace forkrpc
