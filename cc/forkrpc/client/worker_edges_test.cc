// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A Worker at its edges: streams that end before their process, processes that
// end behind a pause, children that nobody can wait for, loops that go first.

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/client/worker_end.h"
#include "forkrpc/client/worker_test_util.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/test_helpers.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

SpawnOptions Named(SpawnOptions program) {
  program.name = "w";
  program.stderr_mode = StderrMode::kCapture;
  return program;
}

SpawnOptions TestProgram() {
  return Named(Argv({"cc/forkrpc/client/test_worker", "async"}));
}

class WorkerEdgesTest : public WorkerFixture {
 protected:
  void TimedCall(absl::string_view name, absl::Duration timeout) {
    CallOptions options;
    options.timeout = timeout;
    Quietly([&] {
      return worker_->Call(name, options, Callback(std::string(name)));
    });
  }
  // Until the worker takes no calls: its stream is over.
  bool StreamIsOver() {
    return loop_.RunUntil([this] { return !worker_->can_call(); });
  }
  bool Says(const std::string& call, absl::string_view text) {
    return absl::StrContains(statuses_[call].message(), text);
  }
};

// The stream is over, its process is not: nothing else would end the calls.
TEST_F(WorkerEdgesTest, DeadlinesAndCancelsCountWhenTheStreamIsOver) {
  options_.exit_grace = absl::Hours(1);
  Spawn(Named(Shell("exec 0<&- 1>&-; exec sleep 600")));
  const MonotonicTime start = MonotonicNow();
  TimedCall("late", absl::Milliseconds(300));
  const CallId cancelled = Call("cancelled");
  const CallId lost = Call("lost");
  ASSERT_TRUE(StreamIsOver());
  EXPECT_TRUE(log_.empty());
  EXPECT_TRUE(Cancel(cancelled).ok());
  EXPECT_TRUE(absl::IsNotFound(Cancel(cancelled)));
  ASSERT_TRUE(LoggedTo("cancelled!CANCELLED"));
  ASSERT_TRUE(LoggedTo("late!DEADLINE_EXCEEDED"));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(300));
  EXPECT_EQ(Call("refused"), 0);
  ASSERT_TRUE(loop_.RunUntil([this] { return ends_["refused"] == 1; }));
  EXPECT_EQ(ends_["lost"], 0);
  EXPECT_TRUE(Cancel(lost).ok());
  ASSERT_TRUE(LoggedTo("lost!CANCELLED"));
  // The end of the stream is named beside each.
  const std::string cause(statuses_["refused"].message());
  EXPECT_FALSE(cause.empty());
  EXPECT_TRUE(Says("late", cause)) << statuses_["late"];
  EXPECT_TRUE(Says("lost", cause)) << statuses_["lost"];
  Terminate(absl::ZeroDuration());
  ASSERT_TRUE(RunToTheEnd());
}

TEST_F(WorkerEdgesTest, ALostCallIsNamed) {
  Spawn(TestProgram());
  Call("hold");
  const CallId held = Call("hold again");
  Call("exit 3");
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_TRUE(absl::StartsWith(
      statuses_["hold again"].message(),
      absl::StrCat("call ", held, " was lost: the child ended the stream")))
      << statuses_["hold again"];
  EXPECT_TRUE(Says("hold again", "exited with status 3"));
  EXPECT_FALSE(absl::StrContains(errors_.back().status.message(), "was lost"));
}

TEST_F(WorkerEdgesTest, WhoHasExitedWhilePausedCanBeTerminated) {
  Spawn(TestProgram());
  Call("exit 3");
  SetPaused(true);
  ASSERT_TRUE(loop_.RunUntil(HasNoChildren)) << "its end is not noticed";
  EXPECT_TRUE(log_.empty());
  Terminate(absl::Hours(1));
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"exit 3!CANCELLED", "destroyed"}));
  EXPECT_TRUE(Says("exit 3", "exited with status 3")) << statuses_["exit 3"];
}

TEST_F(WorkerEdgesTest, WhoHasExitedWhilePausedDrainsInItsGrace) {
  Spawn(TestProgram());
  Call("exit 3");
  SetPaused(true);
  ASSERT_TRUE(loop_.RunUntil(HasNoChildren));
  Drain(absl::Milliseconds(20));
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"exit 3!DEADLINE_EXCEEDED", "worker error",
                         "drained DEADLINE_EXCEEDED", "destroyed"}));
}

TEST_F(WorkerEdgesTest, TerminateMayBeMadeStricter) {
  Spawn(
      Named(Shell("trap '' TERM; printf '\\0\\0\\0\\0\\0\\0\\0\\2up'; "
                  "exec sleep 600")));
  ASSERT_TRUE(LoggedTo("event up"));
  Call("a");
  Terminate(absl::Hours(1));
  Terminate(absl::Milliseconds(20));
  Terminate(absl::Hours(1));
  EXPECT_EQ(Call("late"), 0) << "it is told to end";
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_TRUE(Says("a", "signal 9")) << statuses_["a"];
  EXPECT_EQ(Count("late!CANCELLED"), 1);
}

// As a program is that ignores SIGCHLD, or that reaps every child.
class UnknownEndTest : public WorkerEdgesTest,
                       public testing::WithParamInterface<bool> {
 protected:
  UnknownEndTest() {
    struct sigaction action = {};
    action.sa_handler = SIG_IGN;
    if (GetParam()) {
      action.sa_handler = [](int) {
        const int interrupted = errno;
        while (waitpid(-1, nullptr, WNOHANG) > 0) {
        }
        errno = interrupted;
      };
    }
    sigaction(SIGCHLD, &action, &before_);
  }
  ~UnknownEndTest() override { sigaction(SIGCHLD, &before_, nullptr); }

  struct sigaction before_ = {};
};

INSTANTIATE_TEST_SUITE_P(All, UnknownEndTest, testing::Bool(),
                         [](const auto& info) {
                           return info.param ? "HostReaps" : "Ignored";
                         });

TEST_P(UnknownEndTest, ACleanEndStaysClean) {
  Spawn(TestProgram());
  Call("echo x");
  Drain();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"echo x=x", "drained OK", "destroyed"}));
}

TEST_P(UnknownEndTest, ALossIsStillALossAndTheStatusIsUnknown) {
  Spawn(TestProgram());
  Call("exit 3");
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"exit 3!UNAVAILABLE", "worker error", "destroyed"}));
  // A host that reaps all may come too late for that.
  if (!GetParam()) {
    EXPECT_EQ(errors_.back().exit_status, ExitStatus::Unknown());
  }
}

// Starts a process that traces the worker and does not let it be reaped.
class Tracer {
 public:
  explicit Tracer(pid_t traced) {
    int ready[2];
    EXPECT_EQ(pipe(ready), 0);
    pid_ = fork();
    if (pid_ == 0) {
      const bool ok = ptrace(PTRACE_SEIZE, traced, nullptr, nullptr) == 0;
      if (write(ready[1], ok ? "y" : "n", 1) != 1) _exit(1);
      pause();
      _exit(0);
    }
    char said = 'n';
    traces_ = read(ready[0], &said, 1) == 1 && said == 'y';
    close(ready[0]);
    close(ready[1]);
  }
  ~Tracer() { End(); }

  bool traces() const { return traces_; }
  void End() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
  bool traces_ = false;
};

// A tracer keeps the dead worker from being reaped: nothing says when it will
// be, but its calls end, and the loop does not spin.
TEST_F(WorkerEdgesTest, WhoSurvivesSigkillLosesItsCalls) {
  Spawn(TestProgram());
  Call("hold");
  Tracer tracer(worker_->pid());
  if (!tracer.traces()) GTEST_SKIP() << "no process may be traced here";
  const MonotonicTime start = MonotonicNow();
  const clock_t before = clock();
  Terminate(absl::ZeroDuration());
  Drain();
  ASSERT_TRUE(LoggedTo("drained CANCELLED"));
  EXPECT_GE(MonotonicNow() - start, WorkerEnd::kKillGrace);
  EXPECT_LT(clock() - before, CLOCKS_PER_SEC / 4) << "it spins";
  EXPECT_EQ(log_, (Lines{"hold!CANCELLED", "drained CANCELLED"}));
  EXPECT_TRUE(Says("hold", "is still running")) << statuses_["hold"];
  tracer.End();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_.back(), "destroyed");
}

// Its deadline comes as a timer of the same loop does, whatever it reads.
TEST_F(WorkerEdgesTest, ADeadlineIsKeptInAFloodOfEvents) {
  options_.on_event = [](absl::string_view) {};
  Spawn(Named(Shell("exec cat /dev/zero")));
  constexpr absl::Duration kTimeout = absl::Milliseconds(200);
  MonotonicTime ended, rang;
  const MonotonicTime deadline = MonotonicNow() + kTimeout;
  const auto timer = loop_->MakeTimer([&] { rang = MonotonicNow(); });
  timer->Set(deadline);
  CallOptions options;
  options.deadline = deadline;
  worker_->Call("x", options, [&](absl::StatusOr<absl::string_view> end) {
    EXPECT_TRUE(absl::IsDeadlineExceeded(end.status())) << end.status();
    ended = MonotonicNow();
  });
  ASSERT_TRUE(loop_.RunUntil(
      [&] { return ended != MonotonicTime() && rang != MonotonicTime(); }));
  EXPECT_LT(ended - rang, absl::Milliseconds(10));
}

class LoopEndTest : public testing::Test {
 protected:
  // Starts `program` on a loop, makes a call of 200 ms and destroys the loop
  // after `run`.
  void DestroyLoopUnder(const SpawnOptions& program, absl::Duration run) {
    auto loop = std::make_unique<LibuvLoop>();
    WorkerOptions options;
    options.on_destroy = [this] { called_ = true; };
    options.on_error = [this](const WorkerError&) { called_ = true; };
    options.on_event = [](absl::string_view) {};
    auto worker = Worker::Spawn(program, options, loop.get());
    ASSERT_TRUE(worker.ok()) << worker.status();
    worker_ = *std::move(worker);
    worker_->Call("hold",
                  [this, held = held_](absl::StatusOr<absl::string_view>) {
                    called_ = true;
                  });
    const auto timer = loop->MakeTimer([&] { loop->Stop(); });
    timer->Set(MonotonicNow() + run);
    loop->Run();
    EXPECT_EQ(held_.use_count(), 2);
    loop = nullptr;
    EXPECT_FALSE(called_);
    EXPECT_EQ(held_.use_count(), 1) << "the callback is kept";
    EXPECT_TRUE(HasNoChildren());
  }

  const std::shared_ptr<int> held_ = std::make_shared<int>(7);
  std::unique_ptr<Worker> worker_;
  bool called_ = false;
};

TEST_F(LoopEndTest, ItsWorkersEndWithIt) {
  DestroyLoopUnder(TestProgram(), absl::Milliseconds(30));
  // The handle has outlived both.
  EXPECT_EQ(worker_->Call("late", nullptr), 0);
  EXPECT_FALSE(worker_->can_call());
  EXPECT_EQ(worker_->loop(), nullptr);
  worker_->SetPaused(true);
  worker_->Terminate(absl::ZeroDuration());
  worker_->Drain(absl::ZeroDuration(),
                 [this](absl::Status) { called_ = true; });
  worker_ = nullptr;
  EXPECT_FALSE(called_);
}

TEST_F(LoopEndTest, WhoDoesNotEndIsKilled) {
  const MonotonicTime start = MonotonicNow();
  DestroyLoopUnder(Named(Shell("exec sleep 600 <&- >&-")), {});
  EXPECT_LT(MonotonicNow() - start, absl::Minutes(5));
}

TEST_F(WorkerEdgesTest, LinesOfStandardErrorComeBeforeTheEnd) {
  SpawnOptions program = Named(Shell("echo one >&2; printf two >&2; exit 3"));
  program.on_stderr = [this](absl::string_view line) {
    Log(absl::StrCat("line ", line));
  };
  Spawn(program);
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(Count("line one"), 1);
  EXPECT_EQ(Count("line two"), 1);
  EXPECT_EQ(log_.back(), "destroyed");
  EXPECT_EQ(errors_.back().stderr_tail, "one\ntwo");
}

}  // namespace
}  // namespace forkrpc
