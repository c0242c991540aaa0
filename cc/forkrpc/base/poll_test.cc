// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/base/poll.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/owned_fd.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

class PollUntilTest : public testing::Test {
 protected:
  PollUntilTest() {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    read_end_.Reset(ends[0]);
    write_end_.Reset(ends[1]);
    waited_ = {read_end_.get(), POLLIN, 0};
  }

  absl::StatusOr<int> Poll(MonotonicTime deadline) {
    return PollUntil(absl::MakeSpan(&waited_, 1), deadline);
  }

  OwnedFd read_end_;
  OwnedFd write_end_;
  pollfd waited_;
};

absl::Duration CpuTime() {
  timespec used;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return absl::DurationFromTimespec(used);
}

TEST_F(PollUntilTest, ReportsWhatIsReady) {
  ASSERT_EQ(write(write_end_.get(), "x", 1), 1);
  absl::StatusOr<int> ready = Poll(MonotonicTime::InfiniteFuture());
  ASSERT_TRUE(ready.ok()) << ready.status();
  EXPECT_EQ(*ready, 1);
  EXPECT_EQ(waited_.revents, POLLIN);
}

TEST_F(PollUntilTest, ADeadlineInThePastLooksOnce) {
  for (const MonotonicTime past :
       {MonotonicTime::InfinitePast(), MonotonicNow() - absl::Hours(1)}) {
    const MonotonicTime start = MonotonicNow();
    absl::StatusOr<int> ready = Poll(past);
    ASSERT_TRUE(ready.ok()) << ready.status();
    EXPECT_EQ(*ready, 0);
    EXPECT_LT(MonotonicNow() - start, absl::Seconds(5));
  }
  ASSERT_EQ(write(write_end_.get(), "x", 1), 1);
  EXPECT_EQ(*Poll(MonotonicTime::InfinitePast()), 1);
}

TEST_F(PollUntilTest, NeverEndsEarlyNorSpinsAndKnowsFractionsOfAMillisecond) {
  // Of 20 waits of 300 us the quickest shows the resolution, whatever else the
  // machine is doing: a poll() in milliseconds would take 1 ms or none.
  absl::Duration quickest = absl::InfiniteDuration();
  for (int i = 0; i < 20; ++i) {
    const MonotonicTime start = MonotonicNow();
    EXPECT_EQ(*Poll(start + absl::Microseconds(300)), 0);
    const absl::Duration took = MonotonicNow() - start;
    EXPECT_GE(took, absl::Microseconds(300));
    quickest = std::min(quickest, took);
  }
  EXPECT_LT(quickest, absl::Microseconds(900));
  const absl::Duration cpu_before = CpuTime();
  EXPECT_EQ(*Poll(MonotonicNow() + absl::Milliseconds(200)), 0);
  EXPECT_LT(CpuTime() - cpu_before, absl::Milliseconds(50));
}

TEST_F(PollUntilTest, SignalsNeitherEndNorLengthenTheWait) {
  struct sigaction action = {};
  struct sigaction before;
  static volatile sig_atomic_t signals;
  signals = 0;
  action.sa_handler = [](int) { signals = signals + 1; };  // no SA_RESTART
  ASSERT_EQ(sigaction(SIGALRM, &action, &before), 0);
  const itimerval every_5_ms = {{0, 5000}, {0, 5000}};
  ASSERT_EQ(setitimer(ITIMER_REAL, &every_5_ms, nullptr), 0);
  const MonotonicTime start = MonotonicNow();
  absl::StatusOr<int> ready = Poll(start + absl::Milliseconds(150));
  const absl::Duration took = MonotonicNow() - start;
  const itimerval off = {};
  setitimer(ITIMER_REAL, &off, nullptr);
  sigaction(SIGALRM, &before, nullptr);
  ASSERT_TRUE(ready.ok()) << ready.status();
  EXPECT_EQ(*ready, 0);
  EXPECT_GE(took, absl::Milliseconds(150));
  EXPECT_LT(took, absl::Seconds(5));
  EXPECT_GT(signals, 1);
}

TEST_F(PollUntilTest, AFarDeadlineFitsTheKernelsClock) {
  // Beyond what a 64-bit count of nanoseconds holds, so it must be broken up.
  ASSERT_EQ(write(write_end_.get(), "x", 1), 1);
  absl::StatusOr<int> ready =
      Poll(MonotonicNow() + absl::Hours(24 * 366 * 500));
  ASSERT_TRUE(ready.ok()) << ready.status();
  EXPECT_EQ(*ready, 1);
}

TEST_F(PollUntilTest, PassesErrorsOn) {
  // More descriptors than may be open at all: EINVAL.
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit low = {16, limit.rlim_max};
  std::vector<pollfd> many(17, pollfd{-1, POLLIN, 0});
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  absl::StatusOr<int> ready =
      PollUntil(absl::MakeSpan(many), MonotonicTime::InfinitePast());
  setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(ready.status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace forkrpc
