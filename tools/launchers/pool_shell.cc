// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A pool over several launchers, told by lines what to call, for what tries
// launchers that need more than one process: a scheduler, several hosts.
//
//   pool_shell NAME=COMMAND...
//
// COMMAND is split at blanks; each launcher has at most one worker. A line of
// the input is a call, "ID REQUEST", or "+ID REQUEST" for one that may be
// executed twice. Lines of the output, as things happen:
//
//   call ID answered: RESPONSE
//   call ID failed: STATUS
//   worker of NAME: STATUS           an error of one worker
//   launcher NAME: STATUS            it is left alone
//   pool: STATUS                     all are
//   done SERVED... FAILED            at the end of the input, when all is
//                                    drained: calls answered, and not

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/pool/worker_pool.h"

namespace forkrpc {
namespace {

void Say(absl::string_view line) { std::cout << line << std::endl; }

class PoolShell {
 public:
  // 2 if the pool cannot be made.
  int Run(const std::vector<std::string>& launchers);

 private:
  void OnInput();
  void MakeCall(absl::string_view line);
  static void OnError(const PoolError& error);

  LibuvLoop loop_;
  std::unique_ptr<WorkerPool> pool_;
  std::unique_ptr<FdWatch> input_;
  std::string octets_;
  int answered_ = 0;
  int failed_ = 0;
};

int PoolShell::Run(const std::vector<std::string>& launchers) {
  PoolOptions options;
  for (const std::string& word : launchers) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(word, absl::MaxSplits('=', 1));
    PoolLauncher launcher;
    launcher.name = parts.first;
    launcher.program.argv =
        absl::StrSplit(parts.second, ' ', absl::SkipEmpty());
    launcher.program.binding = Binding::kPipes;
    launcher.program.stderr_mode = StderrMode::kCapture;
    launcher.max = 1;
    launcher.drain.emplace().mode = DrainMode::kAnswersFirst;
    options.launchers.push_back(std::move(launcher));
  }
  options.max = options.idle = static_cast<int>(launchers.size());
  options.start = absl::ZeroDuration();
  options.restart.max_failures = 2;
  options.max_attempts = 10;
  options.on_error = OnError;
  options.on_destroy = [this] { loop_.Stop(); };
  auto pool = WorkerPool::Create(std::move(options), &loop_);
  if (!pool.ok()) {
    std::cerr << pool.status() << "\n";
    return 2;
  }
  pool_ = *std::move(pool);
  auto watch = loop_.WatchFd(STDIN_FILENO, [this](unsigned) { OnInput(); });
  if (!watch.ok()) {
    std::cerr << watch.status() << "\n";
    return 2;
  }
  input_ = *std::move(watch);
  input_->SetInterest(EventLoop::kReadable);
  loop_.Run();
  Say(absl::StrCat("done ", answered_, " ", failed_));
  return 0;
}

void PoolShell::OnInput() {
  char buffer[4096];
  const ssize_t got = read(STDIN_FILENO, buffer, sizeof(buffer));
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got <= 0) {
    input_ = nullptr;
    pool_ = nullptr;  // drains
    return;
  }
  octets_.append(buffer, static_cast<size_t>(got));
  size_t end;
  while ((end = octets_.find('\n')) != std::string::npos) {
    MakeCall(octets_.substr(0, end));
    octets_.erase(0, end + 1);
  }
}

void PoolShell::MakeCall(absl::string_view line) {
  PoolCallOptions options;
  options.idempotent = absl::ConsumePrefix(&line, "+");
  const std::pair<std::string, std::string> words =
      absl::StrSplit(line, absl::MaxSplits(' ', 1));
  pool_->Call(
      words.second, options,
      [this, id = words.first](absl::StatusOr<absl::string_view> response) {
        ++(response.ok() ? answered_ : failed_);
        Say(response.ok()
                ? absl::StrCat("call ", id, " answered: ", *response)
                : absl::StrCat("call ", id,
                               " failed: ", response.status().ToString()));
      });
}

void PoolShell::OnError(const PoolError& error) {
  const std::string what = error.scope == PoolError::kWorker     ? "worker of "
                           : error.scope == PoolError::kLauncher ? "launcher "
                                                                 : "pool";
  Say(absl::StrCat(what, error.launcher, ": ", error.status.message()));
}

}  // namespace
}  // namespace forkrpc

int main(int argc, char** argv) {
  return forkrpc::PoolShell().Run({argv + (argc > 0 ? 1 : 0), argv + argc});
}
