// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a BlockingServer writes and when. Against real parents it is tried by
// client/blocking_client_test.cc and the conformance suite.

#include "forkrpc/server/blocking_server.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/server/recorded_transport.h"
#include "forkrpc/testing/scripted_peer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string Frame(uint32_t id, absl::string_view payload) {
  return ScriptedPeer::Frame(id, payload);
}

BlockingServerOptions Sync() {
  BlockingServerOptions options;
  options.connection.form = Form::kSync;
  return options;
}

TEST(BlockingServerTest, AFunctionMayReturnAnyKindOfPayload) {
  const std::string request = Frame(1, "a");
  RecordedTransport wire(request);
  const std::string kept = "kept";
  const auto check = [&](const auto& function, absl::string_view response) {
    RecordedTransport once(request);
    BlockingServer server(&once, {});
    EXPECT_TRUE(server.Serve(function).ok());
    EXPECT_EQ(once.All(), Frame(1, response));
  };
  check([](ServerCall& call) { return call.request(); }, "a");
  check([](ServerCall&) { return "literal"; }, "literal");
  check([](ServerCall& call) { return absl::StrCat("re ", call.request()); },
        "re a");
  check([&](ServerCall&) -> const std::string& { return kept; }, "kept");
  check([](ServerCall&) -> Reply { return "reply"; }, "reply");
  // More than is copied.
  check([](ServerCall&) { return std::string(1 << 20, 'x'); },
        std::string(1 << 20, 'x'));
}

TEST(BlockingServerTest, EndWorkerEndsItBehindWhatWasAnswered) {
  for (const Form form : {Form::kSync, Form::kAsync}) {
    const auto frame = [&](uint32_t id, absl::string_view payload) {
      return form == Form::kSync ? ScriptedPeer::FrameWithoutId(payload)
                                 : Frame(id, payload);
    };
    RecordedTransport wire(frame(1, "a") + frame(2, "fail") + frame(3, "c"));
    BlockingServerOptions options;
    options.connection.form = form;
    BlockingServer server(&wire, options);
    int calls = 0;
    const absl::Status end = server.Serve([&](ServerCall& call) -> Reply {
      ++calls;
      if (call.request() == "fail") {
        return EndWorker(absl::NotFoundError("no such table"));
      }
      return call.request();
    });
    EXPECT_EQ(end, absl::NotFoundError("no such table"));
    EXPECT_EQ(wire.All(), Frame(1, "a"));
    EXPECT_EQ(calls, 2);
    EXPECT_FALSE(server.peer_broke_protocol());
  }
}

TEST(BlockingServerTest, AnotherCallsFunctionAnswersLater) {
  RecordedTransport wire(Frame(7, "hold") + Frame(8, "release"));
  BlockingServer server(&wire, {});
  CallId held = 0;
  const absl::Status end = server.Serve([&](ServerCall& call) -> Reply {
    if (call.request() == "hold") {
      held = call.id();
      return AnswerLater();
    }
    EXPECT_TRUE(call.server()->Respond(held, "late").ok());
    return "released";
  });
  EXPECT_TRUE(end.ok()) << end;
  EXPECT_EQ(wire.All(), Frame(7, "late") + Frame(8, "released"));
}

TEST(BlockingServerTest, WhatIsNeverAnsweredIsAFailure) {
  RecordedTransport wire(Frame(7, "hold"));
  BlockingServer server(&wire, {});
  const absl::Status end =
      server.Serve([](ServerCall&) { return AnswerLater(); });
  EXPECT_TRUE(absl::IsFailedPrecondition(end)) << end;
  RecordedTransport in_order(ScriptedPeer::FrameWithoutId("hold"));
  BlockingServer sync(&in_order, Sync());
  const absl::Status at_once =
      sync.Serve([](ServerCall&) { return AnswerLater(); });
  EXPECT_TRUE(absl::IsFailedPrecondition(at_once)) << at_once;
  EXPECT_THAT(std::string(at_once.message()),
              HasSubstr("returned without a response"));
}

// The writes that there were when a function with `events` events returned.
struct Progress {
  std::vector<size_t> writes_after_event;
  size_t at_return = 0;
  size_t longest = 0;
};
Progress RunEvents(const BlockingServerOptions& options, int events) {
  const std::string requests = options.connection.form == Form::kSync
                                   ? ScriptedPeer::FrameWithoutId("a")
                                   : Frame(1, "a") + Frame(2, "b");
  RecordedTransport wire(requests);
  BlockingServer server(&wire, options);
  Progress progress;
  const absl::Status end = server.Serve([&](ServerCall& call) {
    if (call.request() == "b") {
      progress.at_return = wire.writes.size();
      return "";
    }
    for (int i = 0; i < events; ++i) {
      EXPECT_TRUE(call.SendEvent("sixteen octets..").ok());
      progress.writes_after_event.push_back(wire.writes.size());
    }
    return "";
  });
  EXPECT_TRUE(end.ok()) << end;
  for (const std::string& write : wire.writes) {
    progress.longest = std::max(progress.longest, write.size());
  }
  return progress;
}

TEST(BlockingServerTest, EventsGoOutAtTheEndOfTheirCall) {
  for (const FlushPolicy flush :
       {FlushPolicy::kEachCall, FlushPolicy::kWhenIdle}) {
    BlockingServerOptions options;
    options.flush = flush;
    const Progress progress = RunEvents(options, 3);
    EXPECT_THAT(progress.writes_after_event, ElementsAre(0, 0, 0));
    EXPECT_EQ(progress.at_return, 1);
  }
  EXPECT_THAT(RunEvents(Sync(), 3).writes_after_event, ElementsAre(0, 0, 0));
}

// However many there are, 64 KiB wait at most.
TEST(BlockingServerTest, EventsNeverFillTheMemory) {
  const Progress progress = RunEvents({}, 100000);
  EXPECT_LE(progress.longest, (size_t{64} << 10) + 24);
  EXPECT_GE(progress.writes_after_event.back(), 100000 * 24 / 65560);
}

TEST(BlockingServerTest, EventsGoOutAtOnceIfThatIsAskedFor) {
  for (BlockingServerOptions options : {BlockingServerOptions(), Sync()}) {
    options.flush = FlushPolicy::kEachEvent;
    const Progress progress = RunEvents(options, 3);
    EXPECT_THAT(progress.writes_after_event, ElementsAre(1, 2, 3));
    if (options.connection.form == Form::kAsync) {
      EXPECT_EQ(progress.at_return, 4);
    }
  }
}

// A slow call does not hold back what an earlier one has answered.
TEST(BlockingServerTest, AResponseGoesOutBeforeTheNextCall) {
  EXPECT_EQ(RunEvents({}, 0).at_return, 1);
  BlockingServerOptions options;
  options.flush = FlushPolicy::kWhenIdle;
  EXPECT_EQ(RunEvents(options, 0).at_return, 0);
}

#ifdef ABSL_HAVE_EXCEPTIONS
TEST(BlockingServerTest, AnExceptionLeavesServeAndLosesNothing) {
  RecordedTransport wire(Frame(1, "a") + Frame(2, "throw") + Frame(3, "c"));
  BlockingServer server(&wire, {});
  CallId thrower = 0;
  const auto function = [&](ServerCall& call) {
    if (call.request() == "throw") {
      thrower = call.id();
      throw std::runtime_error("what");
    }
    return call.request();
  };
  EXPECT_THROW(server.Serve(function).IgnoreError(), std::runtime_error);
  EXPECT_EQ(wire.All(), Frame(1, "a"));
  EXPECT_TRUE(server.Respond(thrower, "failed").ok());
  EXPECT_TRUE(server.Serve(function).ok());
  EXPECT_EQ(wire.All(), Frame(1, "a") + Frame(2, "failed") + Frame(3, "c"));
}
#endif

}  // namespace
}  // namespace forkrpc
