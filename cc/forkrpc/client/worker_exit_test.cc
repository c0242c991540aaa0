// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// How a Worker ends, with real processes.

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/client/worker_core.h"
#include "forkrpc/client/worker_test_util.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/process/reaper.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/test_helpers.h"
#include "forkrpc/process/worker_process.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr char kWorker[] = "cc/forkrpc/client/test_worker";

SpawnOptions Captured(SpawnOptions program) {
  program.name = "w";
  program.stderr_mode = StderrMode::kCapture;
  return program;
}

SpawnOptions AsyncWorker(std::vector<std::string> arguments = {}) {
  std::vector<std::string> argv = {kWorker, "async"};
  for (std::string& argument : arguments) argv.push_back(std::move(argument));
  return Captured(Argv(std::move(argv)));
}

// Waits until process `pid` has ended, and leaves it to be reaped.
void AwaitEndOf(pid_t pid) {
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT), 0);
}

class WorkerEndTest : public WorkerFixture {
 protected:
  // After the end: one error about the worker, of the process that was `pid`.
  void ExpectWorkerError(absl::StatusCode code, ExitStatus exit, pid_t pid,
                         absl::string_view text) {
    ASSERT_EQ(Count("worker error"), 1);
    const WorkerError& error = errors_.back();
    EXPECT_EQ(error.scope, WorkerError::kWorker);
    EXPECT_EQ(error.status.code(), code) << error.status;
    EXPECT_TRUE(absl::StrContains(error.status.message(), text))
        << error.status;
    EXPECT_EQ(error.pid, pid);
    EXPECT_EQ(error.exit_status, exit);
    EXPECT_TRUE(HasNoChildren());
  }
};

struct Config {
  Form form;
  Binding binding;
};

class WorkerConfigTest : public WorkerEndTest,
                         public testing::WithParamInterface<Config> {};

INSTANTIATE_TEST_SUITE_P(
    Configs, WorkerConfigTest,
    testing::Values(Config{Form::kSync, Binding::kSocket},
                    Config{Form::kSync, Binding::kPipes},
                    Config{Form::kAsync, Binding::kSocket},
                    Config{Form::kAsync, Binding::kPipes}),
    [](const auto& info) {
      return absl::StrCat(
          info.param.form == Form::kSync ? "Sync" : "Async",
          info.param.binding == Binding::kSocket ? "Socket" : "Pipes");
    });

TEST_P(WorkerConfigTest, CallsEventsAndADrain) {
  options_.connection.form = GetParam().form;
  SpawnOptions program = Captured(Argv({kWorker}));
  if (GetParam().form == Form::kAsync) program.argv.push_back("async");
  program.binding = GetParam().binding;
  Spawn(program);
  EXPECT_GT(worker_->pid(), 0);
  Call("echo hello");
  Call("event news");
  Drain();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"echo hello=hello", "event news",
                         "event news=", "drained OK", "destroyed"}));
  EXPECT_TRUE(HasNoChildren());
}

TEST_F(WorkerEndTest, AnExitNamesItsStatusAndWhatStderrSaidLast) {
  Spawn(AsyncWorker({"each"}));
  const pid_t pid = worker_->pid();
  Call("stderr 5");
  Call("hold");
  Call("exit 3");
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"stderr 5=written", "hold!UNAVAILABLE",
                         "exit 3!UNAVAILABLE", "worker error", "destroyed"}));
  ExpectWorkerError(absl::StatusCode::kUnavailable, ExitStatus::Exited(3), pid,
                    "2 calls in flight; worker 'w'");
  EXPECT_TRUE(
      absl::StrContains(statuses_["hold"].message(),
                        "exited with status 3; its stderr ended: eeeeethe end"))
      << statuses_["hold"];
  EXPECT_EQ(errors_[0].stderr_tail, "eeeeethe end\n");
}

TEST_F(WorkerEndTest, ASignalIsNamed) {
  Spawn(AsyncWorker());
  const pid_t pid = worker_->pid();
  Call("kill 9");
  ASSERT_TRUE(RunToTheEnd());
  ExpectWorkerError(absl::StatusCode::kUnavailable,
                    ExitStatus::Signalled(SIGKILL, false), pid, "signal 9");
  EXPECT_EQ(ends_["kill 9"], 1);
}

TEST_F(WorkerEndTest, AProgramThatIsMissingIsNoWorker) {
  const int open = OpenDescriptors();
  auto worker =
      Worker::Spawn(Argv({"./no/such/program"}), options_, loop_.get());
  EXPECT_TRUE(absl::IsNotFound(worker.status())) << worker.status();
  loop_.RunForAWhile();
  EXPECT_TRUE(log_.empty());
  EXPECT_TRUE(HasNoChildren());
  EXPECT_EQ(OpenDescriptors(), open);
}

// It breaks the protocol and then lingers: what it broke is said, not that it
// was killed for lingering.
TEST_F(WorkerEndTest, WhoBreaksTheProtocolAndLingersIsKilled) {
  options_.exit_grace = absl::Milliseconds(30);
  Spawn(Captured(Shell("printf '\\0\\0\\0\\11\\0\\0\\0\\0'; exec sleep 600")));
  const pid_t pid = worker_->pid();
  Call("a");
  Drain(absl::Hours(1));
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"a!DATA_LOSS", "worker error", "drained DATA_LOSS",
                         "destroyed"}));
  ExpectWorkerError(absl::StatusCode::kDataLoss,
                    ExitStatus::Signalled(SIGKILL, false), pid, "has id 9");
}

TEST_F(WorkerEndTest, AnEndInsideAFrame) {
  Spawn(Captured(Shell("printf 'abc'")));
  const pid_t pid = worker_->pid();
  ASSERT_TRUE(RunToTheEnd());
  ExpectWorkerError(absl::StatusCode::kDataLoss, ExitStatus::Exited(0), pid,
                    "");
}

TEST_F(WorkerEndTest, ALengthOverTheLimit) {
  Spawn(Captured(Shell("printf '\\0\\0\\0\\0\\377\\377\\377\\377'; cat")));
  const pid_t pid = worker_->pid();
  ASSERT_TRUE(RunToTheEnd());
  ASSERT_EQ(errors_.size(), 1);
  EXPECT_TRUE(absl::IsResourceExhausted(errors_[0].status));
  EXPECT_EQ(errors_[0].pid, pid);
}

// What the worker wrote is read; the frames without end behind it are not.
TEST_F(WorkerEndTest, AGrandchildThatFloodsTheWireIsNotReadForEver) {
  options_.on_event = [](absl::string_view) {
    // Slower than who writes.
    const MonotonicTime until = MonotonicNow() + absl::Microseconds(2);
    while (MonotonicNow() < until) {
    }
  };
  Spawn(Captured(Shell("cat /dev/zero & exit 7")));
  ASSERT_TRUE(RunToTheEnd());
  ASSERT_EQ(Count("worker error"), 1);
  EXPECT_EQ(errors_.back().exit_status, ExitStatus::Exited(7));
}

// A process that the worker has started holds wire and stderr open.
TEST_F(WorkerEndTest, AGrandchildThatHoldsTheWireIsNotWaitedFor) {
  Spawn(
      Captured(Shell("sleep 600 & echo $! >&2; "
                     "printf '\\0\\0\\0\\0\\0\\0\\0\\4last'; exit 5")));
  const pid_t pid = worker_->pid();
  Call("a");
  const bool ended = RunToTheEnd();
  ASSERT_TRUE(ended);
  int grandchild = 0;
  ASSERT_TRUE(absl::SimpleAtoi(errors_.back().stderr_tail, &grandchild));
  EXPECT_EQ(kill(grandchild, SIGKILL), 0) << "it has ended: the test is void";
  EXPECT_EQ(log_, (Lines{"event last", "a!UNAVAILABLE", "worker error",
                         "destroyed"}));
  ExpectWorkerError(absl::StatusCode::kUnavailable, ExitStatus::Exited(5), pid,
                    "status 5");
}

TEST_F(WorkerEndTest, ABadStatusAfterACleanDrainIsAnError) {
  Spawn(Captured(Shell("cat > /dev/null; exec 1>&-; exit 3")));
  const pid_t pid = worker_->pid();
  Drain();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"worker error", "drained UNAVAILABLE", "destroyed"}));
  ExpectWorkerError(absl::StatusCode::kUnavailable, ExitStatus::Exited(3), pid,
                    "status 3");
}

TEST_F(WorkerEndTest, WhoDoesNotDrainInTimeIsKilled) {
  Spawn(AsyncWorker());
  const pid_t pid = worker_->pid();
  Call("sleep 600000");
  const MonotonicTime start = MonotonicNow();
  Drain(absl::Milliseconds(50));
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(50));
  EXPECT_EQ(log_, (Lines{"sleep 600000!DEADLINE_EXCEEDED", "worker error",
                         "drained DEADLINE_EXCEEDED", "destroyed"}));
  ExpectWorkerError(absl::StatusCode::kDeadlineExceeded,
                    ExitStatus::Signalled(SIGKILL, false), pid,
                    "not drained within 50ms");
}

TEST_F(WorkerEndTest, WhoDrainsAndLingersIsKilled) {
  options_.exit_grace = absl::Milliseconds(30);
  Spawn(AsyncWorker({"linger"}));
  const pid_t pid = worker_->pid();
  Call("echo x");
  Drain(absl::Hours(1));
  ASSERT_TRUE(LoggedTo("echo x=x"));
  ASSERT_TRUE(RunToTheEnd());
  ExpectWorkerError(absl::StatusCode::kDeadlineExceeded,
                    ExitStatus::Signalled(SIGKILL, false), pid,
                    "drained, but has not ended within 30ms");
  EXPECT_TRUE(absl::IsDeadlineExceeded(*drained_));
}

TEST_F(WorkerEndTest, TerminateSendsSigtermFirst) {
  Spawn(AsyncWorker());
  Call("sleep 600000");
  Terminate(absl::Hours(1));
  Drain();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"sleep 600000!CANCELLED", "drained CANCELLED",
                         "destroyed"}));
  EXPECT_TRUE(absl::StrContains(drained_->message(), "signal 15")) << *drained_;
  EXPECT_TRUE(HasNoChildren());
}

TEST_F(WorkerEndTest, TerminateSendsSigkillToWhoIgnoresSigterm) {
  Spawn(
      Captured(Shell("trap '' TERM; printf '\\0\\0\\0\\0\\0\\0\\0\\2up'; "
                     "exec sleep 600")));
  ASSERT_TRUE(LoggedTo("event up"));
  Call("a");
  const MonotonicTime start = MonotonicNow();
  Terminate(absl::Milliseconds(50));
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(50));
  EXPECT_EQ(log_, (Lines{"event up", "a!CANCELLED", "destroyed"}));
  EXPECT_TRUE(absl::StrContains(statuses_["a"].message(), "signal 9"))
      << statuses_["a"];
}

// The end is noticed by sending the signal, not by the loop.
TEST_F(WorkerEndTest, TerminateOfWhoHasEndedComesToAnEnd) {
  Spawn(Captured(Shell("sleep 600 & echo $! >&2")));
  AwaitEndOf(worker_->pid());
  Call("a");
  Terminate(absl::Hours(1));
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"a!CANCELLED", "destroyed"}));
  // The shell's child has the wire, so that only the process's end ends this.
  const std::string text(statuses_["a"].message());
  int grandchild = 0;
  ASSERT_TRUE(absl::SimpleAtoi(text.substr(text.rfind(' ') + 1), &grandchild))
      << text;
  EXPECT_EQ(kill(grandchild, SIGKILL), 0);
}

// While the end of a worker is worked on, its pidfd must not be a number that
// a new descriptor may get.
TEST_F(WorkerEndTest, AnotherWorkerMayBeStartedInTheLastCallbacks) {
  Spawn(AsyncWorker({"each"}));
  Call("echo last");
  Call("exit 3");
  SetPaused(true);
  ASSERT_TRUE(loop_.RunUntil(HasNoChildren)) << "its end is not noticed";
  bool second_is_gone = false;
  WorkerOptions options;
  options.on_destroy = [&] { second_is_gone = true; };
  on_log_ = [&](const std::string& line) {
    if (line != "echo last=last") return;
    for (int i = 0; i < 3; ++i) {
      auto second = Worker::Spawn(AsyncWorker(), options, loop_.get());
      EXPECT_TRUE(second.ok()) << second.status();
    }
  };
  SetPaused(false);
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"echo last=last", "exit 3!UNAVAILABLE", "worker error",
                         "destroyed"}));
  ASSERT_TRUE(loop_.RunUntil([&] { return second_is_gone; }));
  ASSERT_TRUE(loop_.RunUntil(HasNoChildren));
}

TEST_F(WorkerEndTest, APausedWorkerThatEndsIsReadWhenThePauseEnds) {
  Spawn(AsyncWorker({"each"}));
  Call("echo last");
  Call("exit 3");
  SetPaused(true);
  ASSERT_TRUE(loop_.RunUntil(HasNoChildren));
  // Nothing is to be done: a loop that turns takes all the time there is.
  const clock_t before = clock();
  loop_.RunUntil([] { return false; }, absl::Milliseconds(400));
  EXPECT_LT(clock() - before, CLOCKS_PER_SEC / 16);
  EXPECT_TRUE(log_.empty());
  Drop();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"echo last=last", "exit 3!UNAVAILABLE", "worker error",
                         "destroyed"}));
}

// A worker that floods stderr is not stopped by it, nor does it stop the loop.
TEST_F(WorkerEndTest, MuchOnStderrIsReadMeanwhile) {
  Spawn(AsyncWorker());
  Call("stderr 3000000");
  Drain();
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"stderr 3000000=written", "drained OK", "destroyed"}));
}

TEST_F(WorkerEndTest, NoZombiesAndNoDescriptorsAreLeft) {
  const auto one = [this](int i) {
    destroyed_ = false;
    Spawn(AsyncWorker());
    const std::vector<std::string> ways = {"echo x", "exit 3", "kill 9",
                                           "stderr 100", "fail x"};
    Call(ways[i % ways.size()]);
    if (i % 3 == 0) Drop();
    if (i % 3 == 1) Drain();
    if (i % 3 == 2) Terminate(absl::Hours(1));
    ASSERT_TRUE(RunToTheEnd());
    EXPECT_TRUE(HasNoChildren());
    worker_ = nullptr;
    loop_.RunForAWhile();
  };
  one(0);
  const int open = OpenDescriptors();
  for (int i = 1; i < 31; ++i) one(i);
  EXPECT_EQ(OpenDescriptors(), open);
}

// As on a kernel without pidfds.
class WithoutPidfdTest : public WorkerEndTest {
 protected:
  void Start(const SpawnOptions& program) {
    auto process = WorkerProcess::Spawn(program, {}, Reaper::Pidfd::kNever);
    ASSERT_TRUE(process.ok()) << process.status();
    ASSERT_EQ((*process)->pidfd(), -1);
    core_ = std::make_shared<WorkerCore>(*std::move(process), nullptr, options_,
                                         loop_.get());
    ASSERT_TRUE(core_->Start().ok());
  }
  void CallCore(const std::string& payload) {
    core_->Call(payload, {}, Callback(payload));
  }
  std::shared_ptr<WorkerCore> core_;
};

TEST_F(WithoutPidfdTest, Drains) {
  Start(AsyncWorker());
  CallCore("echo x");
  core_->Drain(absl::InfiniteDuration(), nullptr);
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"echo x=x", "destroyed"}));
  EXPECT_TRUE(HasNoChildren());
}

TEST_F(WithoutPidfdTest, NoticesTheEndAlthoughAGrandchildHoldsTheWire) {
  Start(Captured(Shell("sleep 600 & echo $! >&2; exit 5")));
  const pid_t pid = core_->pid();
  ASSERT_TRUE(RunToTheEnd());
  ExpectWorkerError(absl::StatusCode::kUnavailable, ExitStatus::Exited(5), pid,
                    "status 5");
  int grandchild = 0;
  ASSERT_TRUE(absl::SimpleAtoi(errors_.back().stderr_tail, &grandchild));
  EXPECT_EQ(kill(grandchild, SIGKILL), 0);
}

TEST_F(WithoutPidfdTest, KillsWhoIgnoresSigterm) {
  Start(
      Captured(Shell("trap '' TERM; printf '\\0\\0\\0\\0\\0\\0\\0\\2up'; "
                     "exec sleep 600")));
  ASSERT_TRUE(LoggedTo("event up"));
  CallCore("a");
  core_->Terminate(absl::Milliseconds(30));
  ASSERT_TRUE(RunToTheEnd());
  EXPECT_EQ(log_, (Lines{"event up", "a!CANCELLED", "destroyed"}));
  EXPECT_TRUE(HasNoChildren());
}

}  // namespace
}  // namespace forkrpc
