// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TypedHandler: an AsyncServer's function whose requests and responses are
// values.
//
// The counterpart of typed_worker.h; the loop's thread. This wire has no
// response that means an error: a request that cannot be decoded ends the
// worker with a status that says so, see Responder::Fail. (Protobuf methods
// have one: protobuf_service.h.)
//
//   using Strings = forkrpc::StringPackSerialiser;
//   return forkrpc::AsyncWorkerMain(forkrpc::TypedHandler<Strings>(
//       [](std::vector<std::string> words,
//          forkrpc::TypedResponder<Strings> responder) {
//         responder.Respond({words[0], "done"}).IgnoreError();
//       }));

#ifndef FORKRPC_SERVER_TYPED_HANDLER_H_
#define FORKRPC_SERVER_TYPED_HANDLER_H_

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/serialiser.h"
#include "forkrpc/serialiser/typed.h"
#include "forkrpc/server/async_server.h"
#include "forkrpc/server/responder.h"

namespace forkrpc {

// A Responder for values; errors are also those of Serialiser::Encode, and the
// call may still be answered then.
template <typename Serialiser>
class TypedResponder {
 public:
  TypedResponder(Responder responder, Serialiser serialiser)
      : responder_(std::move(responder)), serialiser_(std::move(serialiser)) {}

  template <typename Reply>
  absl::Status Respond(const Reply& reply) {
    std::string payload;
    const absl::Status encoded = serialiser_.Encode(reply, &payload);
    return encoded.ok() ? responder_.Respond(payload) : encoded;
  }
  absl::Status Respond(std::initializer_list<absl::string_view> reply) {
    return Respond<std::initializer_list<absl::string_view>>(reply);
  }

  template <typename Event>
  absl::Status SendEvent(const Event& event) {
    std::string payload;
    const absl::Status encoded = serialiser_.Encode(event, &payload);
    return encoded.ok() ? responder_.SendEvent(payload) : encoded;
  }
  absl::Status SendEvent(std::initializer_list<absl::string_view> event) {
    return SendEvent<std::initializer_list<absl::string_view>>(event);
  }

  void Fail(absl::Status why) { responder_.Fail(std::move(why)); }
  CallId call() const { return responder_.call(); }

 private:
  Responder responder_;
  Serialiser serialiser_;
};

// `function` is called as function(Request, TypedResponder<Serialiser>). A
// Request of views is valid until it returns.
template <typename Serialiser, typename Request = DefaultValue<Serialiser>,
          typename Function>
AsyncHandler TypedHandler(Function function,
                          Serialiser serialiser = Serialiser()) {
  return [function = std::move(function), serialiser = std::move(serialiser)](
             absl::string_view payload, Responder responder) mutable {
    absl::StatusOr<Request> request =
        DecodeAs<Request>(serialiser, payload, "the request");
    if (!request.ok()) {
      responder.Fail(std::move(request).status());
      return;
    }
    function(*std::move(request),
             TypedResponder<Serialiser>(std::move(responder), serialiser));
  };
}

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_TYPED_HANDLER_H_
