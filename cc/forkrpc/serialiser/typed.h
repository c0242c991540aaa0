// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// DecodeAs, DefaultValue: what typed calls and typed functions have in common.
//
// Any thread.
//
//   #include "forkrpc/serialiser/raw.h"
//
//   absl::StatusOr<std::string> text = forkrpc::DecodeAs<std::string>(
//       forkrpc::RawSerialiser(), "hi", "the response");

#ifndef FORKRPC_SERIALISER_TYPED_H_
#define FORKRPC_SERIALISER_TYPED_H_

#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/serialiser/serialiser.h"

namespace forkrpc {

namespace serialiser_internal {

template <typename S, typename = void>
struct ValueOf {
  using Type = void;
};
template <typename S>
struct ValueOf<S, std::void_t<typename S::Value>> {
  using Type = typename S::Value;
};

}  // namespace serialiser_internal

// S::Value; void if there is none, and then the type must be given.
template <typename S>
using DefaultValue = typename serialiser_internal::ValueOf<S>::Type;

// Decodes `payload`, which is `what`. Errors are those of the serialiser, and
// say so: DataLoss: "the response cannot be decoded: ...".
template <typename T, typename S>
absl::StatusOr<T> DecodeAs(const S& serialiser, absl::string_view payload,
                           absl::string_view what) {
  static_assert(CanDecode<S, T>::value,
                "the serialiser cannot decode to this type: give another one");
  T value;
  const absl::Status status = serialiser.Decode(payload, &value);
  if (status.ok()) return value;
  return absl::Status(
      status.code(),
      absl::StrCat(what, " cannot be decoded: ", status.message()));
}

}  // namespace forkrpc

#endif  // FORKRPC_SERIALISER_TYPED_H_
