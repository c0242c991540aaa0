// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// How both kinds of workers start and end: what their parent speaks, what their
// standard input and output are, exceptions.

#include "forkrpc/server/worker_main.h"

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/testing/scripted_peer.h"
#include "forkrpc/transport/transport.h"
#include "forkrpc/transport/wire_terms.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::HasSubstr;

constexpr char kBlocking[] = "cc/forkrpc/server/blocking_test_worker";
constexpr char kAsync[] = "cc/forkrpc/server/async_test_worker";

// What became of a worker.
struct Ran {
  std::string output;
  ExitStatus status = ExitStatus::Unknown();
  std::string errors;
};

// Starts a worker with `terms`, sends it `requests`, half-closes.
Ran RunWorker(std::vector<std::string> argv, absl::string_view requests,
              const WireTerms& terms = {}) {
  SpawnOptions program;
  program.argv = std::move(argv);
  program.stderr_mode = StderrMode::kCapture;
  auto process = WorkerProcess::Spawn(program, terms);
  Ran ran;
  EXPECT_TRUE(process.ok()) << process.status();
  if (!process.ok()) return ran;
  Transport* const wire = (*process)->transport();
  // A worker that does not start may have gone before all is written.
  while (!requests.empty()) {
    const auto written = wire->Write({requests}, IoMode::kBlock);
    if (!written.ok() || written->kind != IoResult::kOctets) break;
    requests.remove_prefix(written->octets);
  }
  wire->ShutdownWrite().IgnoreError();
  char buffer[4096];
  for (;;) {
    const auto got = wire->Read(absl::MakeSpan(buffer), IoMode::kBlock);
    if (!got.ok() || got->kind != IoResult::kOctets) break;
    ran.output.append(buffer, got->octets);
  }
  const auto ended = (*process)->Wait(MonotonicNow() + absl::Minutes(1));
  EXPECT_TRUE(ended.ok()) << ended.status();
  if (ended.ok()) ran.status = *ended;
  ran.errors = std::string((*process)->stderr_tail());
  return ran;
}

std::string Request(absl::string_view payload) {
  return ScriptedPeer::Frame(1, payload);
}

struct Program {
  const char* name;
  const char* path;
  const char* option;
};

class WorkerTermsTest : public testing::TestWithParam<Program> {};

INSTANTIATE_TEST_SUITE_P(
    Workers, WorkerTermsTest,
    testing::Values(Program{"Blocking", kBlocking,
                            "BlockingServerOptions::connection.form"},
                    Program{"Async", kAsync,
                            "AsyncWorkerOptions::server.connection.form"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_P(WorkerTermsTest, AnotherFormThanTheParentsDoesNotStart) {
  const Ran async =
      RunWorker({GetParam().path}, "", {kSyncFormName, /*serialiser=*/""});
  EXPECT_EQ(async.status, ExitStatus::Exited(kWorkerNotStarted));
  EXPECT_EQ(async.errors,
            absl::StrCat("forkrpc: this worker speaks the async form, its "
                         "parent the sync form; set ",
                         GetParam().option,
                         " to Form::kSync, or the parent's connection.form to "
                         "Form::kAsync\n"));
  const Ran sync = RunWorker({GetParam().path, "sync"}, Request("echo x"),
                             {kAsyncFormName, /*serialiser=*/""});
  EXPECT_EQ(sync.status, ExitStatus::Exited(kWorkerNotStarted));
  EXPECT_EQ(sync.output, "") << "something was read";
  EXPECT_THAT(sync.errors, HasSubstr("this worker speaks the sync form, its "
                                     "parent the async form; set "));
}

TEST_P(WorkerTermsTest, TheParentsFormStarts) {
  const Ran ran = RunWorker({GetParam().path}, Request("env FORKRPC_FORM"),
                            {kAsyncFormName, "some-serialiser"});
  EXPECT_EQ(ran.status, ExitStatus::Exited(kWorkerOk)) << ran.errors;
  EXPECT_EQ(ran.output, ScriptedPeer::Frame(1, "not set"))
      << "a child of the worker's would inherit it";
}

// By hand, or below a worker, whose children inherit what it does not remove.
TEST_P(WorkerTermsTest, WhatIsSaidOfAnotherWireIsIgnored) {
  const std::string path = GetParam().path;
  for (const char* value : {"sync:1", "sync", "sync:", "", ":1", "sync:x"}) {
    const Ran ran =
        RunWorker({"/usr/bin/env", absl::StrCat("FORKRPC_FORM=", value),
                   absl::StrCat("FORKRPC_SERIALISER=", value), path},
                  Request("env FORKRPC_SERIALISER"));
    EXPECT_EQ(ran.status, ExitStatus::Exited(kWorkerOk)) << ran.errors;
    EXPECT_EQ(ran.output, ScriptedPeer::Frame(1, "not set")) << value;
  }
}

TEST(WorkerSerialiserTest, AnotherThanTheParentsDoesNotStart) {
  const Ran other =
      RunWorker({kBlocking, "strings"}, "", {kAsyncFormName, "protobuf"});
  EXPECT_EQ(other.status, ExitStatus::Exited(kWorkerNotStarted));
  EXPECT_EQ(other.errors,
            "forkrpc: this worker's functions use the serialiser string-pack, "
            "its parent protobuf; use the same for both\n");
  EXPECT_EQ(RunWorker({kBlocking, "strings"}, Request("\1x"),
                      {kAsyncFormName, "string-pack"})
                .output,
            ScriptedPeer::Frame(1, "\1x"));
  // A worker of octets does not know.
  EXPECT_EQ(
      RunWorker({kBlocking}, Request("x"), {kAsyncFormName, "protobuf"}).output,
      ScriptedPeer::Frame(1, "x"));
}

TEST(WorkerSerialiserTest, AnAsyncWorkersToo) {
  const Ran other =
      RunWorker({kAsync, "strings"}, "", {kAsyncFormName, "protobuf"});
  EXPECT_EQ(other.status, ExitStatus::Exited(kWorkerNotStarted));
  EXPECT_THAT(other.errors, HasSubstr("the serialiser string-pack, its parent "
                                      "protobuf"));
}

class WorkerFilesTest : public testing::TestWithParam<Program> {
 protected:
  WorkerFilesTest() {
    const std::string folder = testing::TempDir();
    in_ = folder + "/in";
    out_ = folder + "/out";
    std::ofstream(in_, std::ios::binary)
        << ScriptedPeer::Frame(1, "echo x") << ScriptedPeer::Frame(2, "echo y");
    std::remove(out_.c_str());
  }
  // Runs `command` in a shell that has $WORKER, $IN and $OUT.
  int Shell(const std::string& command) {
    setenv("WORKER", GetParam().path, 1);
    setenv("IN", in_.c_str(), 1);
    setenv("OUT", out_.c_str(), 1);
    const int status =
        std::system(absl::StrCat("timeout 60 bash -o pipefail -c '", command,
                                 "' 2>\"$OUT.err\"")
                        .c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  static std::string Read(const std::string& path) {
    std::ostringstream content;
    content << std::ifstream(path, std::ios::binary).rdbuf();
    return content.str();
  }
  // What both workers make of the requests.
  std::string Responses() const {
    const bool echoes = GetParam().path == std::string(kBlocking);
    return ScriptedPeer::Frame(1, echoes ? "echo x" : "x") +
           ScriptedPeer::Frame(2, echoes ? "echo y" : "y");
  }

  std::string in_;
  std::string out_;
};

INSTANTIATE_TEST_SUITE_P(Workers, WorkerFilesTest,
                         testing::Values(Program{"Blocking", kBlocking, ""},
                                         Program{"Async", kAsync, ""}),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

TEST_P(WorkerFilesTest, FromAndToAFile) {
  EXPECT_EQ(Shell("$WORKER < $IN > $OUT"), 0) << Read(out_ + ".err");
  EXPECT_EQ(Read(out_), Responses());
}
TEST_P(WorkerFilesTest, FromAFileToAPipe) {
  EXPECT_EQ(Shell("$WORKER < $IN | cat > $OUT"), 0) << Read(out_ + ".err");
  EXPECT_EQ(Read(out_), Responses());
}
TEST_P(WorkerFilesTest, FromAPipeToAFile) {
  EXPECT_EQ(Shell("cat $IN | $WORKER > $OUT"), 0) << Read(out_ + ".err");
  EXPECT_EQ(Read(out_), Responses());
}
TEST_P(WorkerFilesTest, FromDevNull) {
  EXPECT_EQ(Shell("$WORKER < /dev/null > $OUT"), 0) << Read(out_ + ".err");
  EXPECT_EQ(Read(out_), "");
  EXPECT_EQ(Shell("$WORKER < /dev/null > /dev/null"), 0) << Read(out_ + ".err");
}

// Errors name the descriptor that the user knows, not a private copy of it.
TEST_P(WorkerFilesTest, ErrorsNameTheUsersDescriptor) {
  EXPECT_EQ(Shell("$WORKER < $IN > /dev/full"), kWorkerFailed);
  EXPECT_THAT(Read(out_ + ".err"),
              HasSubstr("cannot write to the peer (descriptor 1): No space"));
  EXPECT_EQ(Shell("$WORKER < / > $OUT"), kWorkerNotStarted);
  EXPECT_THAT(Read(out_ + ".err"), HasSubstr("descriptor 0 is a folder"));
  EXPECT_EQ(Shell("$WORKER < $IN 1< $IN"), kWorkerNotStarted);
  EXPECT_THAT(Read(out_ + ".err"),
              HasSubstr("descriptor 1 is not open for writing"));
}

#ifdef ABSL_HAVE_EXCEPTIONS
class WorkerExceptionTest : public testing::TestWithParam<Program> {};

INSTANTIATE_TEST_SUITE_P(Workers, WorkerExceptionTest,
                         testing::Values(Program{"Blocking", kBlocking, ""},
                                         Program{"Async", kAsync, ""}),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

TEST_P(WorkerExceptionTest, EndsTheWorkerBehindWhatWasAnswered) {
  const Ran ran = RunWorker({GetParam().path},
                            ScriptedPeer::Frame(1, "size 10") +
                                ScriptedPeer::Frame(2, "throw the reason") +
                                ScriptedPeer::Frame(3, "size 10"));
  EXPECT_EQ(ran.status, ExitStatus::Exited(kWorkerFailed));
  EXPECT_THAT(ran.errors,
              HasSubstr("worker: INTERNAL: the function threw: the reason\n"));
  EXPECT_THAT(ran.output, testing::Not(testing::IsEmpty()));
  EXPECT_EQ(ran.output.find(std::string("\0\0\0\3", 4)), std::string::npos)
      << "a later call was taken";
}

TEST_P(WorkerExceptionTest, OfAnyTypeIsSaid) {
  const Ran ran = RunWorker({GetParam().path}, Request("number"));
  EXPECT_EQ(ran.status, ExitStatus::Exited(kWorkerFailed));
  EXPECT_THAT(ran.errors, HasSubstr("the function threw: something that is no "
                                    "std::exception\n"));
}
#endif

}  // namespace
}  // namespace forkrpc
