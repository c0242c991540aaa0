// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// T-16: descriptors run out, at each place where one is needed. What is asked
// for is refused with a status, nothing is left open, and once there are
// descriptors again it is had. Each attempt is a process of its own.

#include <errno.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/process/test_helpers.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr int kFewest = 3;
constexpr int kMost = 64;
constexpr char kRefused[] = "refused";
constexpr char kMade[] = "made";

// Makes something and lets go of it.
using Attempt = std::function<absl::Status()>;

// What `body` says in a child process, or how that ended instead.
std::string InChild(absl::FunctionRef<std::string()> body) {
  PipePair pipe = *MakePipe();
  const pid_t pid = fork();
  if (pid == 0) {
    const std::string said = body();
    (void)!write(pipe.write_end.get(), said.data(), said.size());
    _exit(0);
  }
  pipe.write_end.Reset();
  std::string said;
  char buffer[1000];
  ssize_t got;
  while ((got = read(pipe.read_end.get(), buffer, sizeof(buffer))) > 0) {
    said.append(buffer, static_cast<size_t>(got));
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) absl::StrAppend(&said, "signal ", WTERMSIG(status));
  return said;
}

void SetLimit(rlim_t descriptors) {
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = descriptors;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// `kept` descriptors may stay once it is made: what libuv keeps for itself.
std::string Try(int limit, int kept, const Attempt& attempt) {
  rlimit usual;
  getrlimit(RLIMIT_NOFILE, &usual);
  const int before = OpenDescriptors();
  SetLimit(static_cast<rlim_t>(limit));
  const absl::Status limited = attempt();
  SetLimit(usual.rlim_cur);
  const int after = OpenDescriptors();
  if (after > before + (limited.ok() ? kept : 0)) {
    return absl::StrCat(after - before, " descriptors are left open after: ",
                        limited.ToString());
  }
  if (!limited.ok() && !absl::IsResourceExhausted(limited)) {
    return absl::StrCat("refused with: ", limited.ToString());
  }
  const absl::Status unlimited = attempt();
  if (!unlimited.ok()) {
    return absl::StrCat("without a limit: ", unlimited.ToString());
  }
  if (OpenDescriptors() > before + kept) return "a descriptor is left open";
  if (!HasNoChildren()) return "a process is left";
  return limited.ok() ? kMade : kRefused;
}

// `prepare` makes the attempt inside of the process, before the limit.
void Sweep(absl::string_view what, int kept,
           absl::FunctionRef<Attempt()> prepare) {
  int refused = 0, made = 0;
  for (int limit = kFewest; limit <= kMost; ++limit) {
    const std::string said =
        InChild([&] { return Try(limit, kept, prepare()); });
    refused += said == kRefused;
    made += said == kMade;
    EXPECT_TRUE(said == kRefused || said == kMade)
        << what << " with a limit of " << limit << ": " << said;
  }
  // Both happened, or the sweep was none.
  EXPECT_GE(refused, 1) << what;
  EXPECT_GE(made, 10) << what;
}

absl::Status MakeTransports() {
  absl::StatusOr<SocketPair> sockets = MakeSocketPair();
  if (!sockets.ok()) return sockets.status();
  auto socket = FdTransport::FromSocket(std::move(sockets->ours));
  if (!socket.ok()) return socket.status();
  absl::StatusOr<PipePair> pipe = MakePipe();
  if (!pipe.ok()) return pipe.status();
  return FdTransport::FromPair(std::move(pipe->read_end),
                               std::move(pipe->write_end), PipeMode::kOurs)
      .status();
}

SpawnOptions Program(Binding binding, StderrMode stderr_mode) {
  SpawnOptions program = Argv({"/bin/true"});
  program.binding = binding;
  program.stderr_mode = stderr_mode;
  return program;
}

TEST(DescriptorLimitTest, Transports) {
  Sweep("transports", 0, [] { return MakeTransports; });
}

// A program that runs without standard descriptors.
TEST(DescriptorLimitTest, WithoutStandardDescriptors) {
  const auto bare = [](Attempt attempt) {
    for (int fd = 0; fd <= 2; ++fd) close(fd);
    return attempt;
  };
  Sweep("transports", 0, [&] { return bare(MakeTransports); });
  Sweep("a worker", 0, [&] {
    return bare([] {
      return WorkerProcess::Spawn(
                 Program(Binding::kPipes, StderrMode::kCapture))
          .status();
    });
  });
}

TEST(DescriptorLimitTest, WorkerProcesses) {
  for (const Binding binding : {Binding::kSocket, Binding::kPipes}) {
    for (const StderrMode stderr_mode :
         {StderrMode::kCapture, StderrMode::kNull}) {
      SpawnOptions program = Program(binding, stderr_mode);
      if (stderr_mode == StderrMode::kCapture) program.working_directory = "/";
      Sweep("a worker process", 0, [&] {
        return [&] { return WorkerProcess::Spawn(program).status(); };
      });
    }
  }
}

TEST(DescriptorLimitTest, Loops) {
  const Attempt attempt = [] { return LibuvLoop::Create().status(); };
  // The first loop of a process, for which libuv opens a pipe that it keeps.
  Sweep("the first loop", 2, [&] { return attempt; });
  Sweep("another loop", 0, [&] {
    EXPECT_TRUE(attempt().ok());
    return attempt;
  });
}

TEST(DescriptorLimitTest, Workers) {
  const SpawnOptions program = Program(Binding::kPipes, StderrMode::kCapture);
  Sweep("a worker", 0, [&] {
    return [&program, loop = std::shared_ptr<LibuvLoop>(
                          *LibuvLoop::Create())]() -> absl::Status {
      bool gone = false;
      WorkerOptions options;
      options.on_error = [](const WorkerError&) {};
      options.on_destroy = [&] {
        gone = true;
        loop->Stop();
      };
      auto worker = Worker::Spawn(program, options, loop.get());
      if (!worker.ok()) return worker.status();
      *worker = nullptr;
      loop->Run();
      return gone ? absl::OkStatus() : absl::InternalError("not destroyed");
    };
  });
}

}  // namespace
}  // namespace forkrpc
