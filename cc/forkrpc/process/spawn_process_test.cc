// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a worker is started with, and why it may not start.

#include "forkrpc/process/spawn_process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/test_helpers.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/transport/wire_terms.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// A file of this test with `text` and `mode`.
std::string MakeFile(const std::string& name, const std::string& text,
                     mode_t mode) {
  const std::string path = absl::StrCat(getenv("TEST_TMPDIR"), "/", name);
  std::ofstream(path) << text;
  EXPECT_EQ(chmod(path.c_str(), mode), 0);
  return path;
}

// The status of a start that must fail, leaving nothing behind.
absl::Status Failure(const SpawnOptions& options) {
  const int before = OpenDescriptors();
  const absl::Status status = WorkerProcess::Spawn(options).status();
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(OpenDescriptors(), before);
  EXPECT_TRUE(HasNoChildren());
  return status;
}

TEST(SpawnErrorTest, AProgramThatIsNotThere) {
  for (const char* program : {"no-such-worker", "/no/such/worker"}) {
    const absl::Status status = Failure(Argv({program}));
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(status.message(),
              absl::StrCat("cannot start worker '", program,
                           "': No such file or directory; check the path or "
                           "PATH"));
  }
}

TEST(SpawnErrorTest, AFileThatCannotBeExecuted) {
  const std::string path = MakeFile("plain", "#!/bin/sh\n", 0644);
  const absl::Status status = Failure(Argv({path}));
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(status.message(),
            absl::StrCat("cannot start worker '", path,
                         "': Permission denied; is it an executable file?"));
}

TEST(SpawnErrorTest, AScriptWhoseInterpreterIsMissing) {
  const std::string path = MakeFile("script", "#!/no/such/interpreter\n", 0755);
  const absl::Status status = Failure(Argv({path}));
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(absl::EndsWith(
      status.message(), "; the interpreter named in its first line is missing"))
      << status;
}

TEST(SpawnErrorTest, AFileThatIsNoProgram) {
  const std::string path = MakeFile("text", "just text\n", 0755);
  const absl::Status status = Failure(Argv({path}));
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(absl::EndsWith(status.message(),
                             "Exec format error; a script must begin with #! "
                             "and its interpreter"))
      << status;
}

TEST(SpawnErrorTest, AnArgumentThatIsTooLong) {
  const absl::Status status = Failure(Argv({"cat", std::string(8 << 20, 'x')}));
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(absl::StrContains(status.message(), "Argument list too long"))
      << status;
}

TEST(SpawnErrorTest, AWorkingDirectoryThatIsNone) {
  SpawnOptions options = Argv({"cat"});
  options.working_directory = "/no/such/directory";
  absl::Status status = Failure(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(),
            "cannot start worker 'cat': working directory "
            "'/no/such/directory': No such file or directory");
  options.working_directory = "/dev/null";
  status = Failure(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(absl::EndsWith(status.message(), ": Not a directory")) << status;
}

TEST(SpawnErrorTest, OptionsThatMakeNoSense) {
  std::vector<SpawnOptions> senseless(7, Argv({"cat"}));
  senseless[0].argv.clear();
  senseless[1].argv[0] = "";
  senseless[2].argv.emplace_back("a\0b", 3);
  senseless[3].set_env = {{"A=B", "c"}};
  senseless[4].set_env = {{"", "c"}};
  senseless[5].descriptors = {{1, 2}};    // 2 is standard error's
  senseless[6].descriptors = {{999, 3}};  // not open
  for (const SpawnOptions& options : senseless) {
    const absl::Status status = Failure(options);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  }
  for (const int number : {-1, kMaxChildNumber + 1}) {
    SpawnOptions options = Argv({"cat"});
    options.descriptors = {{1, number}};
    EXPECT_EQ(Failure(options).code(), absl::StatusCode::kFailedPrecondition);
  }
}

TEST(SpawnProcessTest, TheEnvironmentIsEdited) {
  setenv("FORKRPC_KEPT", "kept", 1);
  setenv("FORKRPC_GONE", "gone", 1);
  setenv("FORKRPC_CHANGED", "old", 1);
  SpawnOptions options = Shell("env");
  options.unset_env = {"FORKRPC_GONE", "FORKRPC_KEP"};  // the whole name counts
  options.set_env = {{"FORKRPC_CHANGED", "between"},
                     {"FORKRPC_CHANGED", "new=value"},
                     {"FORKRPC_EMPTY", ""}};
  std::vector<std::string> ours;
  for (const absl::string_view line : absl::StrSplit(OutputOf(options), '\n')) {
    if (absl::StartsWith(line, "FORKRPC_")) ours.emplace_back(line);
  }
  std::sort(ours.begin(), ours.end());
  EXPECT_EQ(ours,
            (std::vector<std::string>{"FORKRPC_CHANGED=new=value",
                                      "FORKRPC_EMPTY=", "FORKRPC_KEPT=kept"}));
  options.argv = {"/usr/bin/env"};
  options.clear_env = true;
  options.set_env = {{"ONLY", "this"}};
  EXPECT_EQ(OutputOf(options), "ONLY=this\n");
}

// The worker's environment and the inode of its descriptor 0.
std::vector<std::string> TermsOf(SpawnOptions options, const WireTerms& terms) {
  options.argv = Shell(
                     "env | grep -E '^FORKRPC_(FORM|SERIALISER)=' | sort; stat "
                     "-L -c %i /dev/stdin")
                     .argv;
  absl::StatusOr<std::unique_ptr<WorkerProcess>> worker =
      WorkerProcess::Spawn(options, terms);
  EXPECT_TRUE(worker.ok()) << worker.status();
  if (!worker.ok()) return {};
  std::vector<std::string> lines = absl::StrSplit(ReadAll(**worker), '\n');
  lines.pop_back();
  return lines;
}

TEST(SpawnProcessTest, TheWorkerIsToldTheTermsOfItsWire) {
  // What our own parent said is about our wire: it is never handed on.
  setenv("FORKRPC_FORM", "sync:1", 1);
  setenv("FORKRPC_SERIALISER", "json:1", 1);
  for (const Binding binding : {Binding::kSocket, Binding::kPipes}) {
    for (const bool clear_env : {false, true}) {
      SpawnOptions options;
      options.binding = binding;
      options.clear_env = clear_env;
      if (clear_env) options.set_env = {{"PATH", getenv("PATH")}};
      std::vector<std::string> told = TermsOf(options, {"async", "cbor"});
      ASSERT_EQ(told.size(), 3u);
      EXPECT_EQ(told[0], absl::StrCat("FORKRPC_FORM=async:", told[2]));
      EXPECT_EQ(told[1], absl::StrCat("FORKRPC_SERIALISER=cbor:", told[2]));
      told = TermsOf(options, {"sync", ""});
      ASSERT_EQ(told.size(), 2u);
      EXPECT_EQ(told[0], absl::StrCat("FORKRPC_FORM=sync:", told[1]));
      EXPECT_EQ(TermsOf(options, {}).size(), 1u);
      // The user's word is the last.
      options.set_env.emplace_back("FORKRPC_FORM", "mine");
      options.unset_env = {"FORKRPC_SERIALISER"};
      told = TermsOf(options, {"async", "cbor"});
      ASSERT_EQ(told.size(), 2u);
      EXPECT_EQ(told[0], "FORKRPC_FORM=mine");
    }
  }
  unsetenv("FORKRPC_FORM");
  unsetenv("FORKRPC_SERIALISER");
  const absl::Status status =
      WorkerProcess::Spawn(Argv({"cat"}), {"async", std::string("a\0b", 3)})
          .status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
}

TEST(SpawnProcessTest, StartsInItsDirectory) {
  const std::string program = MakeFile("where", "#!/bin/sh\npwd -P\n", 0755);
  SpawnOptions options = Argv({"./where"});
  options.working_directory = getenv("TEST_TMPDIR");
  char* expected = realpath(getenv("TEST_TMPDIR"), nullptr);
  EXPECT_EQ(OutputOf(options), absl::StrCat(expected, "\n"));
  free(expected);
}

// Bit number signal - 1, as in /proc.
uint64_t Bit(int signal) { return uint64_t{1} << (signal - 1); }

uint64_t Field(absl::string_view status, absl::string_view name) {
  for (const absl::string_view line : absl::StrSplit(status, '\n')) {
    uint64_t bits;
    if (absl::StartsWith(line, name) &&
        absl::SimpleHexAtoi(line.substr(name.size()), &bits)) {
      return bits;
    }
  }
  ADD_FAILURE() << "no " << name << " in " << status;
  return 0;
}

TEST(SpawnProcessTest, SignalsAreAsAProgramExpectsThem) {
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  const int ignored[] = {SIGPIPE, SIGUSR1, SIGCHLD, SIGHUP, SIGINT, SIGTERM};
  struct sigaction before[6];
  for (int i = 0; i < 6; ++i) sigaction(ignored[i], &ignore, &before[i]);
  sigset_t all;
  sigset_t mask_before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &mask_before);
  // Not OutputOf: with SIGCHLD ignored the exit status is lost.
  absl::StatusOr<std::unique_ptr<WorkerProcess>> worker =
      WorkerProcess::Spawn(Argv({"cat", "/proc/self/status"}));
  const std::string status = worker.ok() ? ReadAll(**worker) : "";
  if (worker.ok()) worker->reset();
  pthread_sigmask(SIG_SETMASK, &mask_before, nullptr);
  for (int i = 0; i < 6; ++i) sigaction(ignored[i], &before[i], nullptr);
  ASSERT_TRUE(worker.ok()) << worker.status();
  EXPECT_EQ(Field(status, "SigBlk:\t"), 0u);
  const uint64_t still_ignored = Field(status, "SigIgn:\t");
  for (const int reset : {SIGPIPE, SIGUSR1, SIGCHLD, SIGTERM}) {
    EXPECT_EQ(still_ignored & Bit(reset), 0u) << reset;
  }
  for (const int kept : {SIGHUP, SIGINT}) {  // as nohup and shells want it
    EXPECT_NE(still_ignored & Bit(kept), 0u) << kept;
  }
}

}  // namespace
}  // namespace forkrpc
