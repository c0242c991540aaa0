// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What Flush() of an AsyncServer and of its responders does.

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/server/async_server.h"
#include "forkrpc/server/async_server_test_util.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// More than any stream takes at once.
constexpr size_t kMuch = size_t{4} << 20;

class AsyncServerFlushTest : public AsyncServerFixture,
                             public testing::WithParamInterface<WireKind> {
 protected:
  void StartHere() { Start(GetParam()); }
  // Until all is written.
  bool ParentGetsAll(size_t frames) {
    return ParentGets(frames) && server_->unsent() == 0;
  }
};

//= spec/wire.md#FR-EVT-007
TEST_P(AsyncServerFlushTest, WhatWasMadeIsOutBeforeTheFunctionGoesOn) {
  StartHere();
  bool asked = false;
  on_request_ = [&](absl::string_view, Responder responder) {
    asked = true;
    ASSERT_TRUE(held_.empty());
    ASSERT_TRUE(responder.SendEvent("first").ok());
    EXPECT_TRUE(parent_->Receive().empty());
    ASSERT_TRUE(responder.Flush().ok());
    ASSERT_EQ(parent_->Receive().size(), 1u);
    EXPECT_EQ(parent_->frames()[0].payload, "first");
    // The response too, and then the responder has no more to say.
    ASSERT_TRUE(responder.Respond("second").ok());
    EXPECT_TRUE(absl::IsFailedPrecondition(responder.Flush()));
    ASSERT_TRUE(server_->Flush(absl::ZeroDuration()).ok());
    ASSERT_EQ(parent_->Receive().size(), 2u);
    EXPECT_EQ(parent_->frames()[1].payload, "second");
  };
  Ask(7, "x");
  ASSERT_TRUE(loop_.RunUntil([&] { return asked; }));
  HalfClose();
  ASSERT_TRUE(Ended());
  EXPECT_TRUE(end_->ok()) << *end_;
  // There is nothing left to push out.
  EXPECT_TRUE(server_->Flush().ok());
}

TEST_P(AsyncServerFlushTest, AParentThatDoesNotReadEndsItAndLosesNothing) {
  StartHere();
  ASSERT_TRUE(server_->SendEvent(std::string(kMuch, 'x')).ok());
  ASSERT_TRUE(server_->SendEvent("behind").ok());
  // What else there is to do waits: no function runs inside.
  Ask(7, "x");
  loop_->Post([&] { ++requests_; });
  const MonotonicTime start = MonotonicNow();
  const absl::Status late = server_->Flush(absl::Milliseconds(50));
  EXPECT_TRUE(absl::IsDeadlineExceeded(late)) << late;
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(50));
  EXPECT_LT(MonotonicNow() - start, absl::Seconds(5));
  EXPECT_EQ(requests_, 0);
  EXPECT_GT(server_->unsent(), 0u);
  // The loop goes on with it.
  ASSERT_TRUE(ParentGetsAll(2));
  EXPECT_EQ(parent_->frames()[0].payload.size(), kMuch);
  EXPECT_EQ(parent_->frames()[1].payload, "behind");
  ASSERT_TRUE(Asked(1));
  ASSERT_TRUE(RespondToFirst("answer").ok());
  HalfClose();
  ASSERT_TRUE(Ended());
  EXPECT_TRUE(end_->ok()) << *end_;
}

TEST_P(AsyncServerFlushTest, AParentThatIsGoneIsUnavailable) {
  StartHere();
  ASSERT_TRUE(server_->SendEvent("x").ok());
  Vanish();
  const absl::Status gone = server_->Flush(absl::InfiniteDuration());
  EXPECT_TRUE(absl::IsUnavailable(gone)) << gone;
  EXPECT_FALSE(end_.has_value()) << "the user was told from inside Flush()";
  EXPECT_EQ(server_->Flush(), gone);
  ASSERT_TRUE(Ended());
  EXPECT_TRUE(absl::IsUnavailable(*end_)) << *end_;
  EXPECT_EQ(server_->Flush(), gone);
}

TEST_P(AsyncServerFlushTest, WhatTheServiceHasLostIsUnavailable) {
  options_.flush_grace = absl::Milliseconds(10);
  StartHere();
  ASSERT_TRUE(server_->SendEvent(std::string(kMuch, 'x')).ok());
  server_->EndWorker(absl::InternalError("broken"));
  ASSERT_TRUE(Ended());
  EXPECT_EQ(*end_, absl::InternalError("broken"));
  const absl::Status lost = server_->Flush();
  EXPECT_TRUE(absl::IsUnavailable(lost)) << lost;
}

// Once the service ends, what was made before is still pushed out.
TEST_P(AsyncServerFlushTest, AServiceThatEndsWithAnErrorCanBeFlushed) {
  StartHere();
  Ask(7, "x");
  ASSERT_TRUE(Asked(1));
  ASSERT_TRUE(server_->SendEvent("last words").ok());
  server_->EndWorker(absl::InternalError("broken"));
  ASSERT_TRUE(held_[0].responder.Flush().ok());
  ASSERT_EQ(parent_->Receive().size(), 1u);
  EXPECT_FALSE(end_.has_value());
  ASSERT_TRUE(RespondToFirst("answer").ok());
  ASSERT_TRUE(Ended());
  EXPECT_EQ(*end_, absl::InternalError("broken"));
  ASSERT_TRUE(ParentGets(2));
}

TEST_P(AsyncServerFlushTest, AResponderThatOutlivesTheServerSaysSo) {
  StartHere();
  Ask(7, "x");
  ASSERT_TRUE(Asked(1));
  server_.reset();
  EXPECT_TRUE(absl::IsFailedPrecondition(held_[0].responder.Flush()));
}

INSTANTIATE_TEST_SUITE_P(EachKind, AsyncServerFlushTest,
                         testing::ValuesIn(kAllWireKinds), WireKindName);

}  // namespace
}  // namespace forkrpc
