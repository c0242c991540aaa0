// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Which descriptors a worker has, whatever this program has open.

#include "forkrpc/process/child_descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/test_helpers.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Descriptors = std::map<int, std::string>;

// What /proc/self/fd says about a pipe or socket of ours.
std::string Target(int fd) {
  char target[256] = "";
  const std::string link = absl::StrCat("/proc/self/fd/", fd);
  EXPECT_GT(readlink(link.c_str(), target, sizeof(target) - 1), 0);
  return target;
}

// What a worker with these options finds open.
Descriptors Found(SpawnOptions options) {
  options.argv = {TestWorker(), "descriptors"};
  Descriptors found;
  const std::string output = OutputOf(options);
  for (const absl::string_view line :
       absl::StrSplit(output, '\n', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits(' ', 1));
    int number;
    EXPECT_TRUE(absl::SimpleAtoi(parts.first, &number)) << line;
    found[number] = std::string(parts.second);
  }
  return found;
}

std::vector<int> Numbers(const Descriptors& descriptors) {
  std::vector<int> numbers;
  for (const auto& [number, target] : descriptors) numbers.push_back(number);
  return numbers;
}

//= spec/wire.md#FR-PRC-003
TEST(ChildDescriptorsTest, OnlyTheStandardOnesAndTheWireIsOnTwoOfThem) {
  // What careless libraries leave open: not close-on-exec.
  std::vector<OwnedFd> careless;
  careless.reserve(6);
  for (int i = 0; i < 5; ++i) careless.emplace_back(open("/dev/zero", O_RDWR));
  careless.emplace_back(fcntl(careless[0].get(), F_DUPFD, 300));
  for (const Binding binding : {Binding::kSocket, Binding::kPipes}) {
    SpawnOptions options;
    options.binding = binding;
    const Descriptors found = Found(options);
    EXPECT_EQ(Numbers(found), (std::vector<int>{0, 1, 2}));
    EXPECT_EQ(found.at(0) == found.at(1), binding == Binding::kSocket);
    EXPECT_EQ(found.at(0).substr(0, 4),
              binding == Binding::kSocket ? "sock" : "pipe");
  }
  SpawnOptions options;
  options.stderr_mode = StderrMode::kNull;
  EXPECT_EQ(Found(options).at(2), "/dev/null");
  options.stderr_mode = StderrMode::kInherit;
  EXPECT_EQ(Found(options).at(2), Target(2));
}

TEST(ChildDescriptorsTest, ListedOnesHaveTheirNumbersAndGapsAreClosed) {
  // Not close-on-exec, and with numbers between those that are listed.
  std::vector<OwnedFd> careless;
  careless.reserve(6);
  for (int i = 0; i < 5; ++i) careless.emplace_back(open("/dev/zero", O_RDWR));
  careless.emplace_back(fcntl(careless[0].get(), F_DUPFD, 100));
  PipePair pipe = *MakePipe();
  SpawnOptions options;
  options.descriptors = {{pipe.read_end.get(), 9},
                         {pipe.write_end.get(), kMaxChildNumber},
                         {2, 3}};
  const Descriptors found = Found(options);
  EXPECT_EQ(Numbers(found), (std::vector<int>{0, 1, 2, 3, 9, kMaxChildNumber}));
  EXPECT_EQ(found.at(9), Target(pipe.read_end.get()));
  EXPECT_EQ(found.at(kMaxChildNumber), Target(pipe.write_end.get()));
  EXPECT_EQ(found.at(3), Target(2));
}

TEST(ChildDescriptorsTest, AnyPermutationIsRight) {
  // Descriptors here whose numbers are wanted for others there.
  PipePair first = *MakePipe();
  PipePair second = *MakePipe();
  PipePair third = *MakePipe();
  OwnedFd at_20(fcntl(first.read_end.get(), F_DUPFD_CLOEXEC, 20));
  OwnedFd at_21(fcntl(second.read_end.get(), F_DUPFD_CLOEXEC, 21));
  OwnedFd at_22(fcntl(third.read_end.get(), F_DUPFD_CLOEXEC, 22));
  ASSERT_EQ(at_22.get(), 22);
  const int wanted[][3] = {{20, 21, 22}, {20, 22, 21}, {21, 20, 22},
                           {21, 22, 20}, {22, 20, 21}, {22, 21, 20},
                           {3, 4, 5},    {5, 4, 3},    {6, 3, 4}};
  for (const int* numbers : wanted) {
    SpawnOptions options;
    options.descriptors = {
        {20, numbers[0]}, {21, numbers[1]}, {22, numbers[2]}};
    const Descriptors found = Found(options);
    EXPECT_EQ(found.size(), 6u);
    EXPECT_EQ(found.at(numbers[0]), Target(20));
    EXPECT_EQ(found.at(numbers[1]), Target(21));
    EXPECT_EQ(found.at(numbers[2]), Target(22));
  }
}

// T-15: each child has its own wire, whatever others start meanwhile.
TEST(ChildDescriptorsTest, SixteenThreadsStartingAtOnceShareNothing) {
  constexpr int kThreads = 16;
  constexpr int kEach = 8;
  OwnedFd careless(open("/dev/zero", O_RDWR));
  PipePair pipe = *MakePipe();
  SpawnOptions options;
  options.descriptors = {{pipe.read_end.get(), 3}};
  std::vector<std::vector<Descriptors>> found(kThreads);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&found, &options, i] {
      for (int j = 0; j < kEach; ++j) found[i].push_back(Found(options));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<Descriptors>& of_thread : found) {
    for (const Descriptors& descriptors : of_thread) {
      EXPECT_EQ(Numbers(descriptors), (std::vector<int>{0, 1, 2, 3}));
    }
  }
  EXPECT_TRUE(HasNoChildren());
}

TEST(ChildDescriptorsTest, ADaemonWithoutStandardDescriptorsCanStartWorkers) {
  OwnedFd saved[3];
  for (int fd = 0; fd < 3; ++fd) {
    saved[fd].Reset(fcntl(fd, F_DUPFD_CLOEXEC, 10));
    close(fd);
  }
  SpawnOptions inherit;
  inherit.stderr_mode = StderrMode::kInherit;
  const Descriptors tee_found = Found(SpawnOptions());
  const Descriptors inherit_found = Found(inherit);
  for (int fd = 0; fd < 3; ++fd) {
    if (saved[fd].valid()) dup2(saved[fd].get(), fd);
  }
  EXPECT_EQ(Numbers(tee_found), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(Numbers(inherit_found), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(inherit_found.at(2), "/dev/null");
}

// Lowers RLIMIT_NOFILE while it lives, so that `spare` numbers are free.
class Spare {
 public:
  explicit Spare(int spare) {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    int low = 0;
    for (int free = 0; free < spare || fcntl(low, F_GETFD) >= 0; ++low) {
      if (fcntl(low, F_GETFD) < 0) ++free;
    }
    const rlimit lowered = {static_cast<rlim_t>(low), before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &lowered), 0);
  }
  ~Spare() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_;
};

class OutOfDescriptorsTest
    : public testing::TestWithParam<std::tuple<Binding, const char*>> {};

INSTANTIATE_TEST_SUITE_P(All, OutOfDescriptorsTest,
                         testing::Combine(testing::Values(Binding::kSocket,
                                                          Binding::kPipes),
                                          testing::Values("", "/")));

// T-16: with 0 to 32 descriptors to spare, a start works or says why not, and
// leaves none behind; once there are enough, it works.
TEST_P(OutOfDescriptorsTest, IsAStatus) {
  SpawnOptions options = Argv({"cat"});
  std::tie(options.binding, options.working_directory) = GetParam();
  options.descriptors = {{1, 3}};
  const int before = OpenDescriptors();
  bool worked = false;
  for (int spare = 0; spare <= 32; ++spare) {
    absl::StatusOr<std::unique_ptr<WorkerProcess>> worker;
    {
      const Spare lowered(spare);
      worker = WorkerProcess::Spawn(options);
    }
    if (worker.ok()) {
      worked = true;
      // What the child alone needed has been given back by then.
      EXPECT_GE((*worker)->pidfd(), 0) << "spare " << spare;
      const MonotonicTime start = MonotonicNow();
      ASSERT_TRUE((*worker)->transport()->ShutdownWrite().ok());
      absl::StatusOr<ExitStatus> ended = (*worker)->Wait(Soon());
      ASSERT_TRUE(ended.ok()) << ended.status();
      EXPECT_EQ(*ended, ExitStatus::Exited(0)) << "spare " << spare;
      EXPECT_LT(MonotonicNow() - start, absl::Seconds(20));
      worker->reset();
    } else {
      EXPECT_FALSE(worked) << "failed with more to spare: " << spare;
      EXPECT_EQ(worker.status().code(), absl::StatusCode::kResourceExhausted)
          << worker.status();
      EXPECT_EQ(worker.status().message().substr(0, 27),
                "cannot start worker 'cat': ");
    }
    ASSERT_EQ(OpenDescriptors(), before) << "spare " << spare;
  }
  EXPECT_TRUE(worked);
  EXPECT_TRUE(HasNoChildren());
}

TEST(ChildDescriptorsTest, ANumberBeyondTheLimitIsOutOfDescriptors) {
  SpawnOptions options = Argv({"cat"});
  options.descriptors = {{1, kMaxChildNumber}};
  absl::Status status;
  {
    const Spare lowered(100);
    status = WorkerProcess::Spawn(options).status();
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(),
            "cannot start worker 'cat': cannot copy a descriptor for the "
            "child: Too many open files");
}

}  // namespace
}  // namespace forkrpc
