// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/worker_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/base/poll.h"
#include "forkrpc/process/child_descriptors.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/process/pipe_writers.h"
#include "forkrpc/process/printable_stderr.h"
#include "forkrpc/process/process_watch.h"
#include "forkrpc/process/reaper.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/spawn_process.h"
#include "forkrpc/process/worker_stderr.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/kernel_buffer.h"
#include "forkrpc/transport/stream_pair.h"
#include "forkrpc/transport/transport.h"
#include "forkrpc/transport/wire_terms.h"

namespace forkrpc {
namespace {

// The wire: our end as a transport, the child's ends still open.
struct Wire {
  std::unique_ptr<FdTransport> transport;
  OwnedFd child_in;   // the child's descriptor 0
  OwnedFd child_out;  // and 1; -1 if it is the same
};

absl::StatusOr<Wire> MakeSocketWire(int buffer_octets) {
  absl::StatusOr<SocketPair> pair = MakeSocketPair();
  if (!pair.ok()) return pair.status();
  if (buffer_octets > 0) {
    // Between local sockets the writer's buffer counts, so both ends ask; what
    // is granted is the kernel's business.
    SetKernelBuffer(pair->ours.get(), buffer_octets).IgnoreError();
    SetKernelBuffer(pair->theirs.get(), buffer_octets).IgnoreError();
  }
  absl::StatusOr<std::unique_ptr<FdTransport>> transport =
      FdTransport::FromSocket(std::move(pair->ours));
  if (!transport.ok()) return transport.status();
  return Wire{*std::move(transport), std::move(pair->theirs), OwnedFd()};
}

absl::StatusOr<Wire> MakePipeWire(int buffer_octets) {
  absl::StatusOr<PipePair> requests = MakePipe();
  if (!requests.ok()) return requests.status();
  absl::StatusOr<PipePair> responses = MakePipe();
  if (!responses.ok()) return responses.status();
  if (buffer_octets > 0) {
    SetKernelBuffer(requests->write_end.get(), buffer_octets).IgnoreError();
    SetKernelBuffer(responses->read_end.get(), buffer_octets).IgnoreError();
  }
  absl::StatusOr<std::unique_ptr<FdTransport>> transport =
      FdTransport::FromPair(std::move(responses->read_end),
                            std::move(requests->write_end), PipeMode::kOurs);
  if (!transport.ok()) return transport.status();
  return Wire{*std::move(transport), std::move(requests->read_end),
              std::move(responses->write_end)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<WorkerProcess>> WorkerProcess::Spawn(
    const SpawnOptions& options, const WireTerms& terms, Reaper::Pidfd pidfd) {
  const std::string& name = options.name.empty() && !options.argv.empty()
                                ? options.argv[0]
                                : options.name;
  absl::StatusOr<Wire> wire = options.binding == Binding::kSocket
                                  ? MakeSocketWire(options.wire_buffer_octets)
                                  : MakePipeWire(options.wire_buffer_octets);
  ChildDescriptors descriptors;
  absl::StatusOr<WorkerStderr> errors =
      wire.ok() ? WorkerStderr::Arrange(options, name, &descriptors)
                : wire.status();
  if (!errors.ok()) {
    return absl::Status(
        errors.status().code(),
        absl::StrCat("cannot start worker '",
                     options.argv.empty() ? "" : options.argv[0],
                     "': ", errors.status().message()));
  }
  descriptors.Add(wire->child_in.get(), STDIN_FILENO);
  descriptors.Add(
      wire->child_out.valid() ? wire->child_out.get() : wire->child_in.get(),
      STDOUT_FILENO);
  for (const InheritedDescriptor& more : options.descriptors) {
    descriptors.Add(more.fd, more.child_number);
  }
  const absl::StatusOr<pid_t> pid = SpawnProcess(
      options, WireEnvironment(terms, wire->child_in.get()), &descriptors);
  if (!pid.ok()) return pid.status();
  // From here on nothing can fail: the process has an owner at once.
  const uint64_t input_pipe = options.binding == Binding::kPipes
                                  ? WireInode(wire->child_in.get()).value_or(0)
                                  : 0;
  // What is closed here leaves room for a pidfd where descriptors are short.
  errors->OnStarted();
  wire->child_in.Reset();
  wire->child_out.Reset();
  auto process = absl::WrapUnique(new WorkerProcess(
      name, *pid, std::move(wire->transport), *std::move(errors), pidfd));
  process->input_pipe_ = input_pipe;
  return process;
}

WorkerProcess::WorkerProcess(std::string name, pid_t pid,
                             std::unique_ptr<Transport> transport,
                             WorkerStderr errors, Reaper::Pidfd pidfd)
    : name_(std::move(name)),
      transport_(std::move(transport)),
      stderr_(std::move(errors)),
      reaper_(pid, pidfd),
      watch_(reaper_.pidfd() >= 0, MonotonicNow()) {}

WorkerProcess::~WorkerProcess() {
  CloseWire();
  constexpr auto kDrop = WorkerStderr::Exceptions::kDrop;
  if (!WaitForEnd(MonotonicNow() + kDestructorGrace, kDrop).ok()) {
    Kill(SIGKILL).IgnoreError();  // fails only if it has ended by now
    WaitForEnd(MonotonicNow() + kKillGrace, kDrop).IgnoreError();
  }
  stderr_.Read();
  stderr_.Finish(kDrop);
  stderr_.FlushUntil(std::min(linger_until_, MonotonicNow() + kStderrLinger));
}

void WorkerProcess::CloseWire() {
  if (transport_ == nullptr) return;
  // A fork() copy of this program may hold the socket too. In that copy itself,
  // for which the worker is no child and has ended, nothing is shut down.
  if (!Look().has_value()) shutdown(transport_->read_fd(), SHUT_RDWR);
  transport_.reset();
}

const std::optional<ExitStatus>& WorkerProcess::Look() {
  if (exit_status().has_value()) return exit_status();
  const MonotonicTime now = MonotonicNow();
  watch_.OnLook(reaper_.Look(), now);
  if (watch_.ended()) linger_until_ = now + kStderrLinger;
  return exit_status();
}

absl::StatusOr<ExitStatus> WorkerProcess::Wait(MonotonicTime deadline) {
  constexpr auto kPass = WorkerStderr::Exceptions::kPass;
  absl::Status ended = WaitForEnd(deadline, kPass);
  if (!ended.ok()) return ended;
  stderr_.Drain(kPass);
  stderr_.FlushUntil(std::min(deadline, linger_until_));
  return *exit_status();
}

absl::Status WorkerProcess::WaitForEnd(MonotonicTime deadline,
                                       WorkerStderr::Exceptions exceptions) {
  if (deadline > MonotonicNow()) watch_.OnEndExpected(MonotonicNow());
  while (!Look().has_value()) {
    const MonotonicTime now = MonotonicNow();
    if (now >= deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat("worker '", name_, "' (pid ", pid(), ") has not ended"));
    }
    pollfd fds[] = {{pidfd(), POLLIN, 0}, {stderr_.fd(), POLLIN, 0}};
    absl::StatusOr<int> ready =
        PollUntil(absl::MakeSpan(fds),
                  std::min({deadline, NextLook(), NextStderrFlush()}));
    if (!ready.ok()) return ready.status();
    if (fds[1].revents != 0) stderr_.Drain(exceptions);
    if (NextStderrFlush() <= MonotonicNow()) stderr_.Flush(exceptions);
  }
  return absl::OkStatus();
}

bool WorkerProcess::InputIsHeldOpen() {
  const bool ended_for_us = transport_ == nullptr || transport_->write_fd() < 0;
  return input_pipe_ != 0 && ended_for_us && !exit_status().has_value() &&
         HasPipeWriter(pid(), input_pipe_);
}

absl::Status WorkerProcess::Kill(int signal) {
  if (signal == SIGTERM || signal == SIGKILL) {
    input_held_open_ = input_held_open_ || InputIsHeldOpen();
  }
  return reaper_.Signal(signal);
}

absl::StatusOr<ExitStatus> WorkerProcess::Terminate(absl::Duration grace) {
  for (const int signal : {SIGTERM, SIGKILL}) {
    absl::Status sent = Kill(signal);
    if (!sent.ok() && !exit_status().has_value()) return sent;
    absl::StatusOr<ExitStatus> ended =
        Wait(MonotonicNow() + (signal == SIGTERM ? grace : kKillGrace));
    if (ended.ok() || !absl::IsDeadlineExceeded(ended.status())) return ended;
  }
  return absl::DeadlineExceededError(
      absl::StrCat("worker '", name_, "' (pid ", pid(),
                   ") has not ended, although it was killed"));
}

std::string WorkerProcess::DescribeEnd() {
  Look();
  stderr_.Read();
  std::string text =
      absl::StrCat("worker '", PrintableStderr(name_), "' (pid ", pid(), ") ",
                   exit_status().has_value() ? exit_status()->ToString()
                                             : "is still running");
  if (input_held_open_) {
    text +=
        "; another process, perhaps a fork() copy of this program, held the "
        "pipe to its standard input open, so that it could not see its end";
  }
  if (!stderr_tail().empty()) {
    absl::StrAppend(&text, "; its stderr ended: ", stderr_.PrintableTail());
  }
  return text;
}

}  // namespace forkrpc
