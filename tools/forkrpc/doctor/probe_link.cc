// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/probe_link.h"

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/poll.h"
#include "forkrpc/transport/fd_transport.h"

namespace forkrpc::cli {
namespace {

constexpr size_t kReadOctets = size_t{256} << 10;
// Written at once, so that reading is not put off for long.
constexpr size_t kWriteOctets = size_t{64} << 10;

}  // namespace

absl::StatusOr<std::unique_ptr<ProbeLink>> ProbeLink::Open(const Way& way) {
  if (!way.command.empty()) {
    SpawnOptions launcher;
    launcher.argv = way.command;
    launcher.binding = way.binding;
    launcher.stderr_mode = StderrMode::kCapture;
    absl::StatusOr<std::unique_ptr<WorkerProcess>> process =
        WorkerProcess::Spawn(launcher);
    if (!process.ok()) return process.status();
    return absl::WrapUnique(new ProbeLink(*std::move(process), nullptr));
  }
  absl::StatusOr<OwnedFd> socket =
      way.address->Connect(MonotonicNow() + way.start_limit);
  if (!socket.ok()) return socket.status();
  absl::StatusOr<std::unique_ptr<FdTransport>> transport =
      FdTransport::FromSocket(*std::move(socket));
  if (!transport.ok()) return transport.status();
  return absl::WrapUnique(new ProbeLink(nullptr, *std::move(transport)));
}

ProbeLink::ProbeLink(std::unique_ptr<WorkerProcess> process,
                     std::unique_ptr<Transport> transport)
    : process_(std::move(process)), transport_(std::move(transport)) {}

void ProbeLink::End(absl::Status how) {
  if (end_time_.has_value()) return;
  end_time_ = MonotonicNow();
  how_ = std::move(how);
}

bool ProbeLink::Step(MonotonicTime deadline) {
  const bool open = !end_time_.has_value();
  const bool writes = open && written_ < out_.size();
  pollfd fds[] = {
      {open ? transport()->read_fd() : -1, POLLIN, 0},
      {writes ? transport()->write_fd() : -1, POLLOUT, 0},
      {process_ != nullptr ? process_->stderr_fd() : -1, POLLIN, 0},
      {process_ != nullptr ? process_->pidfd() : -1, POLLIN, 0},
  };
  const MonotonicTime next =
      process_ != nullptr ? process_->NextLook() : deadline;
  const absl::StatusOr<int> ready =
      PollUntil(absl::MakeSpan(fds), std::min(deadline, next));
  if (!ready.ok()) {
    End(ready.status());
    return false;
  }
  if (*ready == 0 && MonotonicNow() >= deadline) return false;
  if (fds[2].revents != 0) process_->DrainStderr();
  if (process_ != nullptr && !exit_time_.has_value() &&
      process_->Look().has_value()) {
    exit_time_ = MonotonicNow();
  }
  if (fds[0].revents != 0) Read();
  if (fds[1].revents != 0) Write();
  return true;
}

void ProbeLink::Read() {
  const size_t had = in_.size();
  in_.resize(had + kReadOctets);
  const absl::StatusOr<IoResult> got = transport()->Read(
      absl::MakeSpan(&in_[had], kReadOctets), IoMode::kNonBlock);
  const bool octets = got.ok() && got->kind == IoResult::kOctets;
  in_.resize(had + (octets ? got->octets : 0));
  if (octets) moved_ += got->octets;
  if (!got.ok()) End(got.status());
  if (got.ok() && got->kind == IoResult::kEof) End(absl::OkStatus());
}

void ProbeLink::Write() {
  const absl::string_view left =
      absl::string_view(out_).substr(written_, kWriteOctets);
  const absl::StatusOr<IoResult> put =
      transport()->Write({left}, IoMode::kNonBlock);
  if (!put.ok()) {
    // What the other end has sent before it went is still there.
    while (!end_time_.has_value()) {
      const size_t had = in_.size();
      Read();
      if (in_.size() == had) End(put.status());
    }
    return;
  }
  if (put->kind == IoResult::kOctets) {
    written_ += put->octets;
    moved_ += put->octets;
  }
  if (written_ == out_.size()) {
    out_.clear();
    written_ = 0;
  }
}

bool ProbeLink::Send(absl::string_view octets, MonotonicTime deadline) {
  Queue(octets);
  while (!out_.empty() && !end_time_.has_value()) {
    if (!Step(deadline)) return false;
  }
  return out_.empty();
}

std::optional<std::string> ProbeLink::TakeThrough(absl::string_view text,
                                                  MonotonicTime deadline) {
  size_t looked = 0;
  while (true) {
    const size_t at = in_.find(text.data(), looked, text.size());
    if (at != std::string::npos) {
      std::string taken = in_.substr(0, at + text.size());
      in_.erase(0, taken.size());
      return taken;
    }
    // What was looked through need not be looked through again.
    looked = in_.size() - std::min(in_.size(), text.size() - 1);
    if (end_time_.has_value() || !Step(deadline)) return std::nullopt;
  }
}

std::optional<std::string> ProbeLink::TakeLine(MonotonicTime deadline) {
  std::optional<std::string> line = TakeThrough("\n", deadline);
  if (!line.has_value()) return line;
  line->pop_back();
  if (!line->empty() && line->back() == '\r') line->pop_back();
  return line;
}

std::string ProbeLink::TakeOctets(size_t n, MonotonicTime deadline) {
  while (in_.size() < n && !end_time_.has_value() && Step(deadline)) {
  }
  std::string octets = in_.substr(0, n);
  in_.erase(0, octets.size());
  return octets;
}

void ProbeLink::HalfClose() { transport()->ShutdownWrite().IgnoreError(); }

bool ProbeLink::AwaitEnd(MonotonicTime deadline) {
  while (!end_time_.has_value() && Step(deadline)) {
  }
  return end_time_.has_value();
}

bool ProbeLink::AwaitExit(MonotonicTime deadline) {
  if (process_ == nullptr) return true;
  while (!exit_time_.has_value() && Step(deadline)) {
  }
  return exit_time_.has_value();
}

std::optional<ExitStatus> ProbeLink::exit_status() const {
  if (process_ == nullptr) return std::nullopt;
  return process_->exit_status();
}

absl::string_view ProbeLink::stderr_tail() const {
  return process_ == nullptr ? "" : process_->stderr_tail();
}

std::string ProbeLink::DescribeProcess() {
  return process_ == nullptr ? "" : process_->DescribeEnd();
}

void ProbeLink::Kill() {
  if (process_ != nullptr) process_->Kill(SIGKILL).IgnoreError();
}

}  // namespace forkrpc::cli
