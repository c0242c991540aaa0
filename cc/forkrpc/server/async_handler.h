// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// AsyncHandler: a worker's function for an AsyncServer, of any type.
//
// Made of whatever is called as void(absl::string_view request, Responder). The
// request is valid until the function returns; the responder may be used then
// or later. Moves, does not copy. The loop's thread.
//
//   forkrpc::AsyncHandler echo = [](absl::string_view request,
//                                   forkrpc::Responder responder) {
//     responder.Respond(request).IgnoreError();
//   };
//
// Functions of values and of messages are typed_handler.h and
// protobuf_service.h; coroutines are coro/co_handler.h.

#ifndef FORKRPC_SERVER_ASYNC_HANDLER_H_
#define FORKRPC_SERVER_ASYNC_HANDLER_H_

#include <type_traits>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "forkrpc/server/handler_serialiser.h"
#include "forkrpc/server/responder.h"

namespace forkrpc {

class AsyncHandler {
 public:
  template <typename Function,
            typename = std::enable_if_t<
                !std::is_same<std::decay_t<Function>, AsyncHandler>::value &&
                std::is_invocable<std::decay_t<Function>&, absl::string_view,
                                  Responder>::value>>
  // NOLINTNEXTLINE(google-explicit-constructor): a lambda is passed as it is.
  AsyncHandler(Function&& function)
      : serialiser_(HandlerSerialiser(function)),
        function_(std::forward<Function>(function)) {
    static_assert(
        std::is_void<std::invoke_result_t<std::decay_t<Function>&,
                                          absl::string_view, Responder>>::value,
        "an asynchronous function returns nothing: what it would return is "
        "given to its responder, now or later; responder.EndWorker(status) "
        "says that it failed");
  }

  void operator()(absl::string_view request, Responder responder) {
    function_(request, std::move(responder));
  }

  // What the function's requests are packed with: see HandlerSerialiser.
  absl::string_view serialiser() const { return serialiser_; }

 private:
  absl::string_view serialiser_;
  absl::AnyInvocable<void(absl::string_view, Responder)> function_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_ASYNC_HANDLER_H_
