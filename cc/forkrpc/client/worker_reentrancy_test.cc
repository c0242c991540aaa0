// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Everything that may be done with a Worker, inside every kind of callback.

#include <string>
#include <tuple>

#include "absl/base/config.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/client/worker_test_util.h"
#include "forkrpc/testing/scripted_peer.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// The line of the log that each kind of callback writes, in the scenario below.
constexpr const char* kCallbacks[][2] = {
    {"Response", "asked=answer"},
    {"LargeResponse", "large=answer"},
    {"Event", "event news"},
    {"LowWater", "low water"},
    {"Refused", "refused!RESOURCE_EXHAUSTED"},
    {"Deadline", "late!DEADLINE_EXCEEDED"},
    {"Cancelled", "cancelled!CANCELLED"},
    {"CallError", "call error"},
    {"FailedCall", "open!DATA_LOSS"},
    {"WorkerError", "worker error"},
    {"Done", "drained DATA_LOSS"},
    {"OnDestroy", "destroyed"},
};

enum Action {
  kCall,
  kLargeCall,
  kCancel,
  kDrain,
  kTerminate,
  kPauseAndResume,
  kDestroy,
  kCallAndDestroy,
  kTerminateAndDestroy,
  kThrow,
};
constexpr const char* kActions[] = {
    "Call",    "LargeCall",      "Cancel",
    "Drain",   "Terminate",      "Pause",
    "Destroy", "CallAndDestroy", "TerminateAndDestroy",
    "Throw"};

// What a callback throws here.
struct Thrown {};

class WorkerReentrancyTest
    : public WorkerFixture,
      public testing::WithParamInterface<std::tuple<int, int>> {
 protected:
  absl::string_view trigger() const {
    return kCallbacks[std::get<0>(GetParam())][1];
  }

  void Act() {
    const std::string much(size_t{100} << 10, 'x');
    switch (std::get<1>(GetParam())) {
      case kCall:
        Call("again");
        break;
      case kLargeCall:
        NamedCall("again", much);
        break;
      case kCancel:
        // Whether it is still waited for depends on the callback.
        Cancel(open_).IgnoreError();
        break;
      case kDrain:
        Drain();
        break;
      case kTerminate:
        Terminate(absl::ZeroDuration());
        break;
      case kPauseAndResume:
        SetPaused(true);
        loop_->Defer([this] {
          if (worker_ != nullptr) SetPaused(false);
        });
        break;
      case kCallAndDestroy:
        Call("again");
        Drop();
        break;
      case kTerminateAndDestroy:
        Terminate(absl::ZeroDuration());
        Drop();
        break;
      case kDestroy:
        Drop();
        break;
      case kThrow:
#ifdef ABSL_HAVE_EXCEPTIONS
        throw Thrown();
#endif
        break;
    }
  }

  // As the loop's RunUntil(), again when something was thrown out of it.
  bool RunUntil(absl::FunctionRef<bool()> condition) {
#ifdef ABSL_HAVE_EXCEPTIONS
    while (true) {
      try {
        return loop_.RunUntil(condition);
      } catch (const Thrown&) {
        ++caught_;
      }
    }
#else
    return loop_.RunUntil(condition);
#endif
  }

  // Answers what is to be answered; breaks the protocol at the end.
  void Serve() {
    for (; served_ < peer_->Receive().size(); ++served_) {
      const ScriptedPeer::ReceivedFrame& request = peer_->frames()[served_];
      if (request.payload == "asked" || request.payload == "again" ||
          request.payload.size() > 100) {
        peer_->Send(ScriptedPeer::Frame(0, "news"));
        peer_->Send(ScriptedPeer::Frame(request.id, "answer"));
      }
    }
    if (peer_->at_end() && !closed_) {
      // The parent drains: three calls are never answered.
      closed_ = true;
      wire_.CloseFromPeer();
    }
  }

  CallId open_ = 0;
  size_t served_ = 0;
  bool closed_ = false;
  int caught_ = 0;
};

INSTANTIATE_TEST_SUITE_P(All, WorkerReentrancyTest,
                         testing::Combine(testing::Range(0, 12),
                                          testing::Range(0, 10)),
                         [](const auto& info) {
                           return absl::StrCat(
                               kCallbacks[std::get<0>(info.param)][0], "_",
                               kActions[std::get<1>(info.param)]);
                         });

TEST_P(WorkerReentrancyTest, IsLegalAndEveryCallEndsOnce) {
  options_.high_water = 1;
  options_.low_water = 0;
  late_is_legal_ = trigger() == "destroyed" || trigger() == "drained DATA_LOSS";
  bool acted = false;
  on_log_ = [&](const std::string& line) {
    if (acted || line != trigger()) return;
    acted = true;
    Act();
  };
  ConnectToPeer();
  open_ = Call("open");
  Call("asked");
  NamedCall("large", std::string(200000, 'x'));
  NamedCall("refused", std::string((size_t{16} << 20) + 1, 'r'));
  Call("late", MonotonicNow() + absl::Milliseconds(50));
  Cancel(Call("cancelled")).IgnoreError();
  CallOptions brief;
  brief.timeout = absl::Milliseconds(50);
  Quietly([&] { return worker_->Call("no callback", brief, nullptr); });
  // Until nothing more comes of itself.
  ASSERT_TRUE(RunUntil([&] {
    Serve();
    return destroyed_ || (ends_["large"] == 1 && ends_["asked"] == 1 &&
                          Count("low water") > 0 && Count("call error") > 0 &&
                          ends_["late"] == 1);
  }));
  if (worker_ != nullptr && !destroyed_) Drain();
  peer_->Send(ScriptedPeer::Frame(99, ""));  // if anybody still reads
  ASSERT_TRUE(RunUntil([&] {
    Serve();
    return destroyed_;
  }));
  loop_.RunForAWhile();
  EXPECT_EQ(Count("destroyed"), 1);
  EXPECT_LE(Count("worker error"), 1);
  for (const auto& [name, times] : ends_) EXPECT_EQ(times, 1) << name;
  EXPECT_GE(ends_.size(), 6);
  const int action = std::get<1>(GetParam());
  if (action == kCall || action == kLargeCall || action == kCallAndDestroy) {
    EXPECT_EQ(ends_["again"], 1);
  }
  if (action == kThrow) {
    // All else is as if the callback had returned.
#ifdef ABSL_HAVE_EXCEPTIONS
    EXPECT_EQ(caught_, 1);
#endif
    for (const auto& callback : kCallbacks) {
      EXPECT_GE(Count(callback[1]), 1) << callback[0] << " was lost";
    }
  }
  EXPECT_TRUE(acted) << "no callback says " << trigger();
}

}  // namespace
}  // namespace forkrpc
