// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TypedHandler: a worker's function whose requests and responses are values.
//
// The counterpart of typed_worker.h, for WorkerMain and AsyncWorkerMain. This
// wire has no response that means an error: a request that cannot be decoded,
// and a value that cannot be encoded, end the worker with a status that says
// so. (Protobuf methods have one: protobuf_service.h.) One thread, the
// server's.
//
//   #include "forkrpc/serialiser/string_pack.h"
//   #include "forkrpc/server/worker_main.h"
//
//   using Strings = forkrpc::StringPackSerialiser;
//
//   int main() {
//     return forkrpc::WorkerMain(forkrpc::TypedHandler<Strings>(
//         [](const std::vector<std::string>& words) {
//           return std::vector<std::string>{words[0], "done"};
//         }));
//   }
//
// The same function serves AsyncWorkerMain. One that answers later, or sends
// events, gets a second parameter there:
//
//   #include "forkrpc/serialiser/raw.h"
//   #include "forkrpc/server/async_worker_main.h"
//
//   using Raw = forkrpc::RawSerialiser;
//
//   int main() {
//     return forkrpc::AsyncWorkerMain(forkrpc::TypedHandler<Raw>(
//         [](std::string name, forkrpc::TypedResponder<Raw> responder) {
//           responder.Respond("hello, " + name).IgnoreError();
//         }));
//   }

#ifndef FORKRPC_SERVER_TYPED_HANDLER_H_
#define FORKRPC_SERVER_TYPED_HANDLER_H_

#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/driver/flush.h"
#include "forkrpc/serialiser/serialiser.h"
#include "forkrpc/serialiser/typed.h"
#include "forkrpc/server/blocking_server.h"
#include "forkrpc/server/reply.h"
#include "forkrpc/server/responder.h"
#include "forkrpc/server/typed_reply.h"

namespace forkrpc {

// A Responder for values; errors are also those of Serialiser::Encode, and the
// call may still be answered then.
template <typename Serialiser>
class TypedResponder {
 public:
  TypedResponder(Responder responder, Serialiser serialiser)
      : responder_(std::move(responder)), serialiser_(std::move(serialiser)) {}

  template <typename Value>
  absl::Status Respond(const Value& value) {
    std::string payload;
    const absl::Status encoded = serialiser_.Encode(value, &payload);
    return encoded.ok() ? responder_.Respond(payload) : encoded;
  }
  absl::Status Respond(std::initializer_list<absl::string_view> value) {
    return Respond<std::initializer_list<absl::string_view>>(value);
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

  // See Responder.
  absl::Status Flush(absl::Duration timeout = kDefaultFlushTimeout) {
    return responder_.Flush(timeout);
  }
  void EndWorker(absl::Status why) { responder_.EndWorker(std::move(why)); }
  CallId call() const { return responder_.call(); }

 private:
  Responder responder_;
  Serialiser serialiser_;
};

// A ServerCall for values, the second parameter of a typed function of a
// BlockingServer.
template <typename Serialiser>
class TypedCall {
 public:
  TypedCall(ServerCall* call, Serialiser serialiser)
      : call_(call), serialiser_(std::move(serialiser)) {}

  // As ServerCall's: written when the function returns, or by Flush().
  template <typename Event>
  absl::Status SendEvent(const Event& event) {
    std::string payload;
    const absl::Status encoded = serialiser_.Encode(event, &payload);
    return encoded.ok() ? call_->SendEvent(payload) : encoded;
  }
  absl::Status SendEvent(std::initializer_list<absl::string_view> event) {
    return SendEvent<std::initializer_list<absl::string_view>>(event);
  }

  // See ServerCall.
  absl::Status Flush(absl::Duration timeout = kDefaultFlushTimeout) {
    return call_->Flush(timeout);
  }
  CallId id() const { return call_->id(); }
  BlockingServer* server() const { return call_->server(); }

 private:
  ServerCall* const call_;
  const Serialiser serialiser_;
};

// What TypedHandler() makes: called as function(ServerCall&) by a
// BlockingServer, as function(payload, Responder) by an AsyncServer.
template <typename Serialiser, typename Request, typename Function>
class TypedFunction {
 public:
  TypedFunction(Function function, Serialiser serialiser)
      : function_(std::move(function)), serialiser_(std::move(serialiser)) {}

  static absl::string_view serialiser() { return SerialiserName<Serialiser>(); }

  template <typename F = Function,
            typename = std::enable_if_t<
                std::is_invocable<F&, Request>::value ||
                std::is_invocable<F&, Request, TypedCall<Serialiser>&>::value>>
  Reply operator()(ServerCall& call) {
    absl::StatusOr<Request> request = Decode(call.request());
    if (!request.ok()) return EndWorker(request.status());
    if constexpr (std::is_invocable<F&, Request>::value) {
      return EncodeReply(serialiser_, function_(*std::move(request)));
    } else {
      TypedCall<Serialiser> typed(&call, serialiser_);
      return EncodeReply(serialiser_, function_(*std::move(request), typed));
    }
  }

  template <
      typename F = Function,
      typename = std::enable_if_t<
          std::is_invocable<F&, Request>::value ||
          std::is_invocable<F&, Request, TypedResponder<Serialiser>>::value>>
  void operator()(absl::string_view payload, Responder responder) {
    absl::StatusOr<Request> request = Decode(payload);
    if (!request.ok()) return responder.EndWorker(request.status());
    if constexpr (std::is_invocable<F&, Request>::value) {
      responder.Settle(
          EncodeReply(serialiser_, function_(*std::move(request))));
    } else {
      static_assert(
          std::is_void<std::invoke_result_t<F&, Request,
                                            TypedResponder<Serialiser>>>::value,
          "a function that has a responder returns nothing");
      function_(*std::move(request),
                TypedResponder<Serialiser>(std::move(responder), serialiser_));
    }
  }

 private:
  absl::StatusOr<Request> Decode(absl::string_view payload) const {
    return DecodeAs<Request>(serialiser_, payload, "the request");
  }

  Function function_;
  Serialiser serialiser_;
};

// `function` is called as function(Request), and returns its response: a value,
// or what typed_reply.h says; or as function(Request, TypedCall<Serialiser>&)
// by a BlockingServer; or as function(Request, TypedResponder<Serialiser>) by
// an AsyncServer, and returns nothing. A Request of views is valid until it
// returns.
//= spec/wire.md#FR-ERR-015
//= spec/wire.md#FR-ERR-016
template <typename Serialiser, typename Request = DefaultValue<Serialiser>,
          typename Function>
TypedFunction<Serialiser, Request, Function> TypedHandler(
    Function function, Serialiser serialiser = Serialiser()) {
  return {std::move(function), std::move(serialiser)};
}

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_TYPED_HANDLER_H_
