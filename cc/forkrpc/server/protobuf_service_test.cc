// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Methods that return their reply, on a BlockingServer and on an AsyncServer.
// What a parent sees of both kinds: client/protobuf_worker_test.cc.

#include "forkrpc/server/protobuf_service.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forkrpc/rpc.pb.h"
#include "forkrpc/serialiser/protobuf_status.h"
#include "forkrpc/server/async_server_test_util.h"
#include "forkrpc/server/blocking_server.h"
#include "forkrpc/server/handler_serialiser.h"
#include "forkrpc/server/recorded_transport.h"
#include "forkrpc/testing/scripted_peer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::HasSubstr;
using v1::StringList;

// "Double" joins an item to itself and refuses an empty list; "Later" has a
// responder.
ProtobufHandler Service() {
  ProtobufService service;
  service.Add<StringList, StringList>(
      "test.Lists/Double",
      [](const StringList& request) -> absl::StatusOr<StringList> {
        if (request.item().empty()) return absl::NotFoundError("no item");
        StringList reply;
        reply.add_item(request.item(0) + request.item(0));
        return reply;
      });
  service.Add<StringList, StringList>(
      "test.Lists/Same", [](const StringList& request) { return request; });
  service.Add<StringList, StringList>(
      "test.Lists/Later",
      [](const StringList& request, ProtobufResponder<StringList> responder) {
        EXPECT_TRUE(responder.Respond(request).ok());
      });
  return std::move(service).Handler();
}

std::string Asking(const std::string& method, const std::string& item) {
  StringList argument;
  if (!item.empty()) argument.add_item(item);
  v1::Request request;
  request.set_method(method);
  request.set_payload(argument.SerializeAsString());
  return request.SerializeAsString();
}

// The item of the response, or its error.
std::string ItemOf(const std::string& payload) {
  v1::Response response;
  if (!response.ParseFromString(payload)) return "no response";
  if (response.status().code() != 0) {
    return FromProto(response.status()).ToString();
  }
  StringList reply;
  if (!reply.ParseFromString(response.payload())) return "no list";
  return reply.item_size() == 0 ? "" : reply.item(0);
}

struct Call {
  const char* name;
  std::string request;
  const char* item;
};

const Call kCalls[] = {
    {"Reply", Asking("test.Lists/Double", "ab"), "abab"},
    {"Error", Asking("test.Lists/Double", ""), "NOT_FOUND: no item"},
    {"Plain", Asking("test.Lists/Same", "x"), "x"},
    {"Unknown", Asking("no", "x"), "UNIMPLEMENTED: there is no method \"no\""},
};
constexpr uint32_t kAll = 4;

TEST(ProtobufServiceTest, OnABlockingServerAnErrorEndsItsCallOnly) {
  for (const Form form : {Form::kSync, Form::kAsync}) {
    std::string requests;
    for (uint32_t i = 0; i < kAll; ++i) {
      requests += form == Form::kSync
                      ? ScriptedPeer::FrameWithoutId(kCalls[i].request)
                      : ScriptedPeer::Frame(i + 1, kCalls[i].request);
    }
    RecordedTransport wire(requests);
    BlockingServerOptions options;
    options.connection.form = form;
    BlockingServer server(&wire, options);
    const absl::Status end = server.Serve(Service());
    EXPECT_TRUE(end.ok()) << end;
    std::string rest = wire.All();
    for (const Call& call : kCalls) {
      ASSERT_GE(rest.size(), 8);
      const size_t size = static_cast<unsigned char>(rest[7]);
      EXPECT_EQ(ItemOf(rest.substr(8, size)), call.item) << call.name;
      rest = rest.substr(8 + size);
    }
    EXPECT_EQ(rest, "");
  }
}

TEST(ProtobufServiceTest, AMethodWithAResponderNeedsALoop) {
  RecordedTransport wire(
      ScriptedPeer::Frame(1, Asking("test.Lists/Later", "x")));
  BlockingServer server(&wire, {});
  EXPECT_TRUE(server.Serve(Service()).ok());
  EXPECT_THAT(
      ItemOf(wire.All().substr(8)),
      AllOf(HasSubstr("UNIMPLEMENTED"), HasSubstr("needs AsyncWorkerMain")));
}

// A reply that is too long for the wire is an error of its call too.
TEST(ProtobufServiceTest, AReplyThatIsTooLongEndsItsCallOnly) {
  const std::string ok = Asking("test.Lists/Double", "y");
  RecordedTransport wire(ScriptedPeer::Frame(1, Asking("test.Lists/Double",
                                                       std::string(200, 'x'))) +
                         ScriptedPeer::Frame(2, ok));
  BlockingServerOptions options;
  options.connection.limits.max_payload = 300;
  BlockingServer server(&wire, options);
  const absl::Status end = server.Serve(Service());
  EXPECT_TRUE(end.ok()) << end;
  const std::string output = wire.All();
  const size_t size = static_cast<unsigned char>(output[7]);
  EXPECT_THAT(ItemOf(output.substr(8, size)), HasSubstr("RESOURCE_EXHAUSTED"));
  EXPECT_EQ(ItemOf(output.substr(8 + size + 8)), "yy");
}

TEST(ProtobufServiceTest, KnowsTheSerialisersName) {
  EXPECT_EQ(HandlerSerialiser(Service()), "protobuf");
  EXPECT_EQ(AsyncHandler(Service()).serialiser(), "protobuf");
}

using ProtobufAsyncTest = AsyncServerFixture;

TEST_F(ProtobufAsyncTest, AnErrorEndsItsCallOnly) {
  auto service = Service();
  on_request_ = [&](absl::string_view request, Responder responder) {
    service(request, std::move(responder));
  };
  options_.connection.limits.max_payload = 300;
  Start();
  for (uint32_t i = 0; i < kAll; ++i) Ask(i + 1, kCalls[i].request);
  Ask(kAll + 1, Asking("test.Lists/Double", std::string(200, 'x')));
  Ask(kAll + 2, Asking("test.Lists/Later", "z"));
  ASSERT_TRUE(ParentGets(kAll + 2));
  for (uint32_t i = 0; i < kAll; ++i) {
    EXPECT_EQ(ItemOf(parent_->frames()[i].payload), kCalls[i].item)
        << kCalls[i].name;
  }
  EXPECT_THAT(ItemOf(parent_->frames()[kAll].payload),
              HasSubstr("RESOURCE_EXHAUSTED"));
  EXPECT_EQ(ItemOf(parent_->frames()[kAll + 1].payload), "z");
  EXPECT_FALSE(end_.has_value());
}

}  // namespace
}  // namespace forkrpc
