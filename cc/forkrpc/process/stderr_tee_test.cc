// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/stderr_tee.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/process/tee_descriptor.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

MonotonicTime At(int milliseconds) {
  return MonotonicTime::FromEpoch(absl::Milliseconds(milliseconds));
}

class StderrTeeTest : public testing::Test {
 protected:
  StderrTeeTest() : tee_(*TeeDescriptor::Open(pipe_.write_end.get()), "w") {
    fcntl(pipe_.read_end.get(), F_SETFL, O_NONBLOCK);
  }

  std::string Read(size_t most) {
    std::string got(most, '\0');
    const ssize_t n = read(pipe_.read_end.get(), &got[0], most);
    got.resize(n < 0 ? 0 : n);
    return got;
  }
  // Reads and flushes until neither has anything left.
  std::string ReadAll() {
    std::string all;
    for (;;) {
      const std::string got = Read(1 << 20);
      tee_.Flush(At(0));
      if (got.empty() && tee_.backlog() == 0) return all + Read(1 << 20);
      all += got;
    }
  }

  PipePair pipe_ = *MakePipe();
  StderrTee tee_;
};

// Octets that differ, `size` of them, from the `from`th on.
std::string Octets(size_t from, size_t size) {
  std::string octets;
  octets.reserve(size);
  for (size_t i = from; i < from + size; ++i) {
    octets += static_cast<char>('a' + i % 25 + (i / 25) % 2);
  }
  return octets;
}

TEST_F(StderrTeeTest, WritesAtOnceWhatIsTaken) {
  tee_.Put("one ", At(0));
  tee_.Put("two\n", At(0));
  EXPECT_EQ(tee_.backlog(), 0u);
  EXPECT_EQ(tee_.next_flush(), MonotonicTime::InfiniteFuture());
  EXPECT_EQ(Read(100), "one two\n");
}

// Bug report 6: 65,536 of 1,000,000 octets arrived.
TEST_F(StderrTeeTest, KeepsWhatIsNotTakenAndTriesAgain) {
  const std::string all = Octets(0, 1000 * 1000);
  tee_.Put(all, At(5));
  EXPECT_GT(tee_.backlog(), 900 * 1000u);
  EXPECT_EQ(tee_.next_flush(), At(25));
  tee_.Flush(At(30));
  EXPECT_EQ(tee_.next_flush(), At(50));
  tee_.Put("the end\n", At(40));
  EXPECT_EQ(tee_.next_flush(), At(60));
  EXPECT_TRUE(ReadAll() == all + "the end\n");
  EXPECT_EQ(tee_.backlog(), 0u);
  EXPECT_EQ(tee_.next_flush(), MonotonicTime::InfiniteFuture());
  EXPECT_EQ(tee_.dropped(), 0u);
}

TEST_F(StderrTeeTest, CountsWhatDoesNotFitAndSaysSoInItsPlace) {
  const size_t fits = 65536 + StderrTee::kMaxBacklog;
  size_t put = fits - 5000;
  tee_.Put(Octets(0, put), At(0));
  EXPECT_EQ(tee_.dropped(), 0u);
  for (; put < 2 * fits; put += 10000) {
    tee_.Put(Octets(put, 10000), At(0));
    ASSERT_LE(tee_.backlog(), StderrTee::kMaxBacklog);
  }
  EXPECT_EQ(tee_.backlog(), StderrTee::kMaxBacklog);
  EXPECT_EQ(tee_.dropped(), put - fits);
  // A little room is not enough: the line comes behind all that was kept.
  const std::string first = Read(20000);
  tee_.Put("dropped as well\n", At(0));
  const std::string kept = ReadAll();
  const std::string notice =
      absl::StrCat("\nforkrpc: ", put - fits + 16,
                   " octets of worker 'w' standard error were dropped\n");
  EXPECT_TRUE(first + kept == Octets(0, fits) + notice);
  tee_.Put("flows again\n", At(0));
  EXPECT_EQ(Read(100), "flows again\n");
  EXPECT_EQ(tee_.dropped(), put - fits + 16);
}

TEST_F(StderrTeeTest, AReaderThatIsGoneIsCounted) {
  pipe_.read_end.Reset();
  for (int i = 0; i < 3; ++i) tee_.Put("12345", At(0));
  EXPECT_EQ(tee_.backlog(), 0u);
  EXPECT_EQ(tee_.dropped(), 15u);
  EXPECT_EQ(tee_.next_flush(), MonotonicTime::InfiniteFuture());
}

TEST_F(StderrTeeTest, AReaderThatGoesLeavesNothingToWaitFor) {
  tee_.Put(std::string(100000, 'x'), At(0));
  const size_t backlog = tee_.backlog();
  EXPECT_GT(backlog, 0u);
  pipe_.read_end.Reset();
  tee_.Flush(At(0));
  EXPECT_EQ(tee_.backlog(), 0u);
  EXPECT_EQ(tee_.dropped(), backlog);
}

// A disk that was full for a while: the line is at the start of a line.
TEST(StderrTeeGapTest, WhatWasRefusedIsSaidWhenItFlowsAgain) {
  const std::string path = absl::StrCat(getenv("TEST_TMPDIR"), "/log");
  const OwnedFd file(open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600));
  const OwnedFd full(open("/dev/full", O_WRONLY));
  TeeDescriptor to = *TeeDescriptor::Open(file.get());
  const int number = to.fd();
  StderrTee tee(std::move(to), "\x1b[31m");
  tee.Put("one\n", At(0));
  ASSERT_EQ(dup2(full.get(), number), number);
  tee.Put("two\n", At(0));
  tee.Put("three\n", At(0));
  ASSERT_EQ(dup2(file.get(), number), number);
  tee.Put("four\n", At(0));
  char got[200];
  const ssize_t size = pread(file.get(), got, sizeof(got), 0);
  EXPECT_EQ(absl::string_view(got, size < 0 ? 0 : size),
            "one\nforkrpc: 10 octets of worker '\\x1b[31m' standard error were "
            "dropped\nfour\n");
  EXPECT_EQ(tee.dropped(), 10u);
}

TEST(StderrTeeGapTest, NothingToWriteToIsNoLoss) {
  StderrTee tee(TeeDescriptor(), "w");
  tee.Put("octets", At(0));
  tee.Flush(At(0));
  EXPECT_EQ(tee.backlog(), 0u);
  EXPECT_EQ(tee.dropped(), 0u);
}

}  // namespace
}  // namespace forkrpc
