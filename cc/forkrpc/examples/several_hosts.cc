// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// One pool of workers on several machines, and which of them has answered.
//
//   several_hosts "ssh -T alpha ./greeter_worker" "srun -N1 ./greeter_worker"
//
// Each argument is a launcher: a command, split at blanks, with a worker's wire
// on its standard input and output. One that cannot be started is left alone
// for a while, and the others serve; calls fail when all are. The pool decides
// nothing but which launcher starts the next worker: where that runs is the
// launcher's business.

#include <cstddef>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/pool/worker_pool.h"

namespace {

constexpr int kCalls = 100;

forkrpc::PoolOptions OptionsFor(const std::vector<std::string>& commands) {
  forkrpc::PoolOptions options;
  for (const std::string& command : commands) {
    forkrpc::PoolLauncher launcher;
    launcher.program.argv = absl::StrSplit(command, ' ', absl::SkipEmpty());
    launcher.program.binding = forkrpc::Binding::kPipes;
    launcher.program.stderr_mode = forkrpc::StderrMode::kCapture;
    launcher.max = 2;
    // Who stands between may end both directions with a half-close.
    launcher.drain.emplace().mode = forkrpc::DrainMode::kAnswersFirst;
    options.launchers.push_back(launcher);
  }
  options.max = static_cast<int>(2 * commands.size());
  options.start = absl::Milliseconds(10);
  options.restart.max_failures = 2;
  options.on_error = [](const forkrpc::PoolError& error) {
    std::clog << error.launcher << ": " << error.status.message() << "\n";
  };
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> commands(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (commands.empty()) commands = {"./greeter_worker"};
  forkrpc::LibuvLoop loop;
  forkrpc::PoolOptions options = OptionsFor(commands);
  options.on_destroy = [&] { loop.Stop(); };
  auto pool = forkrpc::WorkerPool::Create(options, &loop);
  if (!pool.ok()) {
    std::cerr << pool.status() << "\n";
    return 1;
  }
  // A call may be lost with its worker, also one that never came out of the
  // launcher: greeting twice does no harm.
  forkrpc::PoolCallOptions again;
  again.idempotent = true;
  int answered = 0;
  for (int i = 0; i < kCalls; ++i) {
    (*pool)->Call(absl::StrCat("caller ", i), again,
                  [&](absl::StatusOr<absl::string_view> response) {
                    if (response.ok()) {
                      ++answered;
                    } else {
                      std::cerr << response.status() << "\n";
                    }
                  });
  }
  pool->reset();  // drains: all are answered, then the workers end
  loop.Run();
  std::cout << answered << " of " << kCalls << " calls answered\n";
  return answered == kCalls ? 0 : 1;
}
