// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/tee_descriptor.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Rest = TeeDescriptor::Rest;

TeeDescriptor Open(int fd) {
  absl::StatusOr<TeeDescriptor> opened = TeeDescriptor::Open(fd);
  EXPECT_TRUE(opened.ok()) << opened.status();
  return opened.ok() ? *std::move(opened) : TeeDescriptor();
}

bool IsNonblocking(int fd) { return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0; }

// All that can be read from `fd` without waiting.
std::string ReadAvailable(int fd) {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  std::string all;
  char buffer[4096];
  ssize_t got;
  while ((got = read(fd, buffer, sizeof(buffer))) > 0) {
    all.append(buffer, static_cast<size_t>(got));
  }
  return all;
}

// A place to write to, and where it can be read.
struct Place {
  OwnedFd written;
  OwnedFd read;
};

enum class Kind { kPipe, kSocket, kTerminal };

Place MakePlace(Kind kind) {
  Place place;
  if (kind == Kind::kPipe) {
    PipePair pipe = *MakePipe();
    place = {std::move(pipe.write_end), std::move(pipe.read_end)};
  } else if (kind == Kind::kSocket) {
    SocketPair pair = *MakeSocketPair();
    place = {std::move(pair.ours), std::move(pair.theirs)};
  } else {
    int master = -1;
    int slave = -1;
    EXPECT_EQ(openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
    termios raw;
    tcgetattr(slave, &raw);
    cfmakeraw(&raw);
    tcsetattr(slave, TCSANOW, &raw);
    place = {OwnedFd(slave), OwnedFd(master)};
  }
  return place;
}

class PlaceTest : public testing::TestWithParam<Kind> {};

INSTANTIATE_TEST_SUITE_P(Kinds, PlaceTest,
                         testing::Values(Kind::kPipe, Kind::kSocket,
                                         Kind::kTerminal));

// Nobody reads: a write that waited would hang this test. The open file that
// others may share keeps its mode, and each octet taken arrives in order.
TEST_P(PlaceTest, NeverWaitsAndLeavesTheModeAlone) {
  Place place = MakePlace(GetParam());
  TeeDescriptor tee = Open(place.written.get());
  ASSERT_TRUE(tee.valid());
  std::string octets;
  while (octets.size() < 1000 * 1000) absl::StrAppend(&octets, octets.size());
  size_t taken = 0;
  std::string got;
  for (int turns = 0; taken < octets.size() && turns < 100000; ++turns) {
    const TeeDescriptor::Written written =
        tee.Write(absl::string_view(octets).substr(taken));
    taken += written.octets;
    EXPECT_EQ(written.rest,
              taken < octets.size() ? Rest::kWouldBlock : Rest::kNone);
    EXPECT_FALSE(IsNonblocking(place.written.get()));
    got += ReadAvailable(place.read.get());
  }
  for (int turns = 0; got.size() < octets.size() && turns < 100000; ++turns) {
    got += ReadAvailable(place.read.get());
  }
  EXPECT_EQ(taken, octets.size());
  EXPECT_TRUE(got == octets);
}

TEST_P(PlaceTest, GoesOnWritingThereWhenTheNumberIsGivenToSomethingElse) {
  Place place = MakePlace(GetParam());
  Place other = MakePlace(Kind::kPipe);
  TeeDescriptor tee = Open(place.written.get());
  ASSERT_EQ(dup2(other.written.get(), place.written.get()),
            place.written.get());
  EXPECT_EQ(tee.Write("to the first").rest, Rest::kNone);
  EXPECT_EQ(ReadAvailable(place.read.get()), "to the first");
  EXPECT_EQ(ReadAvailable(other.read.get()), "");
}

// Bug report 5: Ctrl-S.
TEST(TeeDescriptorTest, AStoppedTerminalTakesNothingAndGoesOnLater) {
  Place place = MakePlace(Kind::kTerminal);
  TeeDescriptor tee = Open(place.written.get());
  ASSERT_EQ(tcflow(place.written.get(), TCOOFF), 0);
  const TeeDescriptor::Written stopped = tee.Write("one\n");
  EXPECT_EQ(stopped.octets, 0u);
  EXPECT_EQ(stopped.rest, Rest::kWouldBlock);
  ASSERT_EQ(tcflow(place.written.get(), TCOON), 0);
  EXPECT_EQ(tee.Write("two\n").octets, 4u);
  EXPECT_EQ(ReadAvailable(place.read.get()), "two\n");
}

// Its offset belongs to the open file: one opened anew would overwrite.
TEST(TeeDescriptorTest, AFileIsWrittenWhereTheProgramWrites) {
  const std::string path = absl::StrCat(getenv("TEST_TMPDIR"), "/log");
  const OwnedFd file(open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600));
  TeeDescriptor tee = Open(file.get());
  ASSERT_EQ(write(file.get(), "one ", 4), 4);
  EXPECT_EQ(tee.Write("two ").octets, 4u);
  ASSERT_EQ(write(file.get(), "three", 5), 5);
  char got[100];
  const ssize_t size = pread(file.get(), got, sizeof(got), 0);
  EXPECT_EQ(absl::string_view(got, size < 0 ? 0 : size), "one two three");
}

TEST(TeeDescriptorTest, AReaderThatIsGoneRefusesAndKillsNobody) {
  struct sigaction by_default = {};
  by_default.sa_handler = SIG_DFL;
  struct sigaction before;
  sigaction(SIGPIPE, &by_default, &before);
  for (const Kind kind : {Kind::kPipe, Kind::kSocket, Kind::kTerminal}) {
    // Once gone before it is opened, once after.
    for (const bool early : {true, false}) {
      Place place = MakePlace(kind);
      if (early) place.read.Reset();
      TeeDescriptor tee = Open(place.written.get());
      ASSERT_TRUE(tee.valid());
      place.read.Reset();
      EXPECT_EQ(tee.Write("last words").rest, Rest::kRefused);
    }
  }
  sigaction(SIGPIPE, &before, nullptr);
}

TEST(TeeDescriptorTest, WhatIsClosedOrNotForWritingIsNothing) {
  EXPECT_FALSE(Open(-1).valid());
  EXPECT_FALSE(Open(999).valid());
  EXPECT_FALSE(Open(MakePipe()->read_end.get()).valid());
  EXPECT_EQ(Open(-1).fd(), -1);
}

TEST(TeeDescriptorTest, OtherDevicesAreAskedFirst) {
  const OwnedFd null(open("/dev/null", O_WRONLY | O_CLOEXEC));
  TeeDescriptor tee = Open(null.get());
  EXPECT_EQ(tee.Write(std::string(100000, 'x')).octets, 100000u);
  const OwnedFd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  EXPECT_EQ(Open(full.get()).Write("x").rest, Rest::kRefused);
  // Opening a master anew would make another terminal.
  Place place = MakePlace(Kind::kTerminal);
  TeeDescriptor to_master = Open(place.read.get());
  EXPECT_EQ(to_master.Write("typed").octets, 5u);
  EXPECT_EQ(ReadAvailable(place.written.get()), "typed");
}

}  // namespace
}  // namespace forkrpc
