// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/loopback_sshd.h"

#include <stdlib.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// What a command over there writes, and how it ends.
std::string Output(const LoopbackSshd& sshd,
                   const std::vector<std::string>& remote) {
  SpawnOptions options;
  options.argv = sshd.Command(remote);
  options.binding = Binding::kPipes;
  options.stderr_mode = StderrMode::kCapture;
  auto process = WorkerProcess::Spawn(options);
  if (!process.ok()) return process.status().ToString();
  std::string output;
  char buffer[4096];
  for (;;) {
    auto got =
        (*process)->transport()->Read(absl::MakeSpan(buffer), IoMode::kBlock);
    if (!got.ok() || got->kind != IoResult::kOctets) break;
    output.append(buffer, got->octets);
  }
  const auto ended = (*process)->Wait(MonotonicNow() + absl::Minutes(1));
  return ended.ok() && ended->clean()
             ? output
             : absl::StrCat(output, (*process)->DescribeEnd());
}

TEST(LoopbackSshdTest, RunsACommandWithItsWordsAsTheyAre) {
  auto sshd = LoopbackSshd::Start(testing::TempDir());
  ASSERT_TRUE(sshd.ok()) << sshd.status();
  EXPECT_GE((*sshd)->port(), 1024);
  EXPECT_EQ(Output(**sshd, {"printf", "%s|", "two words", "it's", "$HOME"}),
            "two words|it's|$HOME|");
  EXPECT_THAT(Output(**sshd, {"sh", "-c", "echo no >&2; exit 3"}),
              testing::AllOf(testing::HasSubstr("exited with status 3"),
                             testing::HasSubstr("stderr ended: no")));
}

TEST(LoopbackSshdTest, LetsNobodyInWithoutTheKey) {
  auto sshd = LoopbackSshd::Start(testing::TempDir());
  auto other = LoopbackSshd::Start(testing::TempDir());
  ASSERT_TRUE(sshd.ok() && other.ok());
  std::vector<std::string> argv = (*sshd)->Command({"true"});
  argv[5] =
      absl::StrCat((*other)->port());  // the key of one, the port of the other
  SpawnOptions options;
  options.argv = argv;
  options.binding = Binding::kPipes;
  options.stderr_mode = StderrMode::kCapture;
  auto process = WorkerProcess::Spawn(options);
  ASSERT_TRUE(process.ok()) << process.status();
  (*process)->Wait(MonotonicNow() + absl::Minutes(1)).IgnoreError();
  EXPECT_THAT((*process)->DescribeEnd(),
              testing::HasSubstr("Permission denied"));
}

TEST(LoopbackSshdTest, SaysWhatIsWrong) {
  auto sshd = LoopbackSshd::Start("/nowhere");
  EXPECT_TRUE(absl::IsUnavailable(sshd.status()));
  EXPECT_THAT(std::string(sshd.status().message()),
              testing::HasSubstr("/nowhere/sshd"));
}

}  // namespace
}  // namespace forkrpc
