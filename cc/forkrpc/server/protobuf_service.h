// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ProtobufService: methods by name, with protobuf messages, for an AsyncServer.
//
// Requests and responses are those of proto/forkrpc/rpc.proto. A method that is
// not there (Unimplemented), a message that cannot be decoded (DataLoss) and an
// error that a method answers with end that call only. The loop's thread.
//
//   forkrpc::ProtobufService service;
//   service.Add<HelloRequest, HelloReply>(
//       "greeter.Greeter/Hello",
//       [](const HelloRequest& request,
//          forkrpc::ProtobufResponder<HelloReply> responder) {
//         HelloReply reply;
//         reply.set_text("hello, " + request.name());
//         responder.Respond(reply).IgnoreError();
//       });
//   return forkrpc::AsyncWorkerMain(std::move(service).Handler());

#ifndef FORKRPC_SERVER_PROTOBUF_SERVICE_H_
#define FORKRPC_SERVER_PROTOBUF_SERVICE_H_

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/protobuf.h"
#include "forkrpc/serialiser/typed.h"
#include "forkrpc/server/async_server.h"
#include "forkrpc/server/responder.h"
#include "google/protobuf/message_lite.h"

namespace forkrpc {

// What ProtobufResponder does for any type of reply.
class ProtobufResponderBase {
 public:
  explicit ProtobufResponderBase(Responder responder)
      : responder_(std::move(responder)) {}

  // The call fails with `why`, which is not OK; the worker goes on.
  absl::Status RespondError(const absl::Status& why);

  // A v1::Event of that name.
  absl::Status SendEvent(absl::string_view name,
                         const google::protobuf::MessageLite& event);

  CallId call() const { return responder_.call(); }

 protected:
  absl::Status RespondMessage(const google::protobuf::MessageLite& reply);

 private:
  Responder responder_;
};

// Errors are those of Responder, and of ProtobufSerialiser::Encode.
template <typename Reply>
class ProtobufResponder : public ProtobufResponderBase {
 public:
  using ProtobufResponderBase::ProtobufResponderBase;

  absl::Status Respond(const Reply& reply) { return RespondMessage(reply); }
};

class ProtobufService {
 public:
  // `function` is called as function(const Request&, ProtobufResponder<Reply>).
  // It replaces one of the same name.
  template <typename Request, typename Reply, typename Function>
  void Add(absl::string_view method, Function function) {
    methods_[method] = [function = std::move(function)](
                           absl::string_view payload,
                           Responder responder) mutable {
      ProtobufResponder<Reply> reply(std::move(responder));
      const absl::StatusOr<Request> request = DecodeAs<Request>(
          ProtobufSerialiser(), payload, "the method's argument");
      if (request.ok()) {
        function(*request, std::move(reply));
      } else {
        reply.RespondError(request.status()).IgnoreError();
      }
    };
  }

  AsyncHandler Handler() &&;

 private:
  using Method = absl::AnyInvocable<void(absl::string_view, Responder)>;
  using Methods = absl::flat_hash_map<std::string, Method>;

  static void Serve(Methods* methods, absl::string_view payload,
                    Responder responder);

  Methods methods_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_PROTOBUF_SERVICE_H_
