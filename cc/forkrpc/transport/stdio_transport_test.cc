// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/stdio_transport.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/stream_pair.h"
#include "forkrpc/transport/transport.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Runs `body` in a forked child whose descriptors 0, 1 and 2 are the given ones
// (-1: closed), and returns its exit status. This program has one thread.
int RunWith(int in, int out, int err, const std::function<int()>& body) {
  fflush(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    const int sources[] = {in, out, err};
    int copies[3];
    for (int i = 0; i < 3; ++i) {
      copies[i] = sources[i] < 0 ? -1 : fcntl(sources[i], F_DUPFD_CLOEXEC, 64);
    }
    for (int i = 0; i < 3; ++i) {
      if (copies[i] < 0) {
        close(i);
      } else {
        dup2(copies[i], i);
      }
    }
    for (int fd = 3; fd < 256; ++fd) close(fd);
    const int status = body();
    fflush(nullptr);  // what printf has kept for descriptor 1
    _exit(status);
  }
  int status = -1;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

std::string ReadAll(int fd) {
  std::string all;
  char buffer[4096];
  for (;;) {
    const ssize_t n = read(fd, buffer, sizeof(buffer));
    if (n <= 0) return all;
    all.append(buffer, static_cast<size_t>(n));
  }
}

// A worker that prints as functions do, reads one message and answers it.
int ChattyWorker() {
  printf("before\n");
  absl::StatusOr<std::unique_ptr<FdTransport>> wire = TakeStdioTransport();
  if (!wire.ok()) return 3;
  for (int i = 0; i < 1000; ++i) printf("a printf in a function\n");
  fflush(stdout);
  if (write(1, "raw\n", 4) != 4) return 4;
  char buffer[16];
  absl::StatusOr<IoResult> got =
      (*wire)->Read(absl::MakeSpan(buffer), IoMode::kBlock);
  if (!got.ok() || got->kind != IoResult::kOctets) return 5;
  if (!(*wire)->Write({"got "}, IoMode::kBlock).ok()) return 6;
  if (!(*wire)
           ->Write({absl::string_view(buffer, got->octets)}, IoMode::kBlock)
           .ok()) {
    return 7;
  }
  if (getchar() != EOF) return 8;  // 0 is /dev/null now
  if ((*wire)->read_fd() < 3 || (*wire)->write_fd() < 3) return 9;
  if (fcntl((*wire)->read_fd(), F_GETFD) != FD_CLOEXEC) return 10;
  if (fcntl((*wire)->write_fd(), F_GETFD) != FD_CLOEXEC) return 11;
  const bool one = (*wire)->read_fd() == (*wire)->write_fd();
  if (!(*wire)->ShutdownWrite().ok()) return 12;
  return one ? 20 : 21;
}

//= spec/wire.md#FR-PRC-004
TEST(StdioTransportTest, APrintfCannotReachTheSocket) {
  absl::StatusOr<SocketPair> wire = MakeSocketPair();
  absl::StatusOr<PipePair> errors = MakePipe();
  ASSERT_TRUE(wire.ok() && errors.ok());
  ASSERT_EQ(send(wire->ours.get(), "hello", 5, 0), 5);
  const int theirs = wire->theirs.get();
  EXPECT_EQ(RunWith(theirs, theirs, errors->write_end.get(), ChattyWorker), 20);
  wire->theirs.Reset();
  errors->write_end.Reset();
  EXPECT_EQ(ReadAll(wire->ours.get()), "got hello");
  const std::string printed = ReadAll(errors->read_end.get());
  EXPECT_EQ(printed.substr(0, 9), "before\na ");
  EXPECT_EQ(printed.substr(printed.size() - 4), "raw\n");
}

TEST(StdioTransportTest, APrintfCannotReachThePipe) {
  absl::StatusOr<PipePair> in = MakePipe();
  absl::StatusOr<PipePair> out = MakePipe();
  absl::StatusOr<PipePair> errors = MakePipe();
  ASSERT_TRUE(in.ok() && out.ok() && errors.ok());
  ASSERT_EQ(write(in->write_end.get(), "hello", 5), 5);
  EXPECT_EQ(RunWith(in->read_end.get(), out->write_end.get(),
                    errors->write_end.get(), ChattyWorker),
            21);
  out->write_end.Reset();
  EXPECT_EQ(ReadAll(out->read_end.get()), "got hello");
}

TEST(StdioTransportTest, TwoSocketsAreAPair) {
  // What some parents give: a socket pair per stream.
  absl::StatusOr<SocketPair> in = MakeSocketPair();
  absl::StatusOr<SocketPair> out = MakeSocketPair();
  absl::StatusOr<PipePair> errors = MakePipe();
  ASSERT_TRUE(in.ok() && out.ok() && errors.ok());
  ASSERT_EQ(send(in->ours.get(), "hello", 5, 0), 5);
  EXPECT_EQ(RunWith(in->theirs.get(), out->theirs.get(),
                    errors->write_end.get(), ChattyWorker),
            21);
  // Our copy of their end is still open, so only shutdown() ends the stream.
  EXPECT_EQ(ReadAll(out->ours.get()), "got hello");
}

TEST(StdioTransportTest, StderrOnTheSocketOrClosedGoesToNull) {
  for (const bool on_the_wire : {true, false}) {
    absl::StatusOr<SocketPair> wire = MakeSocketPair();
    ASSERT_TRUE(wire.ok());
    ASSERT_EQ(send(wire->ours.get(), "hello", 5, 0), 5);
    const int theirs = wire->theirs.get();
    EXPECT_EQ(RunWith(theirs, theirs, on_the_wire ? theirs : -1, ChattyWorker),
              20);
    wire->theirs.Reset();
    EXPECT_EQ(ReadAll(wire->ours.get()), "got hello");
  }
}

TEST(StdioTransportTest, StderrOnTheWiresPipeGoesToNull) {
  absl::StatusOr<PipePair> in = MakePipe();
  absl::StatusOr<PipePair> out = MakePipe();
  ASSERT_TRUE(in.ok() && out.ok());
  ASSERT_EQ(write(in->write_end.get(), "hello", 5), 5);
  const int wire = out->write_end.get();
  EXPECT_EQ(RunWith(in->read_end.get(), wire, wire, ChattyWorker), 21);
  out->write_end.Reset();
  EXPECT_EQ(ReadAll(out->read_end.get()), "got hello");
}

TEST(StdioTransportTest, OnATerminalOneLineSaysWhatToDo) {
  OwnedFd terminal(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.valid() || grantpt(terminal.get()) != 0 ||
      unlockpt(terminal.get()) != 0) {
    GTEST_SKIP() << "no pseudo-terminal to be had";
  }
  OwnedFd user(open(ptsname(terminal.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(user.valid());
  absl::StatusOr<PipePair> pipe = MakePipe();
  ASSERT_TRUE(pipe.ok());
  const auto refused = [] {
    absl::StatusOr<std::unique_ptr<FdTransport>> wire = TakeStdioTransport();
    const bool as_told = absl::IsFailedPrecondition(wire.status()) &&
                         wire.status().message() ==
                             "this is a worker: start it from a parent, e.g. "
                             "`forkrpc call -- PROGRAM`";
    // Nothing is redirected, so that the message can be printed.
    return as_told && (isatty(0) == 1 || isatty(1) == 1) ? 0 : 1;
  };
  const int tty = user.get();
  EXPECT_EQ(RunWith(tty, tty, tty, refused), 0);
  EXPECT_EQ(RunWith(tty, pipe->write_end.get(), tty, refused), 0);
  EXPECT_EQ(RunWith(pipe->read_end.get(), tty, tty, refused), 0);
}

// As `srun -u` makes it for what a job writes.
TEST(StdioTransportTest, OutputToATerminalThatChangesNothingIsAWire) {
  OwnedFd terminal(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.valid() || grantpt(terminal.get()) != 0 ||
      unlockpt(terminal.get()) != 0) {
    GTEST_SKIP() << "no pseudo-terminal to be had";
  }
  OwnedFd out(open(ptsname(terminal.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(out.valid());
  absl::StatusOr<PipePair> in = MakePipe();
  ASSERT_TRUE(in.ok());
  const auto writes = [] {
    absl::StatusOr<std::unique_ptr<FdTransport>> wire = TakeStdioTransport();
    if (!wire.ok()) return 1;
    const auto put = (*wire)->Write({"a\n\t\r\xff"}, IoMode::kBlock);
    return put.ok() && put->octets == 5 ? 0 : 2;
  };
  termios settings;
  ASSERT_EQ(tcgetattr(out.get(), &settings), 0);
  for (const tcflag_t changing : {OLCUC, ONLCR, OCRNL, ONOCR, OFILL, TAB3}) {
    settings.c_oflag = OPOST | changing;
    ASSERT_EQ(tcsetattr(out.get(), TCSANOW, &settings), 0);
    EXPECT_EQ(RunWith(in->read_end.get(), out.get(), -1, writes), 1);
  }
  settings.c_oflag = OPOST;
  ASSERT_EQ(tcsetattr(out.get(), TCSANOW, &settings), 0);
  ASSERT_EQ(RunWith(in->read_end.get(), out.get(), -1, writes), 0);
  char buffer[16];
  const ssize_t got = read(terminal.get(), buffer, sizeof(buffer));
  ASSERT_GT(got, 0);
  EXPECT_EQ(std::string(buffer, static_cast<size_t>(got)), "a\n\t\r\xff");
}

TEST(StdioTransportTest, AClosedDescriptorIsNamed) {
  absl::StatusOr<PipePair> pipe = MakePipe();
  ASSERT_TRUE(pipe.ok());
  const auto refused = [] {
    const absl::Status status = TakeStdioTransport().status();
    return absl::IsFailedPrecondition(status) &&
                   status.message().find("descriptor 1 is closed") !=
                       absl::string_view::npos
               ? 0
               : 1;
  };
  EXPECT_EQ(RunWith(pipe->read_end.get(), -1, -1, refused), 0);
}

TEST(StdioTransportTest, StandardInputFromAFileWorks) {
  OwnedFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  const auto reads_eof = [] {
    absl::StatusOr<std::unique_ptr<FdTransport>> wire = TakeStdioTransport();
    if (!wire.ok()) return 1;
    char buffer[4];
    for (const IoMode mode : {IoMode::kNonBlock, IoMode::kBlock}) {
      absl::StatusOr<IoResult> got =
          (*wire)->Read(absl::MakeSpan(buffer), mode);
      if (!got.ok() || got->kind != IoResult::kEof) return 2;
    }
    return 0;
  };
  EXPECT_EQ(RunWith(null.get(), null.get(), null.get(), reads_eof), 0);
}

}  // namespace
}  // namespace forkrpc
