// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Shared by the tests of this package and of client.

#ifndef FORKRPC_PROCESS_TEST_HELPERS_H_
#define FORKRPC_PROCESS_TEST_HELPERS_H_

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/transport.h"
#include "gtest/gtest.h"

namespace forkrpc {

// A deadline that only a hang misses.
inline MonotonicTime Soon() { return MonotonicNow() + absl::Minutes(1); }

// test_worker; tests start in the root of their runfiles.
inline std::string TestWorker() {
  char* root = getcwd(nullptr, 0);
  std::string path = std::string(root) + "/cc/forkrpc/process/test_worker";
  free(root);
  return path;
}

inline SpawnOptions Argv(std::vector<std::string> argv) {
  SpawnOptions options;
  options.argv = std::move(argv);
  return options;
}

inline SpawnOptions Shell(const std::string& script) {
  return Argv({"/bin/sh", "-c", script});
}

// All the worker writes to the wire; ends when it closes its side.
inline std::string ReadAll(WorkerProcess& worker) {
  std::string all;
  char buffer[4096];
  for (;;) {
    absl::StatusOr<IoResult> got =
        worker.transport()->Read(absl::MakeSpan(buffer), IoMode::kBlock);
    EXPECT_TRUE(got.ok()) << got.status();
    if (!got.ok() || got->kind != IoResult::kOctets) return all;
    all.append(buffer, got->octets);
  }
}

// What a worker with these options writes to the wire until it ends.
inline std::string OutputOf(const SpawnOptions& options) {
  absl::StatusOr<std::unique_ptr<WorkerProcess>> worker =
      WorkerProcess::Spawn(options);
  EXPECT_TRUE(worker.ok()) << worker.status();
  if (!worker.ok()) return "";
  std::string output = ReadAll(**worker);
  absl::StatusOr<ExitStatus> ended = (*worker)->Wait(Soon());
  EXPECT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended.value_or(ExitStatus::Unknown()), ExitStatus::Exited(0));
  return output;
}

inline int OpenDescriptors() {
  int open = 0;
  for (int fd = 0; fd < 1024; ++fd) open += fcntl(fd, F_GETFD) >= 0;
  return open;
}

// Whether this process has no child at all, running or dead. Reaps none.
inline bool HasNoChildren() {
  siginfo_t info;
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == -1 &&
         errno == ECHILD;
}

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_TEST_HELPERS_H_
