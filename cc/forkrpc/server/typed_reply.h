// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TypedReply: what a typed function returns that may also fail: a value, or
// EndWorker(status).
//
// As Reply (reply.h), before its value is encoded. A typed function that never
// fails returns the value by itself. Thread-compatible.
//
//   #include "forkrpc/serialiser/raw.h"
//   #include "forkrpc/server/typed_handler.h"
//   #include "forkrpc/server/worker_main.h"
//
//   using Raw = forkrpc::RawSerialiser;
//
//   forkrpc::TypedReply<Raw> Greet(std::string name) {
//     if (name.empty()) {
//       return forkrpc::EndWorker(absl::InvalidArgumentError("whom?"));
//     }
//     return "hello, " + name;
//   }
//
//   int main() {
//     return forkrpc::WorkerMain(forkrpc::TypedHandler<Raw>(Greet));
//   }

#ifndef FORKRPC_SERVER_TYPED_REPLY_H_
#define FORKRPC_SERVER_TYPED_REPLY_H_

#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/serialiser.h"
#include "forkrpc/serialiser/typed.h"
#include "forkrpc/server/reply.h"

namespace forkrpc {

template <typename Serialiser, typename Value = DefaultValue<Serialiser>>
class TypedReply {
 public:
  // All implicit: a function returns what its response is.
  // NOLINTBEGIN(google-explicit-constructor)
  TypedReply(Value value) : reply_(std::move(value)) {}
  TypedReply(std::initializer_list<absl::string_view> value)
      : reply_(Value(value.begin(), value.end())) {}
  TypedReply(EndWorker end) : reply_(std::move(end)) {}
  // NOLINTEND(google-explicit-constructor)

  const std::variant<Value, EndWorker>& reply() const { return reply_; }

 private:
  std::variant<Value, EndWorker> reply_;
};

// The Reply of a typed function's result: a value of any type that the
// serialiser can encode, a TypedReply, a Reply, EndWorker(status) or
// AnswerLater(). A value that cannot be encoded is a failure of the function.
template <typename Serialiser, typename Result>
Reply EncodeReply(const Serialiser& serialiser, const Result& result) {
  static_assert(
      !server_internal::IsStatus<Result>::value,
      "a typed function must not return an absl::Status or StatusOr: its "
      "serialiser has no response that means an error. Return the value, or "
      "forkrpc::TypedReply, and where the function fails, and the worker with "
      "it, forkrpc::EndWorker(status); protobuf_service.h has errors of single "
      "calls");
  if constexpr (std::is_same<Result, Reply>::value ||
                std::is_same<Result, EndWorker>::value ||
                std::is_same<Result, AnswerLater>::value) {
    return result;
  } else if constexpr (!server_internal::IsStatus<Result>::value) {
    static_assert(CanEncode<Serialiser, Result>::value,
                  "the serialiser cannot encode what the function returns");
    std::string payload;
    const absl::Status encoded = serialiser.Encode(result, &payload);
    if (!encoded.ok()) return EndWorker(encoded);
    return payload;
  }
}
template <typename Serialiser, typename Value>
Reply EncodeReply(const Serialiser& serialiser,
                  const TypedReply<Serialiser, Value>& result) {
  return std::visit(
      [&](const auto& reply) { return EncodeReply(serialiser, reply); },
      result.reply());
}

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_TYPED_REPLY_H_
