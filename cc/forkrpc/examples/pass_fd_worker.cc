// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Passing descriptors, the worker: answers with what is in a file that it
// cannot open itself.
//
// The file's descriptor comes over a socket beside the wire, descriptor 3.

#include <errno.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/server/worker_main.h"
#include "forkrpc/transport/fd_passing.h"

namespace {

constexpr int kSideSocket = 3;

forkrpc::Reply Run(forkrpc::ServerCall& call) {
  if (call.request() != "read the file that comes") {
    return forkrpc::EndWorker(
        absl::InvalidArgumentError("what is to be done?"));
  }
  // One descriptor, and a parent that forgets it does not hold this up for
  // ever.
  absl::StatusOr<std::vector<forkrpc::OwnedFd>> files = forkrpc::ReceiveFds(
      kSideSocket, 1, forkrpc::MonotonicNow() + absl::Seconds(10));
  if (!files.ok()) return forkrpc::EndWorker(files.status());

  std::string content(4096, '\0');
  const ssize_t size = read(files->front().get(), &content[0], content.size());
  if (size < 0) {
    return forkrpc::EndWorker(
        forkrpc::ErrnoStatus(errno, "cannot read the file"));
  }
  content.resize(static_cast<size_t>(size));
  return content;
}

}  // namespace

int main() { return forkrpc::WorkerMain(Run); }
