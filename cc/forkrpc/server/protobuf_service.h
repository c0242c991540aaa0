// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ProtobufService: methods by name, with protobuf messages, for WorkerMain and
// AsyncWorkerMain.
//
// Requests and responses are those of proto/forkrpc/rpc.proto. A method that is
// not there (Unimplemented), a message that cannot be decoded (DataLoss), a
// response that is too long (ResourceExhausted) and an error that a method
// returns or answers with end that call only. One thread, the server's.
//
//   #include "forkrpc/server/worker_main.h"
//   #include "google/protobuf/wrappers.pb.h"
//
//   using google::protobuf::StringValue;
//
//   int main() {
//     forkrpc::ProtobufService service;
//     service.Add<StringValue, StringValue>(
//         "greeter.Greeter/Hello",
//         [](const StringValue& name) -> absl::StatusOr<StringValue> {
//           if (name.value().empty()) {
//             return absl::InvalidArgumentError("whom?");
//           }
//           StringValue reply;
//           reply.set_value("hello, " + name.value());
//           return reply;
//         });
//     return forkrpc::WorkerMain(std::move(service).Handler());
//   }
//
// A method that answers later, or sends events, gets a second parameter, a
// ProtobufResponder<HelloReply>, and returns nothing; it needs AsyncWorkerMain.

#ifndef FORKRPC_SERVER_PROTOBUF_SERVICE_H_
#define FORKRPC_SERVER_PROTOBUF_SERVICE_H_

#include <string>
#include <type_traits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/driver/flush.h"
#include "forkrpc/serialiser/protobuf.h"
#include "forkrpc/serialiser/typed.h"
#include "forkrpc/server/blocking_server.h"
#include "forkrpc/server/reply.h"
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

  // See Responder.
  absl::Status Flush(absl::Duration timeout = kDefaultFlushTimeout) {
    return responder_.Flush(timeout);
  }

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

// The methods of a service, as a server's function. Moves.
class ProtobufHandler {
 public:
  static absl::string_view serialiser() { return ProtobufSerialiser::name(); }

  // For a BlockingServer. A method that wants a responder is Unimplemented.
  Reply operator()(ServerCall& call);
  // For an AsyncServer.
  void operator()(absl::string_view payload, Responder responder);

 private:
  friend class ProtobufService;

  // Invariant: exactly one is there.
  struct Method {
    absl::AnyInvocable<absl::StatusOr<std::string>(absl::string_view)> returns;
    absl::AnyInvocable<void(absl::string_view, Responder)> responds;
  };
  // What a request asks for; `method` is null if `error` says why there is
  // none.
  struct Asked {
    Method* method = nullptr;
    std::string argument;
    absl::Status error;
  };

  Asked Find(absl::string_view payload);

  absl::flat_hash_map<std::string, Method> methods_;
};

class ProtobufService {
 public:
  // `function` is called as function(const Request&) and returns an
  // absl::StatusOr<Reply> or a Reply; or as function(const Request&,
  // ProtobufResponder<Reply>). It replaces one of the same name.
  template <typename Request, typename Reply, typename Function>
  void Add(absl::string_view method, Function function) {
    ProtobufHandler::Method& added = handler_.methods_[method];
    added = {};
    if constexpr (std::is_invocable<Function&, const Request&>::value) {
      added.returns =
          [function = std::move(function)](absl::string_view payload) mutable {
            const absl::StatusOr<Request> request = Decode<Request>(payload);
            if (!request.ok()) return Encode(request.status());
            const absl::StatusOr<Reply> reply = function(*request);
            return reply.ok() ? Encode(*reply) : Encode(reply.status());
          };
    } else {
      added.responds = [function = std::move(function)](
                           absl::string_view payload,
                           Responder responder) mutable {
        ProtobufResponder<Reply> reply(std::move(responder));
        const absl::StatusOr<Request> request = Decode<Request>(payload);
        if (request.ok()) {
          function(*request, std::move(reply));
        } else {
          reply.RespondError(request.status()).IgnoreError();
        }
      };
    }
  }

  ProtobufHandler Handler() && { return std::move(handler_); }

 private:
  template <typename Request>
  static absl::StatusOr<Request> Decode(absl::string_view payload) {
    return DecodeAs<Request>(ProtobufSerialiser(), payload,
                             "the method's argument");
  }
  // The response's payload.
  static absl::StatusOr<std::string> Encode(
      const google::protobuf::MessageLite& reply);
  static absl::StatusOr<std::string> Encode(const absl::Status& error);

  ProtobufHandler handler_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_PROTOBUF_SERVICE_H_
