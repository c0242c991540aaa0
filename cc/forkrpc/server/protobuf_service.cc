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

absl::StatusOr<std::string> EncodeError(const absl::Status& why) {
  v1::Response response;
  ToProto(why, response.mutable_status());
  std::string payload;
  const absl::Status encoded = ProtobufSerialiser().Encode(response, &payload);
  if (!encoded.ok()) return encoded;
  return payload;
}

absl::StatusOr<std::string> EncodeResponse(
    const google::protobuf::MessageLite& reply) {
  v1::Response response;
  absl::Status encoded =
      ProtobufSerialiser().Encode(reply, response.mutable_payload());
  if (!encoded.ok()) return encoded;
  std::string payload;
  encoded = ProtobufSerialiser().Encode(response, &payload);
  if (!encoded.ok()) return encoded;
  return payload;
}

// Answers by `respond`, with an error if the payload is longer than the wire
// allows.
template <typename Respond>
absl::Status RespondOrError(const absl::StatusOr<std::string>& payload,
                            Respond respond) {
  if (!payload.ok()) return payload.status();
  absl::Status sent = respond(*payload);
  if (!absl::IsResourceExhausted(sent)) return sent;
  const absl::StatusOr<std::string> error = EncodeError(sent);
  return error.ok() ? respond(*error) : error.status();
}

}  // namespace

absl::Status ProtobufResponderBase::RespondError(const absl::Status& why) {
  if (why.ok()) {
    return absl::FailedPreconditionError("an error's status must not be OK");
  }
  const absl::StatusOr<std::string> payload = EncodeError(why);
  return payload.ok() ? responder_.Respond(*payload) : payload.status();
}

absl::Status ProtobufResponderBase::RespondMessage(
    const google::protobuf::MessageLite& reply) {
  const absl::StatusOr<std::string> payload = EncodeResponse(reply);
  return payload.ok() ? responder_.Respond(*payload) : payload.status();
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

Reply ProtobufHandler::operator()(ServerCall& call) {
  Asked asked = Find(call.request());
  if (asked.error.ok() && asked.method->returns == nullptr) {
    asked.error = absl::UnimplementedError(
        "the method answers by a responder, which needs AsyncWorkerMain");
  }
  const absl::StatusOr<std::string> payload =
      asked.error.ok() ? asked.method->returns(asked.argument)
                       : EncodeError(asked.error);
  // Here, so that one that is too long can still be replaced.
  const absl::Status sent =
      RespondOrError(payload, [&call](absl::string_view octets) {
        return call.server()->Respond(call.id(), octets);
      });
  if (!sent.ok()) return EndWorker(sent);
  return AnswerLater();
}

void ProtobufHandler::operator()(absl::string_view payload,
                                 Responder responder) {
  Asked asked = Find(payload);
  if (asked.error.ok() && asked.method->responds != nullptr) {
    return asked.method->responds(asked.argument, std::move(responder));
  }
  const absl::StatusOr<std::string> response =
      asked.error.ok() ? asked.method->returns(asked.argument)
                       : EncodeError(asked.error);
  const absl::Status sent =
      RespondOrError(response, [&responder](absl::string_view octets) {
        return responder.Respond(octets);
      });
  if (!sent.ok()) responder.EndWorker(sent);
}

ProtobufHandler::Asked ProtobufHandler::Find(absl::string_view payload) {
  Asked asked;
  absl::StatusOr<v1::Request> request =
      DecodeAs<v1::Request>(ProtobufSerialiser(), payload, "the request");
  if (!request.ok()) {
    asked.error = request.status();
    return asked;
  }
  const auto method = methods_.find(request->method());
  if (method == methods_.end()) {
    asked.error = absl::UnimplementedError(absl::StrCat(
        "there is no method \"",
        absl::CHexEscape(request->method().substr(0, kMaxShownName)), "\""));
    return asked;
  }
  asked.method = &method->second;
  asked.argument = std::move(*request->mutable_payload());
  return asked;
}

absl::StatusOr<std::string> ProtobufService::Encode(
    const google::protobuf::MessageLite& reply) {
  absl::StatusOr<std::string> payload = EncodeResponse(reply);
  return payload.ok() ? payload : EncodeError(payload.status());
}

absl::StatusOr<std::string> ProtobufService::Encode(const absl::Status& error) {
  return EncodeError(error);
}

}  // namespace forkrpc
