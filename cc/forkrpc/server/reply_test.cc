// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/reply.h"

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// What BlockingServer::Serve refuses with a static_assert.
static_assert(!IsReply<absl::Status>::value);
static_assert(!IsReply<const absl::Status&>::value);
static_assert(!IsReply<absl::StatusOr<std::string>>::value);
static_assert(!IsReply<absl::StatusOr<Reply>>::value);
static_assert(!IsReply<void>::value);
static_assert(!IsReply<bool>::value);
static_assert(!IsReply<int>::value);
static_assert(!std::is_convertible<absl::Status, Reply>::value);
static_assert(!std::is_convertible<absl::Status, EndWorker>::value,
              "a status must not end the worker in passing");

static_assert(IsReply<Reply>::value);
static_assert(IsReply<std::string>::value);
static_assert(IsReply<const std::string&>::value);
static_assert(IsReply<absl::string_view>::value);
static_assert(IsReply<std::string_view>::value);
static_assert(IsReply<const char*>::value);
static_assert(IsReply<EndWorker>::value);
static_assert(IsReply<AnswerLater>::value);

TEST(ReplyTest, IsMadeOfWhatAFunctionReturns) {
  const Reply replies[] = {"text", std::string("text"),
                           absl::string_view("text"), std::string_view("text")};
  for (const Reply& reply : replies) {
    EXPECT_EQ(reply.kind(), Reply::Kind::kResponse);
    EXPECT_EQ(reply.payload(), "text");
  }
  EXPECT_EQ(Reply(AnswerLater()).kind(), Reply::Kind::kAnswerLater);
  const Reply end = EndWorker(absl::NotFoundError("no table"));
  EXPECT_EQ(end.kind(), Reply::Kind::kEndWorker);
  EXPECT_EQ(end.end(), absl::NotFoundError("no table"));
}

TEST(ReplyTest, HoldsItsOctets) {
  std::string text = "a text that is longer than a small string";
  const Reply reply = absl::string_view(text);
  text.assign(text.size(), '?');
  EXPECT_EQ(reply.payload(), "a text that is longer than a small string");
}

TEST(ReplyTest, AnEndWithoutAReasonIsAFailureToo) {
  EXPECT_TRUE(absl::IsUnknown(EndWorker(absl::OkStatus()).status()));
}

}  // namespace
}  // namespace forkrpc
