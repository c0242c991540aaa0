// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Typed functions of a BlockingServer, and those that return their response on
// either server. Functions with responders: client/typed_worker_test.cc.

#include "forkrpc/server/typed_handler.h"

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/serialiser/raw.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/server/async_handler.h"
#include "forkrpc/server/async_server_test_util.h"
#include "forkrpc/server/blocking_server.h"
#include "forkrpc/server/handler_serialiser.h"
#include "forkrpc/server/recorded_transport.h"
#include "forkrpc/server/typed_reply.h"
#include "forkrpc/testing/scripted_peer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Strings = StringPackSerialiser;
using Words = std::vector<std::string>;
using testing::HasSubstr;

std::string Packed(const Words& words) {
  std::string payload;
  EXPECT_TRUE(EncodeStringPack(words, &payload).ok());
  return payload;
}

// What a server writes for one request.
struct Served {
  std::string output;
  absl::Status end;
};
template <typename Function>
Served Serve(Function function, absl::string_view request) {
  RecordedTransport wire(ScriptedPeer::Frame(1, request));
  BlockingServer server(&wire, {});
  const absl::Status end = server.Serve(function);
  return {wire.All(), end};
}

Words Reversed(const Words& words) { return {words.rbegin(), words.rend()}; }

TEST(TypedHandlerTest, AFunctionOfValuesServesABlockingServer) {
  const Served served =
      Serve(TypedHandler<Strings>(Reversed), Packed({"a", "b"}));
  EXPECT_TRUE(served.end.ok()) << served.end;
  EXPECT_EQ(served.output, ScriptedPeer::Frame(1, Packed({"b", "a"})));
}

TEST(TypedHandlerTest, ItMaySendEvents) {
  const Served served = Serve(
      TypedHandler<Strings>([](const Words& words, TypedCall<Strings>& call) {
        EXPECT_EQ(call.id(), 1);
        EXPECT_TRUE(call.SendEvent({"got", absl::StrCat(words.size())}).ok());
        return words;
      }),
      Packed({"a"}));
  EXPECT_TRUE(served.end.ok()) << served.end;
  EXPECT_EQ(served.output, ScriptedPeer::Frame(0, Packed({"got", "1"})) +
                               ScriptedPeer::Frame(1, Packed({"a"})));
}

TypedReply<Strings> Find(const Words& words) {
  if (words.empty()) return EndWorker(absl::NotFoundError("no words"));
  return {words[0], "found"};
}

TEST(TypedHandlerTest, ItMayFail) {
  EXPECT_EQ(Serve(TypedHandler<Strings>(Find), Packed({"a"})).output,
            ScriptedPeer::Frame(1, Packed({"a", "found"})));
  const Served failed = Serve(TypedHandler<Strings>(Find), "");
  EXPECT_EQ(failed.end, absl::NotFoundError("no words"));
  EXPECT_EQ(failed.output, "");
}

TEST(TypedHandlerTest, WhatCannotBeDecodedEndsTheWorker) {
  const Served served = Serve(TypedHandler<Strings>(Reversed), "\5");
  EXPECT_TRUE(absl::IsDataLoss(served.end)) << served.end;
  EXPECT_THAT(std::string(served.end.message()),
              HasSubstr("the request cannot be decoded: "));
  EXPECT_EQ(served.output, "");
}

// Encodes nothing.
struct Mute {
  using Value = std::string;
  absl::Status Encode(absl::string_view, std::string*) const {
    return absl::ResourceExhaustedError("too much");
  }
  absl::Status Decode(absl::string_view, std::string*) const {
    return absl::OkStatus();
  }
};

TEST(TypedHandlerTest, WhatCannotBeEncodedEndsTheWorker) {
  const Served served = Serve(
      TypedHandler<Mute>([](const std::string& text) { return text; }), "x");
  EXPECT_EQ(served.end, absl::ResourceExhaustedError("too much"));
}

TEST(TypedHandlerTest, KnowsTheSerialisersName) {
  EXPECT_EQ(HandlerSerialiser(TypedHandler<Strings>(Reversed)), "string-pack");
  EXPECT_EQ(AsyncHandler(TypedHandler<Strings>(Reversed)).serialiser(),
            "string-pack");
  const auto octets = [](const std::string& text) { return text; };
  EXPECT_EQ(HandlerSerialiser(TypedHandler<RawSerialiser>(octets)), "");
  EXPECT_EQ(HandlerSerialiser(octets), "");
}

// With a responder, TypedHandler's functions are the loop's alone.
template <typename Function>
using Typed = TypedFunction<Strings, Words, Function>;
static_assert(
    !std::is_invocable<Typed<void (*)(Words, TypedResponder<Strings>)>&,
                       ServerCall&>::value);
static_assert(std::is_invocable<Typed<Words (*)(const Words&)>&,
                                absl::string_view, Responder>::value);

using TypedAsyncTest = AsyncServerFixture;

TEST_F(TypedAsyncTest, TheSameFunctionServesAnAsyncServer) {
  auto handler = TypedHandler<Strings>(Find);
  on_request_ = [&](absl::string_view request, Responder responder) {
    handler(request, std::move(responder));
  };
  Start();
  Ask(1, Packed({"a"}));
  ASSERT_TRUE(ParentGets(1));
  EXPECT_EQ(parent_->frames()[0].payload, Packed({"a", "found"}));
  Ask(2, "");
  ASSERT_TRUE(Ended());
  EXPECT_EQ(*end_, absl::NotFoundError("no words"));
}

TEST_F(TypedAsyncTest, AResponseThatIsTooLongEndsTheWorker) {
  options_.connection.limits.max_payload = 100;
  auto handler =
      TypedHandler<Strings>([](const Words&) { return Words(60, "two"); });
  on_request_ = [&](absl::string_view request, Responder responder) {
    handler(request, std::move(responder));
  };
  Start();
  Ask(1, "");
  ASSERT_TRUE(Ended());
  EXPECT_TRUE(absl::IsResourceExhausted(*end_)) << *end_;
  EXPECT_TRUE(log_.empty());
}

}  // namespace
}  // namespace forkrpc
