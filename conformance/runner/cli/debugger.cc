// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/debugger.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iostream>
#include <thread>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "conformance/runner/testee/testee_process.h"
#include "conformance/runner/testee/wire_ends.h"

ABSL_FLAG(bool, wait, false, "wait for Enter before the one case begins");
ABSL_FLAG(bool, gdb, false, "run the one case with its testee under gdb");

namespace forkrpc::conformance {
namespace {

constexpr int kSliceMilliseconds = 20;
// How long gdb may take to end when it is asked to.
constexpr absl::Duration kGrace = absl::Seconds(2);

// Returns at the end of a line or of the input.
void AwaitEnter(const std::atomic<bool>& interrupted) {
  pollfd input = {STDIN_FILENO, POLLIN, 0};
  while (!interrupted) {
    if (poll(&input, 1, kSliceMilliseconds) <= 0) continue;
    char octet = 0;
    const ssize_t count = read(STDIN_FILENO, &octet, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || octet == '\n') return;
  }
}

class Waiter : public RunDebugger {
 public:
  explicit Waiter(const std::atomic<bool>& interrupted)
      : interrupted_(interrupted) {}

  bool stops_testee() const override { return false; }

  absl::Status Started(pid_t pid) override {
    std::cerr << "forkrpc-conformance: the testee is process " << pid
              << ": gdb -p " << pid << ", or strace -p " << pid
              << "; Enter begins the case" << std::endl;
    AwaitEnter(interrupted_);
    return absl::OkStatus();
  }

  void Judged(absl::string_view /*finding*/) override {}

 private:
  const std::atomic<bool>& interrupted_;
};

// Invariant: gdb_ is -1, or a child process that has not been reaped and that
// watcher_ waits for.
class Gdb : public RunDebugger {
 public:
  Gdb(std::string program, const std::atomic<bool>& interrupted)
      : program_(std::move(program)), interrupted_(interrupted) {}
  ~Gdb() override { AwaitEnd(); }

  bool stops_testee() const override { return true; }

  absl::Status Started(pid_t pid) override {
    // Else what stops the testee for gdb would end the run.
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGINT, &ignore, &interrupt_);
    const absl::Status status = Start(pid);
    if (!status.ok()) {
      sigaction(SIGINT, &interrupt_, nullptr);
      return status;
    }
    watcher_ = std::thread([this, pid] {
      siginfo_t info;
      while (waitid(P_PID, gdb_, &info, WEXITED | WNOWAIT) != 0 &&
             errno == EINTR) {
      }
      sigaction(SIGINT, &interrupt_, nullptr);
      // It may have left the testee standing still, or never have attached.
      kill(-pid, SIGCONT);
      ended_ = true;
    });
    return absl::OkStatus();
  }

  void Judged(absl::string_view finding) override {
    if (gdb_ >= 0 && !ended_) {
      std::cerr << "forkrpc-conformance: " << finding
                << "; quit gdb to end the run" << std::endl;
    }
    AwaitEnd();
  }

 private:
  absl::Status Start(pid_t pid) {
    // Where the testee stands, it is still a copy of the runner; what is of
    // interest begins behind its exec. The SIGSTOP that holds it is not.
    // Without the first command gdb would stop to page what it says of the
    // copy.
    const std::vector<std::pair<std::string, std::string>> options = {
        {"-iex", "set pagination off"},
        {"-p", absl::StrCat(pid)},
        {"-ex", "handle SIGSTOP nostop noprint nopass"},
        {"-ex", "tcatch exec"},
        {"-ex", "continue"},
        {"-ex", "handle SIGSTOP stop print pass"}};
    std::vector<std::string> words = {"gdb", "-q"};
    for (const auto& [option, value] : options) {
      words.push_back(option);
      words.push_back(value);
    }
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    absl::Cleanup destroy = [&] { posix_spawnattr_destroy(&attributes); };
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigdefault(&attributes, &all);
    // In the runner's process group, which has the terminal.
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    const int error = posix_spawn(&gdb_, program_.c_str(), nullptr, &attributes,
                                  argv.data(), environ);
    if (error == 0) return absl::OkStatus();
    gdb_ = -1;
    return SystemError(program_.c_str(), error);
  }

  void AwaitEnd() {
    if (gdb_ < 0) return;
    absl::Time kill_at = absl::InfiniteFuture();
    while (!ended_) {
      if (interrupted_ && kill_at == absl::InfiniteFuture()) {
        kill(gdb_, SIGTERM);
        kill_at = absl::Now() + kGrace;
      }
      if (absl::Now() > kill_at) kill(gdb_, SIGKILL);
      absl::SleepFor(absl::Milliseconds(kSliceMilliseconds));
    }
    watcher_.join();
    while (waitpid(gdb_, nullptr, 0) < 0 && errno == EINTR) {
    }
    gdb_ = -1;
  }

  const std::string program_;
  const std::atomic<bool>& interrupted_;
  struct sigaction interrupt_ = {};  // what SIGINT did before
  pid_t gdb_ = -1;
  std::atomic<bool> ended_{false};
  std::thread watcher_;
};

}  // namespace

std::string DebuggerFlag() {
  if (absl::GetFlag(FLAGS_wait)) return "--wait";
  return absl::GetFlag(FLAGS_gdb) ? "--gdb" : "";
}

absl::StatusOr<std::unique_ptr<RunDebugger>> DebuggerFromFlags(
    const std::atomic<bool>& interrupted) {
  const bool wait = absl::GetFlag(FLAGS_wait);
  const bool gdb = absl::GetFlag(FLAGS_gdb);
  if (wait && gdb) {
    return absl::InvalidArgumentError("choose one of --wait and --gdb");
  }
  if (wait) return std::make_unique<Waiter>(interrupted);
  if (!gdb) return nullptr;
  std::string program = FindInPath("gdb");
  if (program.empty()) {
    return absl::NotFoundError(
        "there is no gdb in PATH: install it, or use --wait");
  }
  return std::make_unique<Gdb>(std::move(program), interrupted);
}

}  // namespace forkrpc::conformance
