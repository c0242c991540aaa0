// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WorkerStderr: where a worker's standard error goes.
//
// Makes what SpawnOptions ask for: the child's descriptor 2, the pipe behind
// it, the tail that is kept, and the tee or the callback that the octets go to.
// Nothing here waits, but FlushUntil. One thread at a time.
//
//   forkrpc::ChildDescriptors descriptors;
//   auto standard_error = forkrpc::WorkerStderr::Arrange(
//       forkrpc::SpawnOptions(), "name", &descriptors);
//   if (!standard_error.ok()) return standard_error.status();
//   // ... start the child ...
//   standard_error->OnStarted();
//   standard_error->Drain();  // when standard_error->fd() is readable

#ifndef FORKRPC_PROCESS_WORKER_STDERR_H_
#define FORKRPC_PROCESS_WORKER_STDERR_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/process/child_descriptors.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/stderr_capture.h"
#include "forkrpc/process/stderr_lines.h"
#include "forkrpc/process/stderr_tee.h"

namespace forkrpc {

// Invariant: what is read is in the tail, and has gone to the sink, before a
// callback is run: an exception of it loses nothing.
class WorkerStderr {
 public:
  // Lists the child's descriptor 2. FailedPrecondition for options that make no
  // sense, ResourceExhausted when descriptors have run out.
  static absl::StatusOr<WorkerStderr> Arrange(const SpawnOptions& options,
                                              const std::string& name,
                                              ChildDescriptors* descriptors);

  // The child has its copy of the pipe's other end: closes ours.
  void OnStarted() { child_end_.Reset(); }

  // Readable when there is something to drain; -1 when nothing is captured and
  // after the end.
  int fd() const { return capture_.fd(); }

  // What becomes of an exception that leaves the callback: it leaves the
  // function that was called, or it is dropped, where nobody could be told.
  enum class Exceptions { kPass, kDrop };

  // Reads what is there; runs no callback.
  void Read();
  // Reads what is there and gives the lines that are complete.
  void Drain(Exceptions exceptions = Exceptions::kPass);

  // When to call Flush: a while after the tee was not taken, at once for lines
  // that are due; InfiniteFuture if there is nothing to do.
  MonotonicTime NextFlush() const;
  // Writes what is taken of the tee's backlog, gives lines that are due.
  void Flush(Exceptions exceptions = Exceptions::kPass);

  // Waits until the backlog is written, for `deadline` at most.
  void FlushUntil(MonotonicTime deadline);
  // Nothing more is read: gives all lines, an unfinished one too.
  void Finish(Exceptions exceptions);

  // Octets that wait for this program's standard error, and those that were
  // dropped because too many did or it refused them.
  size_t backlog() const;
  uint64_t dropped() const;

  // See StderrCapture.
  absl::string_view tail() const { return capture_.tail(); }
  std::string PrintableTail() const { return capture_.PrintableTail(); }

 private:
  using Sink = std::variant<std::monostate, StderrTee, StderrLines>;

  WorkerStderr(OwnedFd child_end, StderrCapture capture, Sink sink)
      : child_end_(std::move(child_end)),
        capture_(std::move(capture)),
        sink_(std::move(sink)) {}

  void Deliver(Exceptions exceptions);

  OwnedFd child_end_;
  StderrCapture capture_;
  Sink sink_;
};

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_WORKER_STDERR_H_
