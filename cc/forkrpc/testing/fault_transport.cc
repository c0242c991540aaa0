// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/fault_transport.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "absl/time/clock.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/monotonic_time.h"

namespace forkrpc {

absl::Status InjectedError(int error) {
  absl::Status status = ErrnoStatus(error, "injected fault");
  if (absl::IsUnavailable(status)) return status;
  return absl::InternalError(status.message());
}

FaultTransport::FaultTransport(Transport* transport, StreamEnd end,
                               const FaultPlan& plan, Clock clock)
    : transport_(transport), clock_(std::move(clock)) {
  for (const Fault& fault : plan) {
    if (fault.end != end) continue;
    directions_[static_cast<int>(fault.op)].faults.push_back(fault);
  }
}

std::optional<absl::StatusOr<IoResult>> FaultTransport::Answer(FaultOp op,
                                                               IoMode mode,
                                                               size_t* most) {
  const absl::StatusOr<IoResult> would_block =
      IoResult{IoResult::kWouldBlock, 0};
  Direction& direction = directions_[static_cast<int>(op)];
  const int call = direction.calls++;
  if (direction.end.has_value()) return direction.end;
  for (const Fault& fault : direction.faults) {
    if (call < fault.index || call >= fault.index + fault.times()) continue;
    switch (fault.action) {
      case FaultAction::kShort:
        *most = static_cast<size_t>(fault.amount);
        break;
      case FaultAction::kWouldBlock:
        // A blocking call is one that waits until it would not.
        if (mode == IoMode::kBlock) break;
        ++put_off_;
        return would_block;
      case FaultAction::kInterrupt:
        break;  // a Transport hides it
      case FaultAction::kError:
        direction.end = InjectedError(fault.amount);
        return direction.end;
      case FaultAction::kEof:
        direction.end = IoResult{IoResult::kEof, 0};
        return direction.end;
      case FaultAction::kDelay:
        direction.resume = clock_() + absl::Milliseconds(fault.amount);
        break;
    }
    break;
  }
  if (direction.resume == MonotonicTime::InfinitePast()) return std::nullopt;
  const absl::Duration left = direction.resume - clock_();
  if (left > absl::ZeroDuration()) {
    if (mode == IoMode::kNonBlock) return would_block;
    absl::SleepFor(left);
  }
  direction.resume = MonotonicTime::InfinitePast();
  return std::nullopt;
}

absl::StatusOr<IoResult> FaultTransport::Read(absl::Span<char> buffer,
                                              IoMode mode) {
  size_t most = buffer.size();
  std::optional<absl::StatusOr<IoResult>> answer =
      Answer(FaultOp::kRead, mode, &most);
  if (answer.has_value()) return *std::move(answer);
  return transport_->Read(buffer.first(std::min(most, buffer.size())), mode);
}

absl::StatusOr<IoResult> FaultTransport::Write(
    absl::Span<const absl::string_view> buffers, IoMode mode) {
  size_t most = std::numeric_limits<size_t>::max();
  std::optional<absl::StatusOr<IoResult>> answer =
      Answer(FaultOp::kWrite, mode, &most);
  if (answer.has_value()) return *std::move(answer);
  if (most == std::numeric_limits<size_t>::max()) {
    return transport_->Write(buffers, mode);
  }
  std::vector<absl::string_view> front;
  for (const absl::string_view buffer : buffers) {
    front.push_back(buffer.substr(0, most));
    most -= front.back().size();
    if (most == 0) break;
  }
  return transport_->Write(front, mode);
}

absl::Status FaultTransport::ShutdownWrite() {
  size_t most;
  const std::optional<absl::StatusOr<IoResult>> answer =
      Answer(FaultOp::kShutdown, IoMode::kBlock, &most);
  // The descriptor is half-closed in any case: shutdown() fails only where the
  // stream has ended already.
  absl::Status status = transport_->ShutdownWrite();
  if (answer.has_value() && !answer->ok()) return answer->status();
  return status;
}

MonotonicTime FaultTransport::resume_time() const {
  MonotonicTime first = MonotonicTime::InfiniteFuture();
  const MonotonicTime now = clock_();
  for (const Direction& direction : directions_) {
    // Nobody may have called since an earlier one was over.
    if (direction.resume > now) {
      first = std::min(first, direction.resume);
    }
  }
  return first;
}

}  // namespace forkrpc
