// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/typed_worker.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/client/test_loop_pair.h"
#include "forkrpc/serialiser/raw.h"
#include "forkrpc/serialiser/string_pack.h"
#include "forkrpc/server/typed_handler.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Strings = std::vector<std::string>;
using testing::ElementsAre;
using testing::HasSubstr;

// A server of string lists: sends the list back, in reverse order, after an
// event with the number of strings.
AsyncHandler Reverser() {
  return TypedHandler<StringPackSerialiser>(
      [](Strings words, TypedResponder<StringPackSerialiser> responder) {
        EXPECT_TRUE(
            responder.SendEvent({"words", std::to_string(words.size())}).ok());
        const Strings reversed(words.rbegin(), words.rend());
        EXPECT_TRUE(responder.Respond(reversed).ok());
      });
}

// Sends what it gets back as it is.
AsyncHandler Echo() {
  return [](absl::string_view request, Responder responder) {
    EXPECT_TRUE(responder.Respond(request).ok());
  };
}

TEST(TypedWorkerTest, StringListsThereAndBackWithEvents) {
  std::vector<Strings> events;
  WorkerOptions options;
  options.on_event = TypedEvents<StringPackSerialiser>(
      [&](absl::StatusOr<Strings> event) { events.push_back(*event); });
  TestLoopPair pair(Reverser(), std::move(options));
  TypedWorker<StringPackSerialiser> worker(std::move(pair.worker));
  std::vector<Strings> got;
  worker.Call({"add", "2", ""},
              [&](absl::StatusOr<Strings> reply) { got.push_back(*reply); });
  worker.Call(Strings{"one"}, [&](const absl::StatusOr<Strings>& reply) {
    got.push_back(*reply);
    pair.loop.Stop();
  });
  pair.Run();
  EXPECT_THAT(got, ElementsAre(Strings{"", "2", "add"}, Strings{"one"}));
  EXPECT_THAT(events,
              ElementsAre(Strings{"words", "3"}, Strings{"words", "1"}));
}

TEST(TypedWorkerTest, ARepliesTypeMayBeViews) {
  TestLoopPair pair(Reverser());
  TypedWorker<StringPackSerialiser> worker(std::move(pair.worker));
  Strings got;
  worker.Call<std::vector<absl::string_view>>(
      {"a", "b"}, [&](absl::StatusOr<std::vector<absl::string_view>> reply) {
        for (const absl::string_view word : *reply) got.emplace_back(word);
        pair.loop.Stop();
      });
  pair.Run();
  EXPECT_THAT(got, ElementsAre("b", "a"));
}

TEST(TypedWorkerTest, RawIsASerialiserLikeOthers) {
  TestLoopPair pair(Echo());
  TypedWorker<RawSerialiser> worker(std::move(pair.worker));
  std::string got;
  worker.Call("octets", [&](absl::StatusOr<std::string> reply) {
    got = *std::move(reply);
    pair.loop.Stop();
  });
  pair.Run();
  EXPECT_EQ(got, "octets");
}

TEST(TypedWorkerTest, AResponseThatCannotBeDecodedEndsItsCallOnly) {
  // A length of 5 in front of nothing.
  TestLoopPair pair([](absl::string_view request, Responder responder) {
    EXPECT_TRUE(responder.Respond(request == "\1x" ? "\5" : request).ok());
  });
  TypedWorker<StringPackSerialiser> worker(std::move(pair.worker));
  absl::Status broken;
  Strings intact;
  worker.Call({"x"},
              [&](absl::StatusOr<Strings> reply) { broken = reply.status(); });
  worker.Call({"y"}, [&](absl::StatusOr<Strings> reply) {
    intact = *reply;
    pair.loop.Stop();
  });
  pair.Run();
  EXPECT_TRUE(absl::IsDataLoss(broken)) << broken;
  EXPECT_THAT(std::string(broken.message()),
              HasSubstr("the response cannot be decoded: "));
  EXPECT_THAT(intact, ElementsAre("y"));
}

TEST(TypedWorkerTest, ARequestThatCannotBeDecodedEndsTheService) {
  TestLoopPair pair(Reverser());
  pair.worker->Call("\5", [](absl::StatusOr<absl::string_view>) {});
  pair.Run();
  ASSERT_TRUE(pair.service_end.has_value());
  EXPECT_TRUE(absl::IsDataLoss(*pair.service_end)) << *pair.service_end;
  EXPECT_THAT(std::string(pair.service_end->message()),
              HasSubstr("the request cannot be decoded: "));
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

TEST(TypedWorkerTest, ARequestThatCannotBeEncodedEndsItsCallFromTheLoop) {
  TestLoopPair pair(Echo());
  TypedWorker<Mute> worker(std::move(pair.worker));
  absl::Status got;
  EXPECT_EQ(worker.Call("x",
                        [&](const absl::StatusOr<std::string>& reply) {
                          got = reply.status();
                          pair.loop.Stop();
                        }),
            0);
  EXPECT_TRUE(got.ok()) << "called from inside Call()";
  pair.Run();
  EXPECT_EQ(got, absl::ResourceExhaustedError("too much"));
}

TEST(TypedWorkerTest, OptionsAndStatusesAreThoseOfTheWorker) {
  // Never answers, but remembers whom it owes.
  std::vector<Responder> held;
  TestLoopPair pair([&](absl::string_view, Responder responder) {
    held.push_back(std::move(responder));
  });
  TypedWorker<StringPackSerialiser> worker(std::move(pair.worker));
  CallOptions options;
  options.deadline = MonotonicNow() + absl::Milliseconds(1);
  absl::Status got;
  worker.Call({"x"}, options, [&](const absl::StatusOr<Strings>& reply) {
    got = reply.status();
    pair.loop.Stop();
  });
  pair.Run();
  EXPECT_TRUE(absl::IsDeadlineExceeded(got)) << got;
  pair.server = nullptr;
  held.clear();
}

}  // namespace
}  // namespace forkrpc
