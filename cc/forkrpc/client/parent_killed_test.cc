// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A parent is killed at random moments, and its workers are gone soon after.
//
//   parent_killed_test [--kills=100] [--within_ms=1000] [--seed=N]

#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <random>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr char kParent[] = "cc/forkrpc/client/chaos_parent";

int kills = 5;
int within_ms = 1000;
int seed = 20261;

pid_t StartParent() {
  pid_t pid = -1;
  char* argv[] = {const_cast<char*>(kParent), nullptr};
  EXPECT_EQ(posix_spawn(&pid, kParent, nullptr, nullptr, argv, environ), 0);
  return pid;
}

// The children of this process, dead ones included; those that it was started
// with (a shell's, before it became this program) are none of ours.
std::set<pid_t> Children(const std::set<pid_t>& but) {
  std::set<pid_t> children;
  std::ifstream list(absl::StrCat("/proc/self/task/", getpid(), "/children"));
  for (pid_t child; list >> child;) {
    if (but.count(child) == 0) children.insert(child);
  }
  return children;
}

// Reaps our children as they end, to `deadline`; returns how many that were.
// What is left then is stored in `left`, killed and reaped.
int ReapAll(MonotonicTime deadline, const std::set<pid_t>& but,
            std::set<pid_t>* left) {
  int reaped = 0;
  for (;;) {
    const std::set<pid_t> children = Children(but);
    for (const pid_t child : children) {
      reaped += waitpid(child, nullptr, WNOHANG) == child;
    }
    // A child that is reaped may leave us children of its own.
    if (children.empty()) return reaped;
    if (MonotonicNow() < deadline) {
      absl::SleepFor(absl::Milliseconds(1));
      continue;
    }
    *left = Children(but);
    for (const pid_t child : *left) {
      kill(child, SIGKILL);
      waitpid(child, nullptr, 0);
    }
    return reaped;
  }
}

TEST(ParentKilledTest, NoWorkerIsLeft) {
  // Orphans become children of this process, so none can hide.
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
  const std::set<pid_t> before = Children({});
  std::mt19937 random(static_cast<unsigned>(seed));
  int workers = 0;
  int orphans = 0;
  absl::Duration longest;
  for (int i = 0; i < kills; ++i) {
    const pid_t parent = StartParent();
    ASSERT_GT(parent, 0);
    // The moment is what is random here; nothing is concluded from it.
    absl::SleepFor(absl::Microseconds(random() % 400000));
    ASSERT_EQ(kill(parent, SIGKILL), 0);
    const MonotonicTime killed = MonotonicNow();
    std::set<pid_t> left;
    workers +=
        ReapAll(killed + absl::Milliseconds(within_ms), before, &left) - 1;
    longest = std::max(longest, MonotonicNow() - killed);
    orphans += static_cast<int>(left.size());
    EXPECT_TRUE(left.empty())
        << left.size() << " workers are left after kill " << i;
  }
  std::printf("%d kills, %d workers, %d orphans, the last one gone after %s\n",
              kills, workers, orphans, absl::FormatDuration(longest).c_str());
  EXPECT_GT(workers, kills) << "there were hardly any workers to be left";
}

}  // namespace
}  // namespace forkrpc

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    absl::string_view word = argv[i];
    int* const value = absl::ConsumePrefix(&word, "--kills=") ? &forkrpc::kills
                       : absl::ConsumePrefix(&word, "--within_ms=")
                           ? &forkrpc::within_ms
                       : absl::ConsumePrefix(&word, "--seed=") ? &forkrpc::seed
                                                               : nullptr;
    if (value == nullptr || !absl::SimpleAtoi(word, value)) {
      std::fprintf(stderr,
                   "usage: parent_killed_test [--kills=N] [--within_ms=N] "
                   "[--seed=N]\n");
      return 2;
    }
  }
  return RUN_ALL_TESTS();
}
