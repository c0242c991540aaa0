// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/worker_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/process/process_watch.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/test_helpers.h"
#include "forkrpc/transport/stream_pair.h"
#include "forkrpc/transport/transport.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Worker = std::unique_ptr<WorkerProcess>;

Worker Start(const SpawnOptions& options) {
  absl::StatusOr<Worker> worker = WorkerProcess::Spawn(options);
  EXPECT_TRUE(worker.ok()) << worker.status();
  return worker.ok() ? *std::move(worker) : nullptr;
}

// Reads one line that the worker writes to the wire.
std::string ReadLine(WorkerProcess& worker) {
  std::string line;
  char octet = 0;
  while (octet != '\n') {
    absl::StatusOr<IoResult> got =
        worker.transport()->Read(absl::MakeSpan(&octet, 1), IoMode::kBlock);
    if (!got.ok() || got->kind != IoResult::kOctets) break;
    line += octet;
  }
  return line;
}

class BindingTest : public testing::TestWithParam<Binding> {
 protected:
  SpawnOptions With(SpawnOptions options) {
    options.binding = GetParam();
    return options;
  }

  // Sends, half-closes, and checks what comes back and how the worker ends.
  void ExpectEcho(const SpawnOptions& options) {
    Worker worker = Start(options);
    ASSERT_NE(worker, nullptr);
    ASSERT_TRUE(
        worker->transport()->Write({"ping ", "pong"}, IoMode::kBlock).ok());
    char buffer[16];
    std::string answer;
    while (answer.size() < 9) {
      absl::StatusOr<IoResult> got =
          worker->transport()->Read(absl::MakeSpan(buffer), IoMode::kBlock);
      ASSERT_TRUE(got.ok()) << got.status();
      ASSERT_EQ(got->kind, IoResult::kOctets);
      answer.append(buffer, got->octets);
    }
    EXPECT_EQ(answer, "ping pong");
    EXPECT_FALSE(worker->exit_status().has_value());
    ASSERT_TRUE(worker->transport()->Write({"last"}, IoMode::kBlock).ok());
    ASSERT_TRUE(worker->transport()->ShutdownWrite().ok());
    EXPECT_EQ(ReadAll(*worker), "last");
    absl::StatusOr<ExitStatus> ended = worker->Wait(Soon());
    ASSERT_TRUE(ended.ok()) << ended.status();
    EXPECT_EQ(*ended, ExitStatus::Exited(0));
    EXPECT_EQ(worker->exit_status(), ExitStatus::Exited(0));
  }
};

INSTANTIATE_TEST_SUITE_P(Bindings, BindingTest,
                         testing::Values(Binding::kSocket, Binding::kPipes),
                         [](const testing::TestParamInfo<Binding>& binding) {
                           return binding.param == Binding::kSocket ? "Socket"
                                                                    : "Pipes";
                         });

TEST_P(BindingTest, CatEchoesAndEndsWhenHalfClosed) {
  ExpectEcho(With(Argv({"cat"})));
}

TEST_P(BindingTest, AWorkerOfOursEchoesAndItsPrintsGoToStderr) {
  SpawnOptions options = With(Argv({TestWorker(), "echo"}));
  options.stderr_mode = StderrMode::kCapture;
  ExpectEcho(options);
}

TEST_P(BindingTest, KernelBuffersAreSizedForTheWorkersDirection) {
  SpawnOptions options = With(Argv({"cat", "/dev/zero"}));
  options.wire_buffer_octets = 8 * 1024;
  Worker worker = Start(options);
  ASSERT_NE(worker, nullptr);
  // Nobody reads: by default some 60 (pipe) or 200 (socket) KiB would pile up.
  int arrived = 0;
  for (int i = 0; i < 20; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
    ASSERT_EQ(ioctl(worker->transport()->read_fd(), FIONREAD, &arrived), 0);
    ASSERT_LT(arrived, 40 * 1024);
  }
  EXPECT_GT(arrived, 0);
  worker->Kill(SIGKILL).IgnoreError();
}

TEST_P(BindingTest, KernelBuffersAreSizedForOurDirection) {
  size_t taken[2] = {0, 0};
  for (const bool large : {false, true}) {
    SpawnOptions options = With(Shell("sleep 100"));
    options.wire_buffer_octets = large ? 128 * 1024 : 8 * 1024;
    Worker worker = Start(options);
    ASSERT_NE(worker, nullptr);
    const std::string block(4096, 'x');
    taken[large] = 0;
    for (;;) {
      absl::StatusOr<IoResult> wrote =
          worker->transport()->Write({block}, IoMode::kNonBlock);
      ASSERT_TRUE(wrote.ok()) << wrote.status();
      if (wrote->kind == IoResult::kWouldBlock) break;
      taken[large] += wrote->octets;
    }
    worker->Kill(SIGKILL).IgnoreError();
  }
  EXPECT_GT(taken[1], 2 * taken[0]);
}

TEST_P(BindingTest, AWorkerThatExitsAtOnceIsEofAndAStatus) {
  Worker worker = Start(With(Shell("exit 3")));
  ASSERT_NE(worker, nullptr);
  EXPECT_EQ(ReadAll(*worker), "");
  absl::StatusOr<ExitStatus> ended = worker->Wait(Soon());
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(*ended, ExitStatus::Exited(3));
  absl::StatusOr<IoResult> wrote =
      worker->transport()->Write({"anyone?"}, IoMode::kBlock);
  EXPECT_TRUE(absl::IsUnavailable(wrote.status())) << wrote.status();
}

// A copy of this program that ends as programs do runs destructors too; the
// worker is not its child, and its wire is ours.
TEST_P(BindingTest, ACopyOfThisObjectLeavesTheWorkerAlone) {
  Worker worker = Start(With(Argv({"cat"})));
  ASSERT_NE(worker, nullptr);
  const pid_t copy = fork();
  if (copy == 0) {
    worker.reset();
    _exit(0);
  }
  ASSERT_EQ(waitpid(copy, nullptr, 0), copy);
  ASSERT_TRUE(worker->transport()->Write({"ping"}, IoMode::kBlock).ok());
  ASSERT_TRUE(worker->transport()->ShutdownWrite().ok());
  EXPECT_EQ(ReadAll(*worker), "ping");
  EXPECT_EQ(worker->Wait(Soon()).value_or(ExitStatus::Unknown()),
            ExitStatus::Exited(0));
}

TEST(WorkerProcessTest, DescribesHowItEnded) {
  SpawnOptions options = Shell("echo 'no such table' >&2; exit 1");
  options.name = "database";
  options.stderr_mode = StderrMode::kCapture;
  Worker worker = Start(options);
  ASSERT_NE(worker, nullptr);
  ASSERT_TRUE(worker->Wait(Soon()).ok());
  EXPECT_EQ(worker->DescribeEnd(),
            absl::StrCat("worker 'database' (pid ", worker->pid(),
                         ") exited with status 1; its stderr ended: no such "
                         "table"));

  worker = Start(Argv({"cat"}));
  ASSERT_NE(worker, nullptr);
  EXPECT_EQ(
      worker->DescribeEnd(),
      absl::StrCat("worker 'cat' (pid ", worker->pid(), ") is still running"));
  ASSERT_TRUE(worker->Kill(SIGKILL).ok());
  EXPECT_EQ(ReadAll(*worker), "");
  ASSERT_TRUE(worker->Wait(Soon()).ok());
  EXPECT_EQ(worker->DescribeEnd(),
            absl::StrCat("worker 'cat' (pid ", worker->pid(),
                         ") was killed by signal 9 (SIGKILL)"));
}

TEST(WorkerProcessTest, TenMebioctetsOfStderrDoNotStopItNorFillMemory) {
  SpawnOptions options = Shell(
      "head -c 10485760 /dev/zero | tr '\\0' x >&2; echo the end >&2; exit 4");
  options.stderr_mode = StderrMode::kCapture;
  Worker worker = Start(options);
  ASSERT_NE(worker, nullptr);
  absl::StatusOr<ExitStatus> ended = worker->Wait(Soon());
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(*ended, ExitStatus::Exited(4));
  EXPECT_EQ(worker->stderr_tail(),
            absl::StrCat(std::string(StderrCapture::kTailOctets - 8, 'x'),
                         "the end\n"));
  EXPECT_TRUE(absl::EndsWith(worker->DescribeEnd(), "xxxthe end"));
}

TEST(WorkerProcessTest, LastWordsAreThereHoweverLateWeLook) {
  SpawnOptions options = Shell("echo oops >&2");
  options.stderr_mode = StderrMode::kCapture;
  Worker worker = Start(options);
  ASSERT_NE(worker, nullptr);
  // Ended before the first look; it is left for Wait to reap.
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, worker->pid(), &info, WEXITED | WNOWAIT), 0);
  ASSERT_TRUE(worker->Wait(MonotonicTime::InfinitePast()).ok());
  EXPECT_EQ(worker->stderr_tail(), "oops\n");
}

// Replaces descriptor 2 of this program while it lives.
class OurStderr {
 public:
  OurStderr() : saved_(fcntl(2, F_DUPFD_CLOEXEC, 10)), pipe_(*MakePipe()) {
    dup2(pipe_.write_end.get(), 2);
    pipe_.write_end.Reset();
  }
  ~OurStderr() { dup2(saved_.get(), 2); }

  // What was written; ends it.
  std::string Finish() {
    dup2(saved_.get(), 2);
    std::string all(65536, '\0');
    const ssize_t n = read(pipe_.read_end.get(), &all[0], all.size());
    all.resize(n < 0 ? 0 : n);
    return all;
  }

 private:
  OwnedFd saved_;
  PipePair pipe_;
};

TEST(WorkerProcessTest, StderrGoesWhereItIsToldTo) {
  struct Expected {
    StderrMode mode;
    absl::string_view ours;
    absl::string_view tail;
  };
  for (const Expected& expected :
       {Expected{StderrMode::kTee, "oops\n", "oops\n"},
        Expected{StderrMode::kCapture, "", "oops\n"},
        Expected{StderrMode::kInherit, "oops\n", ""},
        Expected{StderrMode::kNull, "", ""}}) {
    OurStderr ours;
    SpawnOptions options = Shell("echo oops >&2");
    options.stderr_mode = expected.mode;
    Worker worker = Start(options);
    ASSERT_NE(worker, nullptr);
    const bool captured = expected.mode == StderrMode::kTee ||
                          expected.mode == StderrMode::kCapture;
    EXPECT_EQ(worker->stderr_fd() >= 0, captured);
    EXPECT_TRUE(worker->Wait(Soon()).ok());
    EXPECT_EQ(worker->stderr_tail(), expected.tail);
    EXPECT_EQ(ours.Finish(), expected.ours);
  }
}

// Bug report 15: a copy of this program that only lives on keeps the worker
// from seeing its end, with pipes.
TEST_P(BindingTest, ACopyOfOurPipeIsNamedWhereItKeptTheWorker) {
  for (const bool copied : {true, false}) {
    Worker worker = Start(With(Argv({TestWorker(), "echo"})));
    ASSERT_NE(worker, nullptr);
    // Its descriptor 0 is something else by then.
    ASSERT_TRUE(worker->transport()->Write({"ping"}, IoMode::kBlock).ok());
    char buffer[16];
    ASSERT_TRUE(
        worker->transport()->Read(absl::MakeSpan(buffer), IoMode::kBlock).ok());
    const pid_t copy = copied ? fork() : -1;
    if (copy == 0) {
      for (;;) pause();
    }
    worker->CloseWire();
    const bool kept = copied && GetParam() == Binding::kPipes;
    const absl::Duration wait =
        kept ? absl::Milliseconds(100) : absl::Minutes(1);
    EXPECT_EQ(worker->Wait(MonotonicNow() + wait).ok(), !kept);
    EXPECT_TRUE(worker->Terminate(absl::Minutes(1)).ok());
    EXPECT_EQ(worker->exit_status()->signal(),
              kept ? std::optional<int>(SIGTERM) : std::nullopt);
    EXPECT_EQ(absl::StrContains(worker->DescribeEnd(), "fork() copy"), kept)
        << worker->DescribeEnd();
    if (!copied) continue;
    kill(copy, SIGKILL);
    EXPECT_EQ(waitpid(copy, nullptr, 0), copy);
  }
}

double CpuSeconds() {
  rusage used;
  getrusage(RUSAGE_THREAD, &used);
  return absl::ToDoubleSeconds(absl::DurationFromTimeval(used.ru_utime) +
                               absl::DurationFromTimeval(used.ru_stime));
}

// Review D3: the pidfd of a dead worker that a tracer holds is readable, and
// waiting for it again span.
TEST(WorkerProcessTest, ADeadWorkerThatATracerHoldsIsLookedAtNowAndThen) {
  Worker worker = Start(Argv({"sleep", "100"}));
  ASSERT_NE(worker, nullptr);
  PipePair seized = *MakePipe();
  PipePair let_go = *MakePipe();
  const pid_t tracer = fork();
  if (tracer == 0) {
    const bool failed =
        ptrace(PTRACE_SEIZE, worker->pid(), nullptr, nullptr) != 0;
    (void)!write(seized.write_end.get(), failed ? "n" : "y", 1);
    char octet;
    (void)!read(let_go.read_end.get(), &octet, 1);
    _exit(0);
  }
  char traces = 0;
  ASSERT_EQ(read(seized.read_end.get(), &traces, 1), 1);
  ASSERT_TRUE(worker->Kill(SIGKILL).ok());
  if (traces == 'y') {
    EXPECT_GE(worker->pidfd(), 0);
    EXPECT_EQ(worker->NextLook(), MonotonicTime::InfiniteFuture());
    const double before = CpuSeconds();
    EXPECT_TRUE(absl::IsDeadlineExceeded(
        worker->Wait(MonotonicNow() + absl::Milliseconds(500)).status()));
    EXPECT_LT(CpuSeconds() - before, 0.1);
    EXPECT_EQ(worker->pidfd(), -1);
    EXPECT_LE(worker->NextLook(), MonotonicNow() + ProcessWatch::kLastLook);
  }
  (void)!write(let_go.write_end.get(), "x", 1);
  EXPECT_EQ(waitpid(tracer, nullptr, 0), tracer);
  EXPECT_EQ(worker->Wait(Soon()).value_or(ExitStatus::Unknown()),
            ExitStatus::Signalled(SIGKILL, false));
  if (traces != 'y') GTEST_SKIP() << "nobody may trace here";
}

TEST(WorkerProcessTest, WaitHasADeadlineAndMayBeRepeated) {
  Worker worker = Start(Argv({"cat"}));
  ASSERT_NE(worker, nullptr);
  const MonotonicTime start = MonotonicNow();
  absl::StatusOr<ExitStatus> ended =
      worker->Wait(start + absl::Milliseconds(50));
  EXPECT_TRUE(absl::IsDeadlineExceeded(ended.status())) << ended.status();
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(50));
  EXPECT_LT(MonotonicNow() - start, absl::Seconds(10));
  ended = worker->Wait(MonotonicTime::InfinitePast());
  EXPECT_TRUE(absl::IsDeadlineExceeded(ended.status())) << ended.status();
  worker->CloseWire();
  EXPECT_EQ(worker->transport(), nullptr);
  ended = worker->Wait(MonotonicTime::InfiniteFuture());
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(*ended, ExitStatus::Exited(0));
  EXPECT_EQ(*worker->Wait(MonotonicTime::InfinitePast()),
            ExitStatus::Exited(0));
}

// What remains of a worker's stderr in other processes does not hold Wait.
TEST(WorkerProcessTest, WaitIsForTheWorkerNotForItsChildren) {
  Worker worker = Start(Shell("sleep 100 & echo $!"));
  ASSERT_NE(worker, nullptr);
  const std::string grandchild = ReadLine(*worker);
  absl::StatusOr<ExitStatus> ended = worker->Wait(Soon());
  EXPECT_TRUE(ended.ok()) << ended.status();
  kill(static_cast<pid_t>(std::stoi(grandchild)), SIGKILL);
}

TEST(WorkerProcessTest, TerminateAsksFirst) {
  Worker worker = Start(Shell("echo ready; exec sleep 100"));
  ASSERT_NE(worker, nullptr);
  EXPECT_EQ(ReadLine(*worker), "ready\n");
  absl::StatusOr<ExitStatus> ended = worker->Terminate(absl::Minutes(1));
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(*ended, ExitStatus::Signalled(SIGTERM, false));
  // And knows when there is nobody left to ask.
  ended = worker->Terminate(absl::Minutes(1));
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(*ended, ExitStatus::Signalled(SIGTERM, false));
  EXPECT_TRUE(absl::IsFailedPrecondition(worker->Kill(SIGTERM)));
}

TEST(WorkerProcessTest, TerminateInsistsAfterTheGrace) {
  Worker worker = Start(Shell("trap '' TERM; echo ready; exec sleep 100"));
  ASSERT_NE(worker, nullptr);
  EXPECT_EQ(ReadLine(*worker), "ready\n");
  const MonotonicTime start = MonotonicNow();
  absl::StatusOr<ExitStatus> ended = worker->Terminate(absl::Milliseconds(100));
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(*ended, ExitStatus::Signalled(SIGKILL, false));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(100));
}

TEST(WorkerProcessTest, DestructionEndsAWorkerThatDoesNotListen) {
  Worker worker = Start(Argv({"sleep", "100"}));
  ASSERT_NE(worker, nullptr);
  const pid_t pid = worker->pid();
  const MonotonicTime start = MonotonicNow();
  worker.reset();
  const absl::Duration took = MonotonicNow() - start;
  EXPECT_GE(took, kDestructorGrace);
  EXPECT_LT(took, kDestructorGrace + absl::Seconds(20));
  EXPECT_EQ(kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
  EXPECT_TRUE(HasNoChildren());
}

TEST(WorkerProcessTest, DestructionLetsAGoodWorkerFinish) {
  // It leaves a trace only if it got as far as the end of its input.
  PipePair trace = *MakePipe();
  SpawnOptions options = Shell("cat >/dev/null; echo finished >&3");
  options.descriptors = {{trace.write_end.get(), 3}};
  Worker worker = Start(options);
  trace.write_end.Reset();
  worker.reset();
  char buffer[16];
  const ssize_t n = read(trace.read_end.get(), buffer, sizeof(buffer));
  EXPECT_EQ(absl::string_view(buffer, n < 0 ? 0 : n), "finished\n");
  EXPECT_TRUE(HasNoChildren());
}

TEST(WorkerProcessTest, FiftyWorkersLeaveNoZombieAndNoDescriptor) {
  const int before = OpenDescriptors();
  std::vector<Worker> workers;
  for (int i = 0; i < 50; ++i) {
    workers.push_back(Start(Argv({i % 2 == 0 ? "true" : "cat"})));
    if (workers.size() == 5) workers.clear();
  }
  workers.clear();
  EXPECT_TRUE(HasNoChildren());
  EXPECT_EQ(OpenDescriptors(), before);
}

// T-14: the program ignores SIGCHLD, so that the kernel reaps.
TEST(WorkerProcessTest, AProgramThatIgnoresSigchldIsToldSo) {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  struct sigaction before;
  sigaction(SIGCHLD, &ignore, &before);
  Worker worker = Start(Shell("exit 3"));
  Worker running = Start(Argv({"cat"}));
  absl::StatusOr<ExitStatus> ended = worker->Wait(Soon());
  absl::StatusOr<ExitStatus> alive =
      running->Wait(MonotonicNow() + absl::Milliseconds(50));
  const MonotonicTime start = MonotonicNow();
  running.reset();
  const absl::Duration took = MonotonicNow() - start;
  struct sigaction now;
  sigaction(SIGCHLD, &before, &now);
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(*ended, ExitStatus::Unknown());
  EXPECT_TRUE(absl::IsDeadlineExceeded(alive.status())) << alive.status();
  EXPECT_LT(took, kDestructorGrace);
  EXPECT_TRUE(HasNoChildren());
  EXPECT_EQ(now.sa_handler, SIG_IGN);  // its disposition was not touched
}

}  // namespace
}  // namespace forkrpc
