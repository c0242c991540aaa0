// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Passing descriptors, the parent: opens a file and has the worker read it.
//
// usage: pass_fd_parent [WORKER [FILE]]

#include <errno.h>
#include <fcntl.h>

#include <iostream>
#include <utility>

#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/transport/fd_passing.h"
#include "forkrpc/transport/stream_pair.h"

namespace {

absl::Status Run(const char* program_file, const char* path) {
  const forkrpc::OwnedFd file(open(path, O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return forkrpc::ErrnoStatus(errno, path);

  // The wire carries octets only; this socket is for descriptors.
  absl::StatusOr<forkrpc::SocketPair> side = forkrpc::MakeSocketPair();
  if (!side.ok()) return side.status();

  forkrpc::LibuvLoop loop;
  forkrpc::SpawnOptions program;
  program.argv = {program_file};
  program.descriptors = {{side->theirs.get(), 3}};
  forkrpc::WorkerOptions options;
  options.on_destroy = [&] { loop.Stop(); };
  auto worker = forkrpc::Worker::Spawn(program, std::move(options), &loop);
  if (!worker.ok()) return worker.status();
  side->theirs.Reset();  // the worker has its own

  // First say what is to come, then send it.
  absl::Status end;
  (*worker)->Call("read the file that comes",
                  [&](absl::StatusOr<absl::string_view> content) {
                    end = content.status();
                    if (content.ok()) std::cout << *content;
                  });
  const absl::Status sent = forkrpc::SendFds(side->ours.get(), {file.get()});
  if (!sent.ok()) std::cerr << sent << "\n";
  side->ours.Reset();  // a worker that waits for more sees the end

  (*worker)->Drain();
  loop.Run();
  return end;
}

}  // namespace

int main(int argc, char** argv) {
  const absl::Status end = Run(argc > 1 ? argv[1] : "./pass_fd_worker",
                               argc > 2 ? argv[2] : "/etc/hostname");
  if (!end.ok()) std::cerr << end << "\n";
  return end.ok() ? 0 : 1;
}
