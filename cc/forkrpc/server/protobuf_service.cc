// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/server/protobuf_service.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/rpc.pb.h"
#include "forkrpc/serialiser/protobuf_status.h"

namespace forkrpc {
namespace {

// How much of a name that is not known an error repeats.
constexpr size_t kMaxShownName = 100;

absl::Status Send(Responder* responder, const v1::Response& response) {
  std::string payload;
  const absl::Status encoded = ProtobufSerialiser().Encode(response, &payload);
  return encoded.ok() ? responder->Respond(payload) : encoded;
}

}  // namespace

absl::Status ProtobufResponderBase::RespondError(const absl::Status& why) {
  if (why.ok()) {
    return absl::FailedPreconditionError("an error's status must not be OK");
  }
  v1::Response response;
  ToProto(why, response.mutable_status());
  return Send(&responder_, response);
}

absl::Status ProtobufResponderBase::RespondMessage(
    const google::protobuf::MessageLite& reply) {
  v1::Response response;
  const absl::Status encoded =
      ProtobufSerialiser().Encode(reply, response.mutable_payload());
  return encoded.ok() ? Send(&responder_, response) : encoded;
}

absl::Status ProtobufResponderBase::SendEvent(
    absl::string_view name, const google::protobuf::MessageLite& event) {
  v1::Event envelope;
  envelope.set_name(std::string(name));
  absl::Status encoded =
      ProtobufSerialiser().Encode(event, envelope.mutable_payload());
  if (!encoded.ok()) return encoded;
  std::string payload;
  encoded = ProtobufSerialiser().Encode(envelope, &payload);
  return encoded.ok() ? responder_.SendEvent(payload) : encoded;
}

AsyncHandler ProtobufService::Handler() && {
  return [methods = std::move(methods_)](absl::string_view payload,
                                         Responder responder) mutable {
    Serve(&methods, payload, std::move(responder));
  };
}

void ProtobufService::Serve(Methods* methods, absl::string_view payload,
                            Responder responder) {
  const absl::StatusOr<v1::Request> request =
      DecodeAs<v1::Request>(ProtobufSerialiser(), payload, "the request");
  if (!request.ok()) {
    ProtobufResponderBase(std::move(responder))
        .RespondError(request.status())
        .IgnoreError();
    return;
  }
  const auto method = methods->find(request->method());
  if (method == methods->end()) {
    ProtobufResponderBase(std::move(responder))
        .RespondError(absl::UnimplementedError(absl::StrCat(
            "there is no method \"",
            absl::CHexEscape(request->method().substr(0, kMaxShownName)),
            "\"")))
        .IgnoreError();
    return;
  }
  method->second(request->payload(), std::move(responder));
}

}  // namespace forkrpc
