// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/async_worker_main.h"

#include <signal.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/client/blocking_client.h"
#include "forkrpc/process/exit_status.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/process/worker_process.h"
#include "forkrpc/server/worker_main.h"
#include "forkrpc/testing/scripted_peer.h"
#include "forkrpc/transport/transport.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr char kWorker[] = "cc/forkrpc/server/async_test_worker";

SpawnOptions Program(std::vector<std::string> arguments = {},
                     Binding binding = Binding::kSocket) {
  SpawnOptions program;
  program.argv = {kWorker};
  for (std::string& argument : arguments) {
    program.argv.push_back(std::move(argument));
  }
  program.binding = binding;
  program.stderr_mode = StderrMode::kCapture;
  return program;
}

MonotonicTime Soon() { return MonotonicNow() + absl::Minutes(1); }

class AsyncWorkerMainTest : public testing::Test {
 protected:
  void SpawnClient(const SpawnOptions& program, Form form = Form::kAsync) {
    BlockingClientOptions options;
    options.connection.form = form;
    options.on_event = [this](absl::string_view event) {
      events_.emplace_back(event);
    };
    auto client = BlockingClient::Spawn(program, std::move(options));
    ASSERT_TRUE(client.ok()) << client.status();
    client_ = *std::move(client);
  }
  void SpawnProcess(const SpawnOptions& program) {
    auto process = WorkerProcess::Spawn(program);
    ASSERT_TRUE(process.ok()) << process.status();
    process_ = *std::move(process);
  }
  void Send(absl::string_view octets) {
    while (!octets.empty()) {
      const auto sent = process_->transport()->Write({octets}, IoMode::kBlock);
      ASSERT_TRUE(sent.ok()) << sent.status();
      octets.remove_prefix(sent->octets);
    }
  }
  // What comes to the end of the stream.
  std::string ReadAll() {
    std::string all;
    char buffer[4096];
    for (;;) {
      const auto got =
          process_->transport()->Read(absl::MakeSpan(buffer), IoMode::kBlock);
      if (!got.ok() || got->kind != IoResult::kOctets) return all;
      all.append(buffer, got->octets);
    }
  }
  // Waits for the end; the exit status, and what was written to stderr.
  ExitStatus End() {
    const auto ended = process_->Wait(Soon());
    EXPECT_TRUE(ended.ok()) << ended.status();
    return ended.value_or(ExitStatus::Unknown());
  }

  std::unique_ptr<BlockingClient> client_;
  std::unique_ptr<WorkerProcess> process_;
  std::vector<std::string> events_;
};

TEST_F(AsyncWorkerMainTest, ServesOnEveryBindingAndInBothForms) {
  for (const Binding binding : {Binding::kSocket, Binding::kPipes}) {
    for (const Form form : {Form::kAsync, Form::kSync}) {
      SpawnClient(form == Form::kSync ? Program({"sync"}, binding)
                                      : Program({}, binding),
                  form);
      EXPECT_EQ(client_->Call("echo hello").value(), "hello");
      EXPECT_EQ(client_->Call("thread from afar").value(), "from afar");
      EXPECT_EQ(client_->Call("size 3000000").value().size(), 3000000);
      EXPECT_EQ(client_->Call("event news").value(), "");
      EXPECT_EQ(events_, std::vector<std::string>{"news"});
      events_.clear();
      EXPECT_TRUE(client_->Close().ok());
    }
  }
}

TEST_F(AsyncWorkerMainTest, InitComesBeforeTheFirstRequest) {
  SpawnClient(Program({"init"}));
  EXPECT_EQ(client_->Call("echo x").value(), "x");
  EXPECT_EQ(events_, std::vector<std::string>{"ready"});
}

TEST_F(AsyncWorkerMainTest, AFailureEndsTheWorkerWithALine) {
  SpawnProcess(Program());
  Send(ScriptedPeer::Frame(1, "echo x") + ScriptedPeer::Frame(2, "fail why"));
  EXPECT_EQ(ReadAll(), ScriptedPeer::Frame(1, "x"));
  EXPECT_EQ(End(), ExitStatus::Exited(kWorkerFailed));
  EXPECT_EQ(process_->stderr_tail(), "worker: INTERNAL: why\n");
}

TEST_F(AsyncWorkerMainTest, ADroppedResponderEndsTheWorkerWithAStatus) {
  SpawnProcess(Program());
  Send(ScriptedPeer::Frame(7, "drop") + ScriptedPeer::Frame(8, "echo x"));
  ASSERT_TRUE(process_->transport()->ShutdownWrite().ok());
  EXPECT_EQ(ReadAll(), ScriptedPeer::Frame(8, "x"));
  EXPECT_EQ(End(), ExitStatus::Exited(kWorkerFailed));
  EXPECT_TRUE(absl::StrContains(
      process_->stderr_tail(),
      "forkrpc: call 7 is never answered: its responder was dropped\n"))
      << process_->stderr_tail();
}

TEST_F(AsyncWorkerMainTest, AParentThatBreaksTheProtocolIsToldSo) {
  SpawnProcess(Program());
  Send(ScriptedPeer::Frame(0, "x"));
  EXPECT_EQ(ReadAll(), "");
  EXPECT_EQ(End(), ExitStatus::Exited(kWorkerProtocolError));
}

TEST_F(AsyncWorkerMainTest, WithoutAWireItDoesNotStart) {
  SpawnOptions program;
  program.argv = {"/bin/sh", "-c", absl::StrCat("exec ", kWorker, " <&- >&-")};
  program.stderr_mode = StderrMode::kCapture;
  SpawnProcess(program);
  EXPECT_EQ(End(), ExitStatus::Exited(kWorkerNotStarted));
}

// Not by an abort of the event loop's.
TEST_F(AsyncWorkerMainTest, WithoutDescriptorsItDoesNotStart) {
  SpawnOptions program;
  program.argv = {"/bin/sh", "-c", absl::StrCat("ulimit -n 6; exec ", kWorker)};
  program.stderr_mode = StderrMode::kCapture;
  SpawnProcess(program);
  EXPECT_EQ(End(), ExitStatus::Exited(kWorkerNotStarted));
  EXPECT_TRUE(
      absl::StrContains(process_->stderr_tail(),
                        "cannot make an event loop: Too many open files"))
      << process_->stderr_tail();
}

// "done" may prolong the worker's life; its parent does not wait for that.
TEST_F(AsyncWorkerMainTest, DoneGoesOnWithoutAParent) {
  for (const char* request : {"echo x", "fail why"}) {
    for (const Binding binding : {Binding::kSocket, Binding::kPipes}) {
      SpawnProcess(Program({"prolong"}, binding));
      Send(ScriptedPeer::Frame(1, request));
      if (request[0] == 'e') {
        ASSERT_TRUE(process_->transport()->ShutdownWrite().ok());
      }
      EXPECT_EQ(ReadAll(),
                request[0] == 'e' ? ScriptedPeer::Frame(1, "x") : "");
      EXPECT_TRUE(absl::IsDeadlineExceeded(
          process_->Wait(MonotonicTime::InfinitePast()).status()))
          << "it has ended";
      ASSERT_TRUE(process_->Kill(SIGKILL).ok());
      EXPECT_EQ(End(), ExitStatus::Signalled(SIGKILL, false));
    }
  }
}

// What is held when the program ends is no reason to say something.
TEST_F(AsyncWorkerMainTest, RespondersMayOutliveAllOfIt) {
  SpawnProcess(Program({"hasty"}));
  Send(ScriptedPeer::Frame(1, "hold") + ScriptedPeer::Frame(2, "fail why"));
  EXPECT_EQ(ReadAll(), "");
  EXPECT_EQ(End(), ExitStatus::Exited(kWorkerFailed));
  EXPECT_EQ(process_->stderr_tail(), "worker: INTERNAL: why\n");
}

}  // namespace
}  // namespace forkrpc
