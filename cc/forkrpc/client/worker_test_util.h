// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WorkerFixture: a Worker whose callbacks write down what they are told.
//
// For the tests of this package. Checks everywhere that no callback comes from
// inside a function of the worker, and none after on_destroy.
//
//   ConnectToPeer();
//   Call("ping");
//   ... answer ...
//   ASSERT_TRUE(LoggedTo("ping=pong"));

#ifndef FORKRPC_CLIENT_WORKER_TEST_UTIL_H_
#define FORKRPC_CLIENT_WORKER_TEST_UTIL_H_

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/client/worker_options.h"
#include "forkrpc/process/spawn_options.h"
#include "forkrpc/testing/scripted_peer.h"
#include "forkrpc/testing/test_loop.h"
#include "forkrpc/transport/test_wires.h"
#include "gtest/gtest.h"

namespace forkrpc {

class WorkerFixture : public testing::Test {
 protected:
  WorkerFixture() {
    options_.on_event = [this](absl::string_view event) {
      Log(absl::StrCat("event ", event));
    };
    options_.on_error = [this](const WorkerError& error) {
      errors_.push_back(error);
      Log(error.scope == WorkerError::kCall ? "call error" : "worker error");
    };
    options_.on_low_water = [this] { Log("low water"); };
    options_.on_destroy = [this] {
      struct Destroyed {
        bool* const flag;
        ~Destroyed() { *flag = true; }  // also where the log throws
      };
      const Destroyed destroyed{&destroyed_};
      Log("destroyed");
    };
  }

  ~WorkerFixture() override {
    on_log_ = nullptr;
    if (worker_ != nullptr) worker_->Terminate(absl::ZeroDuration());
    worker_ = nullptr;
    if (!started_) return;
    EXPECT_TRUE(RunToTheEnd()) << "never destroyed";
  }

  void Spawn(const SpawnOptions& program) {
    Take(Worker::Spawn(program, options_, loop_.get()));
  }

  void ConnectToPeer(const SysCalls* sys = DefaultSysCalls()) {
    wire_ = TestWire::Make(WireKind::kSocket, sys);
    peer_.emplace(wire_.peer_in.get(), wire_.peer_out_fd(),
                  options_.connection.form == Form::kSync
                      ? ScriptedPeer::Header::kLength
                      : ScriptedPeer::Header::kIdAndLength);
    Take(Worker::Connect(std::move(wire_.transport), options_, loop_.get()));
  }

  void Take(absl::StatusOr<std::unique_ptr<Worker>> worker) {
    ASSERT_TRUE(worker.ok()) << worker.status();
    worker_ = *std::move(worker);
    started_ = true;
  }

  // Does something with the worker, which must not call back meanwhile.
  template <typename Function>
  auto Quietly(Function function) {
    struct Inside {
      int* const count;
      ~Inside() { --*count; }
    };
    ++inside_;
    const Inside inside{&inside_};
    return function();
  }

  // The callback of a call that the log names `name`.
  CallCallback Callback(std::string name) {
    return [this, name](absl::StatusOr<absl::string_view> response) {
      ++ends_[name];
      if (!response.ok()) statuses_[name] = response.status();
      Log(response.ok() ? absl::StrCat(name, "=", response->substr(0, 40))
                        : absl::StrCat(name, "!",
                                       absl::StatusCodeToString(
                                           response.status().code())));
    };
  }
  CallId Call(absl::string_view payload,
              MonotonicTime deadline = MonotonicTime::InfiniteFuture()) {
    return NamedCall(std::string(payload.substr(0, 20)), payload, deadline);
  }
  CallId NamedCall(std::string name, absl::string_view payload,
                   MonotonicTime deadline = MonotonicTime::InfiniteFuture()) {
    CallOptions options;
    options.deadline = deadline;
    return Quietly([&] {
      return worker_->Call(payload, options, Callback(std::move(name)));
    });
  }
  absl::Status Cancel(CallId call) {
    return Quietly([&] { return worker_->Cancel(call); });
  }
  void Drain(absl::Duration grace = absl::InfiniteDuration()) {
    Quietly([&] {
      worker_->Drain(grace, [this](absl::Status status) {
        drained_ = status;
        Log(absl::StrCat("drained ", absl::StatusCodeToString(status.code())));
      });
    });
  }
  void Terminate(absl::Duration grace) {
    Quietly([&] { worker_->Terminate(grace); });
  }
  void Drop() {
    Quietly([&] { worker_ = nullptr; });
  }
  void SetPaused(bool paused) {
    Quietly([&] { worker_->SetPaused(paused); });
  }

  void Log(std::string line) {
    EXPECT_EQ(inside_, 0) << line << " comes from inside a function";
    EXPECT_TRUE(!destroyed_ || late_is_legal_) << line << " after on_destroy";
    log_.push_back(line);
    if (on_log_ != nullptr) on_log_(line);
  }
  size_t Count(absl::string_view line) const {
    return std::count(log_.begin(), log_.end(), line);
  }

  bool LoggedTo(absl::string_view line) {
    return loop_.RunUntil([&] { return Count(line) > 0; });
  }
  bool RunToTheEnd() {
    return loop_.RunUntil([this] { return destroyed_; });
  }
  bool PeerGets(size_t frames) {
    return loop_.RunUntil([&] { return peer_->Receive().size() >= frames; });
  }
  bool PeerSeesTheEnd() {
    return loop_.RunUntil([&] {
      peer_->Receive();
      return peer_->at_end();
    });
  }
  void Answer(CallId call, absl::string_view payload) {
    const std::string frame = ScriptedPeer::Frame(call, payload);
    ASSERT_EQ(peer_->Send(frame), frame.size());
  }

  TestLoop loop_;
  WorkerOptions options_;
  TestWire wire_;  // the peer's ends, if there is one
  std::optional<ScriptedPeer> peer_;
  std::unique_ptr<Worker> worker_;

  std::vector<std::string> log_;
  std::function<void(const std::string&)> on_log_;
  std::map<std::string, int> ends_;               // of calls, by their names
  std::map<std::string, absl::Status> statuses_;  // of those that failed
  std::vector<WorkerError> errors_;
  std::optional<absl::Status> drained_;
  bool destroyed_ = false;
  // Whether calls were made that must end after on_destroy.
  bool late_is_legal_ = false;

 private:
  bool started_ = false;
  int inside_ = 0;
};

using Lines = std::vector<std::string>;

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_WORKER_TEST_UTIL_H_
