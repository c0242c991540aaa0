// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a serialiser is: the shape that code templated on a serialiser uses.
//
// Both ends agree out of band on one; nothing on the wire tells. A serialiser
// is a class of any name whose objects are cheap to copy, hold options only,
// and may be used by many threads at once. For each type of value T it has
// Encode(const T&, std::string*) and Decode(absl::string_view, T*):
//
//   struct Identity {
//     // Appends the value to `*payload`. On error `*payload` is as it was.
//     absl::Status Encode(const std::string& value,
//                         std::string* payload) const {
//       payload->append(value);
//       return absl::OkStatus();
//     }
//     // Replaces `*value`. It may keep views into `payload`, if it is of a
//     // type of views. On error `*value` may be assigned to or destroyed, no
//     // more. Malformed octets are DataLoss, too many of something
//     // ResourceExhausted.
//     absl::Status Decode(absl::string_view payload,
//                         std::string* value) const {
//       value->assign(payload.data(), payload.size());
//       return absl::OkStatus();
//     }
//     using Value = std::string;
//     static absl::string_view name() { return "identity"; }
//   };
//   static_assert(forkrpc::CanEncode<Identity, std::string>::value);
//
// `Value` is the type which a payload is most naturally decoded to, and which
// owns its octets; one that has none leaves it out. `name`, a literal, is for
// one whose payloads differ from those of others: by it the two ends of a wire
// find out that they do not agree.
//
// There is no base class, so nobody links a serialiser he does not name: raw.h,
// string_pack.h and protobuf.h are separate targets.
//
// Here Reply must own its octets, because `received` ends with the function:
//
//   #include "forkrpc/serialiser/raw.h"
//
//   std::string Exchange(const std::string& request) { return request; }
//
//   template <typename Reply, typename S, typename Request>
//   absl::StatusOr<Reply> Call(const S& serialiser, const Request& request) {
//     static_assert(forkrpc::CanEncode<S, Request>::value, "no payload");
//     static_assert(forkrpc::CanDecode<S, Reply>::value, "no Reply");
//     std::string sent;
//     absl::Status status = serialiser.Encode(request, &sent);
//     if (!status.ok()) return status;
//     const std::string received = Exchange(sent);
//     Reply reply;
//     status = serialiser.Decode(received, &reply);
//     if (!status.ok()) return status;
//     return reply;
//   }
//
//   int main() {
//     const absl::string_view request = "hi";
//     return Call<std::string>(forkrpc::RawSerialiser(), request).ok() ? 0 : 1;
//   }

#ifndef FORKRPC_SERIALISER_SERIALISER_H_
#define FORKRPC_SERIALISER_SERIALISER_H_

#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace forkrpc {
namespace serialiser_internal {

template <typename S, typename T>
using EncodeResult = decltype(std::declval<const S&>().Encode(
    std::declval<const T&>(), std::declval<std::string*>()));

template <typename S, typename T>
using DecodeResult = decltype(std::declval<const S&>().Decode(
    std::declval<absl::string_view>(), std::declval<T*>()));

template <template <typename, typename> class Result, typename S, typename T,
          typename = void>
struct GivesStatus : std::false_type {};

template <template <typename, typename> class Result, typename S, typename T>
struct GivesStatus<Result, S, T, std::void_t<Result<S, T>>>
    : std::is_same<Result<S, T>, absl::Status> {};

template <typename S, typename = void>
struct HasName : std::false_type {};
template <typename S>
struct HasName<S, std::void_t<decltype(S::name())>> : std::true_type {};

}  // namespace serialiser_internal

// Whether S can make a payload of a T.
template <typename S, typename T>
struct CanEncode
    : serialiser_internal::GivesStatus<serialiser_internal::EncodeResult, S,
                                       T> {};

// Whether S can make a T of a payload.
template <typename S, typename T>
struct CanDecode
    : serialiser_internal::GivesStatus<serialiser_internal::DecodeResult, S,
                                       T> {};

// S::name(); empty if it has none.
template <typename S>
absl::string_view SerialiserName() {
  if constexpr (serialiser_internal::HasName<S>::value) {
    return S::name();
  } else {
    return {};
  }
}

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_SERIALISER_H_
