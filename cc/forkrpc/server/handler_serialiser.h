// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// HandlerSerialiser: the name of the serialiser that a worker's function uses.
//
// A function that knows its serialiser, as TypedHandler and ProtobufService
// make them, has a member serialiser() that returns the name, a literal. Any
// thread.
//
//   #include "forkrpc/serialiser/string_pack.h"
//   #include "forkrpc/server/typed_handler.h"
//
//   const auto handler = forkrpc::TypedHandler<forkrpc::StringPackSerialiser>(
//       [](std::vector<std::string> words) { return words; });
//   std::cout << forkrpc::HandlerSerialiser(handler) << "\n";

#ifndef FORKRPC_SERVER_HANDLER_SERIALISER_H_
#define FORKRPC_SERVER_HANDLER_SERIALISER_H_

#include <type_traits>
#include <utility>

#include "absl/strings/string_view.h"

namespace forkrpc {
namespace server_internal {

template <typename Handler, typename = void>
struct NamesSerialiser : std::false_type {};
template <typename Handler>
struct NamesSerialiser<
    Handler, std::void_t<decltype(std::declval<const Handler&>().serialiser())>>
    : std::true_type {};

}  // namespace server_internal

// Empty if the function takes octets: then nothing is known.
template <typename Handler>
absl::string_view HandlerSerialiser(const Handler& handler) {
  if constexpr (server_internal::NamesSerialiser<Handler>::value) {
    return handler.serialiser();
  } else {
    (void)handler;
    return {};
  }
}

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_HANDLER_SERIALISER_H_
