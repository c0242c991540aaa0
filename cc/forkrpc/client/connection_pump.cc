// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/connection_pump.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/poll.h"
#include "forkrpc/transport/kernel_buffer.h"

namespace forkrpc {
namespace {

// How long the process and its standard error may be left to themselves. 50 ms
// are promised; the kernel rounds a read's time up.
constexpr absl::Duration kLookEvery = absl::Milliseconds(25);

// The clock is asked after so many reads or octets, whichever come first.
constexpr size_t kReadsPerLook = 64;
constexpr size_t kOctetsPerLook = size_t{32} << 10;

}  // namespace

ConnectionPump::ConnectionPump(ClientConnection* connection,
                               Transport* transport, WorkerProcess* process,
                               absl::Duration spin)
    : connection_(connection),
      transport_(transport),
      process_(process),
      spin_(spin),
      reads_end_(process != nullptr &&
                 transport->SetReadTimeout(kLookEvery).ok()),
      way_(reads_end_ || process == nullptr ? Way::kRead : Way::kPoll) {}

void ConnectionPump::Flush() {
  if (ABSL_PREDICT_FALSE(way_ == Way::kRest)) return;
  while (connection_->unsent() > 0) {
    absl::StatusOr<IoResult> put =
        transport_->Write(connection_->SendBuffers(), IoMode::kNonBlock);
    if (!put.ok()) {
      connection_->OnSendError(put.status());
      // The worker may live: it learns that nothing more comes, and ends.
      transport_->ShutdownWrite().IgnoreError();
      return;
    }
    if (put->kind == IoResult::kWouldBlock) return;
    connection_->OnSent(put->octets);
  }
  if (ABSL_PREDICT_FALSE(connection_->wants_shutdown_write())) {
    connection_->OnShutdownWriteDone();
    absl::Status status = transport_->ShutdownWrite();
    if (!status.ok()) connection_->OnSendError(std::move(status));
  }
}

bool ConnectionPump::Wait(MonotonicTime deadline, pollfd* also) {
  const uint64_t moved = connection_->sent() + connection_->received();
  const bool lived = way_ != Way::kRest;
  WaitOnce(std::min(deadline, connection_->NextTimeout()), also);
  if (connection_->NextTimeout() != MonotonicTime::InfiniteFuture()) {
    connection_->OnTimeout(MonotonicNow());
  }
  return connection_->sent() + connection_->received() != moved ||
         (lived && way_ == Way::kRest) || !connection_->wants_octets() ||
         connection_->has_failed_calls();
}

void ConnectionPump::WaitOnce(MonotonicTime deadline, pollfd* also) {
  if (process_ != nullptr && way_ != Way::kRest &&
      ABSL_PREDICT_FALSE(process_->exit_status().has_value())) {
    OnProcessEnd();
  }
  if (ABSL_PREDICT_FALSE(way_ == Way::kRest)) return ReadRest();
  Flush();
  const absl::Span<char> space = connection_->ReceiveBuffer();
  if (space.empty()) return;
  const bool only_read = connection_->unsent() == 0 && also == nullptr;
  if (only_read && spin_ > absl::ZeroDuration() && Spin(space, deadline)) {
    return;
  }
  if (!only_read || !MayBlockInRead(deadline)) {
    return WaitInPoll(space, deadline, also);
  }
  const absl::StatusOr<IoResult> got = transport_->Read(space, IoMode::kBlock);
  if (got.ok() && got->kind == IoResult::kWouldBlock) {
    way_ = Way::kPoll;
    LookIfDue(MonotonicNow());
  } else {
    OnRead(got);
    LookAtTimes(got.ok() ? got->octets : 0);
  }
}

bool ConnectionPump::Spin(absl::Span<char> space, MonotonicTime deadline) {
  // The clock is asked as rarely as possible: it costs a tenth of a read.
  MonotonicTime end = MonotonicTime::InfiniteFuture();
  while (way_ != Way::kRest) {
    const absl::StatusOr<IoResult> got =
        transport_->Read(space, IoMode::kNonBlock);
    if (!got.ok() || got->kind != IoResult::kWouldBlock) {
      OnRead(got);
      LookAtTimes(got.ok() ? got->octets : 0);
      return true;
    }
    const MonotonicTime now = MonotonicNow();
    LookIfDue(now);
    end = std::min(end, std::min(deadline, now + spin_));
    if (now >= end) return false;
  }
  return true;
}

bool ConnectionPump::MayBlockInRead(MonotonicTime deadline) const {
  if (way_ != Way::kRead) return false;
  if (deadline == MonotonicTime::InfiniteFuture()) return true;
  // The kernel may round up by as much.
  return reads_end_ && deadline - MonotonicNow() > 2 * kLookEvery;
}

void ConnectionPump::WaitInPoll(absl::Span<char> space, MonotonicTime deadline,
                                pollfd* also) {
  const bool writes = connection_->unsent() > 0;
  pollfd fds[] = {{transport_->read_fd(), POLLIN, 0},
                  {writes ? transport_->write_fd() : -1, POLLOUT, 0},
                  {process_ != nullptr ? process_->stderr_fd() : -1, POLLIN, 0},
                  {process_ != nullptr ? process_->pidfd() : -1, POLLIN, 0},
                  also != nullptr ? *also : pollfd{-1, 0, 0}};
  const auto& [wire, room, errors, process, other] = fds;
  if (process_ != nullptr) {
    deadline =
        std::min({deadline, process_->NextLook(), process_->NextStderrFlush()});
  }
  const absl::StatusOr<int> ready = PollUntil(absl::MakeSpan(fds), deadline);
  if (!ready.ok()) return connection_->OnReceiveError(ready.status());
  if (also != nullptr) also->revents = other.revents;
  if (process_ != nullptr) SeeToStderr(errors.revents != 0);
  if (process.revents != 0 || (process_ != nullptr && process.fd < 0)) {
    LookAtProcess();
  }
  if (wire.revents == 0 || way_ == Way::kRest) return;
  if (reads_end_ || process_ == nullptr) way_ = Way::kRead;
  OnRead(transport_->Read(space, IoMode::kNonBlock));
}

void ConnectionPump::OnRead(const absl::StatusOr<IoResult>& got) {
  if (!got.ok()) {
    connection_->OnReceiveError(got.status());
  } else if (got->kind == IoResult::kEof) {
    connection_->OnReceiveEof();
  } else if (got->kind == IoResult::kOctets) {
    connection_->OnReceived(got->octets);
  }
}

void ConnectionPump::LookAtTimes(size_t octets) {
  unlooked_ += kOctetsPerLook / kReadsPerLook + octets;
  if (ABSL_PREDICT_TRUE(unlooked_ < kOctetsPerLook)) return;
  unlooked_ = 0;
  LookIfDue(MonotonicNow());
}

void ConnectionPump::LookIfDue(MonotonicTime now) {
  if (process_ == nullptr || ABSL_PREDICT_TRUE(now < next_look_)) return;
  next_look_ = now + kLookEvery;
  SeeToStderr(process_->stderr_fd() >= 0);
  LookAtProcess();
}

void ConnectionPump::SeeToStderr(bool drain) {
  if (drain) process_->DrainStderr();
  const MonotonicTime due = process_->NextStderrFlush();
  if (ABSL_PREDICT_TRUE(due == MonotonicTime::InfiniteFuture())) return;
  if (due <= MonotonicNow()) process_->FlushStderr();
}

void ConnectionPump::LookAtProcess() {
  if (process_->Look().has_value()) OnProcessEnd();
}

void ConnectionPump::OnProcessEnd() {
  way_ = Way::kRest;
  rest_end_ = connection_->received() + KernelOctets(transport_->read_fd());
}

void ConnectionPump::ReadRest() {
  const absl::Span<char> space = connection_->ReceiveBuffer();
  if (space.empty()) return;
  const uint64_t rest = rest_end_ - connection_->received();
  const absl::StatusOr<IoResult> got = transport_->Read(
      rest == 0 ? space : space.first(std::min<uint64_t>(space.size(), rest)),
      IoMode::kNonBlock);
  const bool octets = got.ok() && got->kind == IoResult::kOctets;
  const bool nothing = got.ok() && got->kind == IoResult::kWouldBlock;
  if (rest == 0 ? octets || nothing
                : nothing && KernelOctets(transport_->read_fd()) == 0) {
    OnWireHeldByOthers();
  } else {
    OnRead(got);
  }
}

void ConnectionPump::OnWireHeldByOthers() {
  const size_t in_flight = connection_->in_flight();
  if (in_flight == 0) return connection_->OnReceiveEof();
  // What looks like a frame that is cut need not be the worker's.
  connection_->OnReceiveError(absl::UnavailableError(absl::StrCat(
      "the worker has ended with ", in_flight,
      in_flight == 1 ? " call" : " calls",
      " in flight, although another process holds its wire open")));
}

}  // namespace forkrpc
