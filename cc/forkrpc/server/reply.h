// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Reply: what a worker's function returns: its response, or that it has failed,
// or that the response comes later.
//
// On this wire no response means an error: a function that wants its caller to
// know about one says it in its payload, and one that fails ends the worker. So
// its type says so: a payload by itself, or EndWorker(status). An absl::Status
// as the result of a function does not compile, since it would read as that
// call's own error. (Protobuf methods have one: protobuf_service.h.) Holds its
// octets. Thread-compatible.
//
//   #include "forkrpc/server/worker_main.h"
//
//   forkrpc::Reply Greet(forkrpc::ServerCall& call) {
//     if (call.request().empty()) {
//       return forkrpc::EndWorker(absl::InvalidArgumentError("whom?"));
//     }
//     return absl::StrCat("hello, ", call.request());
//   }
//
//   int main() { return forkrpc::WorkerMain(Greet); }
//
// A function that never fails returns a std::string, an absl::string_view or a
// literal; that of views into its request or into what stays is not copied.

#ifndef FORKRPC_SERVER_REPLY_H_
#define FORKRPC_SERVER_REPLY_H_

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace forkrpc {

// The function has failed: this call gets no response. Earlier ones are
// written, then the worker ends with `status`, which is Unknown if it was OK.
class EndWorker {
 public:
  explicit EndWorker(absl::Status why)
      : status_(why.ok() ? absl::UnknownError("a function has failed")
                         : std::move(why)) {}

  const absl::Status& status() const { return status_; }

 private:
  absl::Status status_;
};

// In the async form: the call is answered by server()->Respond(id, payload),
// from a later call's function, or has been.
struct AnswerLater {};

namespace server_internal {

// What is a payload as it is: std::string, absl::string_view, std::string_view,
// a literal.
template <typename T>
inline constexpr bool kIsPayload =
    std::is_convertible<T, absl::string_view>::value ||
    std::is_same<std::decay_t<T>, std::string_view>::value;

template <typename T>
absl::string_view AsView(const T& payload) {
  if constexpr (std::is_convertible<const T&, absl::string_view>::value) {
    return payload;
  } else {
    return absl::string_view(payload.data(), payload.size());
  }
}

template <typename T>
struct IsStatus : std::is_same<T, absl::Status> {};
template <typename T>
struct IsStatus<absl::StatusOr<T>> : std::true_type {};

}  // namespace server_internal

// Invariant: payload_ is empty unless kind_ is kResponse; end_ is OK unless it
// is kEndWorker.
class Reply {
 public:
  enum class Kind { kResponse, kAnswerLater, kEndWorker };

  // All implicit: a function returns what its response is.
  // NOLINTBEGIN(google-explicit-constructor)
  Reply(std::string payload) : payload_(std::move(payload)) {}
  template <typename Payload, typename = std::enable_if_t<
                                  server_internal::kIsPayload<const Payload&> &&
                                  !std::is_same<Payload, std::string>::value>>
  Reply(const Payload& payload) : payload_(server_internal::AsView(payload)) {}
  Reply(forkrpc::AnswerLater) : kind_(Kind::kAnswerLater) {}
  Reply(const forkrpc::EndWorker& end)
      : kind_(Kind::kEndWorker), end_(end.status()) {}
  // NOLINTEND(google-explicit-constructor)

  Kind kind() const { return kind_; }
  const std::string& payload() const { return payload_; }
  const absl::Status& end() const { return end_; }

 private:
  Kind kind_ = Kind::kResponse;
  std::string payload_;
  absl::Status end_;
};

// Whether a function that returns a T says by that what its reply is.
template <typename T>
struct IsReply
    : std::bool_constant<std::is_convertible<T, Reply>::value &&
                         !server_internal::IsStatus<std::decay_t<T>>::value> {};

// For whoever calls functions: what to write in place of a result of type T.
template <typename T>
constexpr void CheckIsReply() {
  static_assert(
      !server_internal::IsStatus<std::decay_t<T>>::value,
      "a function must not return an absl::Status or StatusOr: this wire has "
      "no response that means an error. Return the response (std::string, "
      "absl::string_view), or forkrpc::Reply, and where the function fails, "
      "and the worker with it, forkrpc::EndWorker(status); a call's own errors "
      "are part of its payload, or those of protobuf_service.h");
  static_assert(
      !std::is_void<T>::value,
      "a function returns its response: return \"\" for an empty one, or "
      "forkrpc::AnswerLater() if server()->Respond() answers the call");
  static_assert(server_internal::IsStatus<std::decay_t<T>>::value ||
                    std::is_void<T>::value || IsReply<T>::value,
                "a function returns a std::string, an absl::string_view or a "
                "forkrpc::Reply; typed_handler.h has functions of values");
}

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_REPLY_H_
