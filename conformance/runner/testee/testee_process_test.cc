// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/testee/testee_process.h"

#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "conformance/runner/testee/wire_ends.h"

namespace forkrpc::conformance {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::StartsWith;

// Starts `sh -c script` as a testee.
TesteeProcess StartShell(const std::string& script, Role role,
                         Transport transport = SOCKETPAIR,
                         ParentWire parent_wire = ParentWire::kThree) {
  SpawnOptions options;
  options.program = "/bin/sh";
  options.argv = {"sh", "-c", script};
  options.directory = ::testing::TempDir();
  options.environment = {{"FORKRPC_TEST", "set"}, {"HOME", "replaced"}};
  options.role = role;
  options.transport = transport;
  options.parent_wire = parent_wire;
  absl::StatusOr<TesteeProcess> testee = TesteeProcess::Start(options);
  EXPECT_TRUE(testee.ok()) << testee.status();
  return *std::move(testee);
}

// Everything until the other end is closed.
std::string ReadAll(int fd) {
  std::string all;
  char buffer[4096];
  pollfd wait = {fd, POLLIN, 0};
  while (poll(&wait, 1, 10000) == 1) {
    const ssize_t count = read(fd, buffer, sizeof buffer);
    if (count <= 0) break;
    all.append(buffer, static_cast<size_t>(count));
  }
  return all;
}

TEST(TesteeProcessTest, GivesEachRoleItsDescriptorsAndNoOther) {
  const char kList[] = "ls /proc/$$/fd; exit";
  for (const Transport transport : {SOCKETPAIR, PIPES, UNIX, TCP}) {
    TesteeProcess child = StartShell(kList, CHILD, transport);
    EXPECT_EQ(ReadAll(child.wire_in().get()), "0\n1\n2\n");
  }
  for (const Transport transport : {SOCKETPAIR, UNIX, TCP}) {
    TesteeProcess parent = StartShell(kList, PARENT, transport);
    EXPECT_EQ(ReadAll(parent.reports().get()), "0\n1\n2\n3\n");
  }
}

TEST(TesteeProcessTest, AParentMayHaveItsWireOnStandardInputAndOutput) {
  for (const Transport transport : {SOCKETPAIR, UNIX, TCP}) {
    TesteeProcess list = StartShell("exec >&4; ls /proc/$$/fd; exit", PARENT,
                                    transport, ParentWire::kStdio);
    EXPECT_EQ(ReadAll(list.reports().get()), "0\n1\n2\n3\n4\n");
    TesteeProcess parent =
        StartShell("read line <&3; echo \"report $line\" >&4; head -c 3",
                   PARENT, transport, ParentWire::kStdio);
    ASSERT_EQ(write(parent.commands().get(), "quit\n", 5), 5);
    ASSERT_EQ(write(parent.wire_out().get(), "abc", 3), 3);
    EXPECT_EQ(ReadAll(parent.reports().get()), "report quit\n");
    EXPECT_EQ(ReadAll(parent.wire_in().get()), "abc");
  }
}

// What the testee can find out about its wire; /proc/net/unix has a name only
// for an address that was bound, and an @ before an abstract one.
TEST(TesteeProcessTest, TheTransportIsTheOneAskedFor) {
  const auto wire = [](Transport transport) {
    const char kLook[] =
        "i=$(readlink /proc/$$/fd/0 | tr -dc 0-9);"
        "grep -c \" $i @\" /proc/net/unix;"
        "grep -c \" $i \" /proc/net/tcp; readlink /proc/$$/fd/0 | cut -c1-4";
    TesteeProcess child = StartShell(kLook, CHILD, transport);
    return ReadAll(child.wire_in().get());
  };
  EXPECT_EQ(wire(SOCKETPAIR), "0\n0\nsock\n");
  EXPECT_EQ(wire(PIPES), "0\n0\npipe\n");
  EXPECT_EQ(wire(UNIX), "1\n0\nsock\n");
  EXPECT_EQ(wire(TCP), "0\n1\nsock\n");
  // The path is gone again.
  for (const auto& entry : std::filesystem::directory_iterator("/tmp")) {
    EXPECT_FALSE(std::filesystem::exists(entry.path() / "wire")) << entry;
  }
}

// Chunks that must arrive one by one need to know when one was read.
TEST(TesteeProcessTest, TellsWhatWasNotRead) {
  for (const Transport transport : {SOCKETPAIR, PIPES, UNIX, TCP}) {
    SCOPED_TRACE(transport);
    TesteeProcess child = StartShell("cat >/dev/null", CHILD, transport);
    const int fd = child.wire_out().get();
    TesteeProcess stays = StartShell("sleep 1000", CHILD, transport);
    EXPECT_EQ(OctetsUnread(stays.wire_out().get(), transport), 0);
    ASSERT_EQ(write(stays.wire_out().get(), "abc", 3), 3);
    EXPECT_GE(OctetsUnread(stays.wire_out().get(), transport), 3);
    ASSERT_EQ(write(fd, "abc", 3), 3);
    // A test that waits for ever has failed.
    while (OctetsUnread(fd, transport) != 0) usleep(1000);
  }
}

TEST(TesteeProcessTest, ConnectsTheWire) {
  for (const Transport transport : {SOCKETPAIR, PIPES, UNIX, TCP}) {
    TesteeProcess child = StartShell("head -c 3", CHILD, transport);
    ASSERT_EQ(write(child.wire_out().get(), "abc", 3), 3);
    EXPECT_EQ(ReadAll(child.wire_in().get()), "abc");
  }
  TesteeProcess parent =
      StartShell("read line; echo \"report $line\"; head -c 3 <&3 >&3", PARENT);
  ASSERT_EQ(write(parent.commands().get(), "quit\n", 5), 5);
  ASSERT_EQ(write(parent.wire_out().get(), "abc", 3), 3);
  EXPECT_EQ(ReadAll(parent.wire_in().get()), "abc");
  EXPECT_EQ(ReadAll(parent.reports().get()), "report quit\n");
}

TEST(TesteeProcessTest, SetsFolderEnvironmentAndSignals) {
  signal(SIGPIPE, SIG_IGN);
  TesteeProcess child = StartShell(
      "pwd; echo $FORKRPC_TEST $HOME; grep SigIgn /proc/self/status", CHILD);
  std::string folder = ::testing::TempDir();
  while (folder.back() == '/') folder.pop_back();
  // The lowest 31 signals; beyond them the C library has some of its own.
  EXPECT_THAT(ReadAll(child.wire_in().get()),
              AllOf(StartsWith(absl::StrCat(folder, "\nset replaced\n")),
                    EndsWith("0000000\n")));
}

// The runner may be somebody's worker itself.
TEST(TesteeProcessTest, KnowsNothingOfTheRunnersOwnWire) {
  setenv("FORKRPC_FORM", "sync:4711", 1);
  setenv("FORKRPC_SERIALISER", "json:4711", 1);
  setenv("FORKRPC_FORMER", "kept", 1);
  SpawnOptions options;
  options.program = "/bin/sh";
  options.argv = {"sh", "-c",
                  "echo ${FORKRPC_FORM-no} ${FORKRPC_SERIALISER-no} "
                  "$FORKRPC_FORMER"};
  const auto seen = [&] {
    absl::StatusOr<TesteeProcess> testee = TesteeProcess::Start(options);
    return testee.ok() ? ReadAll(testee->wire_in().get())
                       : testee.status().ToString();
  };
  EXPECT_EQ(seen(), "no no kept\n");
  options.debugged = true;
  EXPECT_EQ(seen(), "no no kept\n");
  // What the manifest says is the testee's own business.
  options.environment = {{"FORKRPC_FORM", "of the manifest"}};
  EXPECT_EQ(seen(), "of the manifest no kept\n");
  options.debugged = false;
  EXPECT_EQ(seen(), "of the manifest no kept\n");
  EXPECT_TRUE(*CommandSucceeds({"/bin/sh", "-c", "[ -z \"$FORKRPC_FORM\" ]"},
                               "", {}, 10));
  unsetenv("FORKRPC_FORM");
  unsetenv("FORKRPC_SERIALISER");
  unsetenv("FORKRPC_FORMER");
}

// What the testee sees of how it was started.
std::string SeenBy(bool debugged, bool stopped, Role role,
                   Transport transport) {
  SpawnOptions options;
  options.program = "/bin/sh";
  options.argv = {"named", "-c",
                  "echo $0; ls /proc/$$/fd; pwd; echo $FORKRPC_TEST; "
                  "grep -e ^Sig[BI] -e ^TracerPid /proc/self/status; "
                  "ps -o pgid= -p $$ | grep -c \"^ *$$\\$\"; "
                  "tr '\\0' ' ' </proc/$$/cmdline | cut -c1-8"};
  options.directory = ::testing::TempDir();
  options.environment = {{"FORKRPC_TEST", "set"}};
  options.role = role;
  options.transport = transport;
  options.debugged = debugged;
  options.stopped = stopped;
  absl::StatusOr<TesteeProcess> testee = TesteeProcess::Start(options);
  if (!testee.ok()) return testee.status().ToString();
  if (stopped) kill(-testee->pid(), SIGCONT);
  ScopedFd& out = role == PARENT ? testee->reports() : testee->wire_in();
  return ReadAll(out.get());
}

TEST(TesteeProcessTest, WhoIsDebuggedSeesNoDifference) {
  signal(SIGPIPE, SIG_IGN);
  for (const Role role : {CHILD, PARENT}) {
    for (const Transport transport : {SOCKETPAIR, PIPES}) {
      if (role == PARENT && transport == PIPES) continue;
      const std::string seen = SeenBy(false, false, role, transport);
      EXPECT_THAT(seen, AllOf(StartsWith("named\n0\n1\n2\n"),
                              EndsWith("\n1\nnamed -c\n")));
      EXPECT_EQ(SeenBy(true, false, role, transport), seen);
      EXPECT_EQ(SeenBy(true, true, role, transport), seen);
    }
  }
  signal(SIGPIPE, SIG_DFL);
}

// Not by a shell, which clears the mask itself.
TEST(TesteeProcessTest, WhoIsDebuggedHasNoSignalBlocked) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  SpawnOptions options;
  options.program = "/bin/grep";
  options.argv = {"grep", "^SigBlk", "/proc/self/status"};
  options.debugged = true;
  absl::StatusOr<TesteeProcess> testee = TesteeProcess::Start(options);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  ASSERT_TRUE(testee.ok()) << testee.status();
  EXPECT_EQ(ReadAll(testee->wire_in().get()), "SigBlk:\t0000000000000000\n");
}

TEST(TesteeProcessTest, AStoppedOneStandsStillBeforeItsProgram) {
  SpawnOptions options;
  options.program = "/bin/true";
  options.argv = {"true"};
  options.stopped = true;
  absl::StatusOr<TesteeProcess> testee = TesteeProcess::Start(options);
  ASSERT_TRUE(testee.ok()) << testee.status();
  const std::string folder = absl::StrCat("/proc/", testee->pid());
  EXPECT_EQ(std::filesystem::read_symlink(folder + "/exe"),
            std::filesystem::read_symlink("/proc/self/exe"));
  std::ifstream stat(folder + "/stat");
  const std::string line(std::istreambuf_iterator<char>(stat), {});
  EXPECT_EQ(line.substr(line.rfind(") "), 4), ") T ");
  EXPECT_FALSE(testee->PeekExit().has_value());
  kill(testee->pid(), SIGCONT);
  EXPECT_EQ(ReadAll(testee->wire_in().get()), "");
  EXPECT_EQ(testee->KillAndReap().Text(), "status 0");
}

TEST(TesteeProcessTest, ADebuggedProgramThatCannotStartEnds) {
  SpawnOptions options;
  options.program = "/nonexistent";
  options.argv = {"x"};
  options.debugged = true;
  absl::StatusOr<TesteeProcess> testee = TesteeProcess::Start(options);
  ASSERT_TRUE(testee.ok()) << testee.status();
  EXPECT_EQ(ReadAll(testee->wire_in().get()), "");
  while (!testee->PeekExit().has_value()) usleep(1000);
  EXPECT_EQ(testee->KillAndReap().Text(), "status 127");
}

TEST(TesteeProcessTest, TellsHowTheProgramEnded) {
  TesteeProcess status = StartShell("exit 7", CHILD);
  ReadAll(status.errors().get());
  while (!status.PeekExit().has_value()) usleep(1000);
  EXPECT_EQ(status.PeekExit()->Text(), "status 7");
  EXPECT_EQ(status.KillAndReap().Text(), "status 7");
  EXPECT_EQ(status.KillAndReap().Text(), "status 7");

  TesteeProcess killed = StartShell("kill -SEGV $$", CHILD);
  while (!killed.PeekExit().has_value()) usleep(1000);
  EXPECT_EQ(killed.KillAndReap().Text(), "signal 11 (Segmentation fault)");

  TesteeProcess stays = StartShell("sleep 1000", CHILD);
  EXPECT_FALSE(stays.PeekExit().has_value());
  EXPECT_EQ(stays.KillAndReap().Text(), "killed by the runner");
}

TEST(TesteeProcessTest, KillsTheWholeGroupAndReaps) {
  std::string number;
  {
    TesteeProcess child = StartShell("sleep 1000 & echo $!; wait", CHILD);
    char buffer[32];
    pollfd wait = {child.wire_in().get(), POLLIN, 0};
    ASSERT_EQ(poll(&wait, 1, 10000), 1);
    number.assign(buffer,
                  static_cast<size_t>(read(child.wire_in().get(), buffer, 32)));
  }
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
  // The orphan dies too; whoever adopted it reaps it, sooner or later.
  const std::string path = absl::StrCat("/proc/", std::stoi(number), "/stat");
  std::string line;
  for (int i = 0; i < 5000; ++i) {
    std::ifstream stat(path);
    if (!std::getline(stat, line) || line.find(") Z ") != line.npos) return;
    usleep(1000);
  }
  FAIL() << "it lives: " << line;
}

TEST(TesteeProcessTest, ReadsMemoryFigures) {
  TesteeProcess child = StartShell("echo; sleep 1000", CHILD);
  pollfd wait = {child.wire_in().get(), POLLIN, 0};
  ASSERT_EQ(poll(&wait, 1, 10000), 1);
  EXPECT_GT(child.StatusKilobytes("VmPeak").value_or(1000), 100u);
  EXPECT_FALSE(child.StatusKilobytes("NoSuchKey").has_value());
}

TEST(TesteeProcessTest, CountsDescriptors) {
  TesteeProcess child =
      StartShell("exec 7</dev/null 8</dev/null; echo; sleep 1000", CHILD);
  pollfd wait = {child.wire_in().get(), POLLIN, 0};
  ASSERT_EQ(poll(&wait, 1, 10000), 1);
  EXPECT_GE(child.DescriptorCount().value_or(5), 5);
  child.KillAndReap();
  EXPECT_FALSE(child.DescriptorCount().has_value());
}

// As `env --ignore-signal=CHLD` starts a program.
class SigchldIgnored {
 public:
  SigchldIgnored() : before_(signal(SIGCHLD, SIG_IGN)) {}
  ~SigchldIgnored() { signal(SIGCHLD, before_); }

 private:
  const sighandler_t before_;
};

TEST(TesteeProcessTest, AnEndWhoseStatusIsLostIsAnEnd) {
  const SigchldIgnored ignored;
  TesteeProcess ends = StartShell("exit 7", CHILD);
  for (int i = 0; !ends.PeekExit().has_value(); ++i) {
    ASSERT_LT(i, 10000);
    usleep(1000);
  }
  EXPECT_EQ(ends.PeekExit()->Text(), "an unknown status");
  EXPECT_EQ(ends.KillAndReap().Text(), "an unknown status");

  TesteeProcess stays = StartShell("sleep 1000", CHILD);
  EXPECT_FALSE(stays.PeekExit().has_value());
  EXPECT_EQ(stays.KillAndReap().Text(), "killed by the runner");

  EXPECT_EQ(CommandSucceeds({"true"}, "/", {}, 9).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST(TesteeProcessTest, AProgramThatCannotStartIsAnError) {
  SpawnOptions options;
  options.program = "/nonexistent/program";
  options.argv = {"program"};
  EXPECT_EQ(TesteeProcess::Start(options).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(TesteeProcessTest, FindsPrograms) {
  const std::string folder = ::testing::TempDir();
  const std::string beside = absl::StrCat(folder, "/sh");
  std::ofstream(beside) << "#!/bin/sh\n";
  // Not executable: PATH has another.
  EXPECT_THAT(*FindProgram("sh", folder), EndsWith("/bin/sh"));
  ASSERT_EQ(chmod(beside.c_str(), 0755), 0);
  EXPECT_EQ(*FindProgram("sh", folder), absl::StrCat(folder, "/sh"));
  EXPECT_EQ(*FindProgram("/bin/sh", folder), "/bin/sh");
  EXPECT_FALSE(FindProgram("", folder).ok());
  EXPECT_FALSE(FindProgram("/bin", folder).ok());
  EXPECT_FALSE(FindProgram("no-such-program", folder).ok());
}

TEST(TesteeProcessTest, RunsCommandsOfRequires) {
  EXPECT_TRUE(
      *CommandSucceeds({"sh", "-c", "test $X = 1"}, "/", {{"X", "1"}}, 9));
  EXPECT_FALSE(*CommandSucceeds({"sh", "-c", "exit 1"}, "/", {}, 9));
  EXPECT_FALSE(*CommandSucceeds({"no-such-program"}, "/", {}, 9));
  EXPECT_EQ(CommandSucceeds({"sleep", "1000"}, "/", {}, 0).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace forkrpc::conformance
