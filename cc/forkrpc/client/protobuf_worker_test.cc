// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/protobuf_worker.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/client/test_loop_pair.h"
#include "forkrpc/rpc.pb.h"
#include "forkrpc/server/protobuf_service.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using v1::StringList;

// StringList serves as a message of the user's.
StringList ListOf(const std::string& item) {
  StringList list;
  list.add_item(item);
  return list;
}

AsyncHandler Service() {
  ProtobufService service;
  service.Add<StringList, StringList>(
      "test.Lists/Double",
      [](const StringList& request, ProtobufResponder<StringList> responder) {
        EXPECT_TRUE(responder.SendEvent("doubling", request).ok());
        EXPECT_TRUE(
            responder.Respond(ListOf(request.item(0) + request.item(0))).ok());
      });
  service.Add<StringList, StringList>(
      "test.Lists/Refuse",
      [](const StringList&, ProtobufResponder<StringList> responder) {
        EXPECT_TRUE(absl::IsFailedPrecondition(
            responder.RespondError(absl::OkStatus())));
        EXPECT_TRUE(
            responder.RespondError(absl::NotFoundError("no list")).ok());
      });
  return std::move(service).Handler();
}

class ProtobufWorkerTest : public testing::Test {
 protected:
  ProtobufWorkerTest()
      : pair_(Service(), Options()), worker_(std::move(pair_.worker)) {}

  WorkerOptions Options() {
    WorkerOptions options;
    options.on_event = ProtobufEvents([this](absl::StatusOr<v1::Event> event) {
      ASSERT_TRUE(event.ok()) << event.status();
      events_.push_back(event->name() + ": " + event->payload());
    });
    return options;
  }

  // One call to its end.
  template <typename Reply = StringList>
  absl::StatusOr<Reply> Call(const std::string& method,
                             const google::protobuf::MessageLite& request) {
    absl::StatusOr<Reply> got;
    worker_.Call<Reply>(method, request, [&](absl::StatusOr<Reply> reply) {
      got = std::move(reply);
      pair_.loop.Stop();
    });
    pair_.Run();
    return got;
  }

  std::vector<std::string> events_;
  TestLoopPair pair_;
  ProtobufWorker worker_;
};

TEST_F(ProtobufWorkerTest, MethodsAreCalledByName) {
  const auto reply = Call("test.Lists/Double", ListOf("ab"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(reply->item(), ElementsAre("abab"));
  EXPECT_THAT(events_, ElementsAre("doubling: \n\2ab"));
}

TEST_F(ProtobufWorkerTest, AMethodsErrorEndsItsCallOnly) {
  EXPECT_EQ(Call("test.Lists/Refuse", ListOf("x")).status(),
            absl::NotFoundError("no list"));
  EXPECT_TRUE(Call("test.Lists/Double", ListOf("x")).ok());
}

TEST_F(ProtobufWorkerTest, AnUnknownMethodIsUnimplemented) {
  const absl::Status status = Call("no\nsuch", ListOf("x")).status();
  EXPECT_EQ(status,
            absl::UnimplementedError("there is no method \"no\\nsuch\""));
  EXPECT_TRUE(Call("test.Lists/Double", ListOf("x")).ok());
}

TEST_F(ProtobufWorkerTest, AnArgumentThatCannotBeDecodedEndsItsCallOnly) {
  // As from a caller that has another idea of the argument: the octets "\n",
  // a field without content.
  v1::Request request;
  request.set_method("test.Lists/Double");
  request.set_payload("\n");
  v1::Response response;
  worker_.worker()->Call(request.SerializeAsString(),
                         [&](absl::StatusOr<absl::string_view> octets) {
                           EXPECT_TRUE(response.ParseFromString(
                               std::string(octets.value_or("\n"))));
                           pair_.loop.Stop();
                         });
  pair_.Run();
  EXPECT_EQ(response.status().code(),
            static_cast<int>(absl::StatusCode::kDataLoss));
  EXPECT_THAT(response.status().message(),
              HasSubstr("the method's argument cannot be decoded: "));
  EXPECT_TRUE(Call("test.Lists/Double", ListOf("x")).ok());
}

TEST_F(ProtobufWorkerTest, ARequestThatIsNoneEndsItsCallOnly) {
  v1::Response response;
  worker_.worker()->Call("\n", [&](absl::StatusOr<absl::string_view> octets) {
    EXPECT_TRUE(response.ParseFromString(std::string(octets.value_or("\n"))));
    pair_.loop.Stop();
  });
  pair_.Run();
  EXPECT_EQ(response.status().code(),
            static_cast<int>(absl::StatusCode::kDataLoss));
  EXPECT_TRUE(Call("test.Lists/Double", ListOf("x")).ok());
}

TEST_F(ProtobufWorkerTest, AResultThatCannotBeDecodedIsDataLoss) {
  // What a StringList has of octets, a Response has of a message.
  const absl::Status status =
      Call<v1::Response>("test.Lists/Double", ListOf("\n")).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("the method's result cannot be decoded: "));
}

}  // namespace
}  // namespace forkrpc
