// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CoHandler: a worker's function that is a coroutine, for an AsyncServer.
//
// C++20. Each request gets a coroutine of its own; what one waits for does not
// hold up the others. The function returns a Task of the response, or of
// absl::StatusOr of it: an error ends the worker, see Responder::Fail. When the
// service ends, the coroutines that are left are destroyed where they wait. The
// server must not be destroyed from inside one of them. The loop's thread.
//
//   Task<std::string> Handle(std::string request) {
//     co_await CoSleepUntil(loop, MonotonicNow() + absl::Seconds(1));
//     co_return request;
//   }
//
//   int main() { return AsyncWorkerMain(CoHandler(Handle)); }

#ifndef FORKRPC_CORO_CO_HANDLER_H_
#define FORKRPC_CORO_CO_HANDLER_H_

#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/coro/task.h"
#include "forkrpc/server/async_server.h"
#include "forkrpc/server/responder.h"

namespace forkrpc {

namespace coro_internal {

inline void Answer(Responder responder, const std::string& response) {
  const absl::Status sent = responder.Respond(response);
  // Too long: there is nothing else to say to this call. Does nothing if it is
  // the connection that has ended.
  if (!sent.ok()) responder.Fail(sent);
}

inline void Answer(Responder responder,
                   const absl::StatusOr<std::string>& response) {
  if (response.ok()) {
    Answer(std::move(responder), *response);
  } else {
    responder.Fail(response.status());
  }
}

// The calls of one server. Invariant: a call is in calls_ until its task ends.
template <typename Function>
class CoCalls {
 public:
  explicit CoCalls(Function function) : function_(std::move(function)) {}
  CoCalls(const CoCalls&) = delete;
  CoCalls& operator=(const CoCalls&) = delete;

  void Serve(absl::string_view request, Responder responder) {
    calls_.push_back(
        {std::move(responder), std::invoke(function_, std::string(request))});
    const auto call = std::prev(calls_.end());
    call->task.Start([this, call](const Result& result) {
      std::list<Call> ended;
      ended.splice(ended.end(), calls_, call);
      Answer(std::move(call->responder), result);
    });
  }

 private:
  using TaskType = std::invoke_result_t<Function&, std::string>;
  template <typename T>
  static T ResultOf(const Task<T>*);
  using Result = decltype(ResultOf(static_cast<TaskType*>(nullptr)));

  struct Call {
    Responder responder;
    TaskType task;
  };

  Function function_;      // its captures are what the tasks use
  std::list<Call> calls_;  // so these are destroyed first
};

}  // namespace coro_internal

template <typename Function>
AsyncHandler CoHandler(Function function) {
  return [calls = std::make_unique<coro_internal::CoCalls<Function>>(std::move(
              function))](absl::string_view request, Responder responder) {
    calls->Serve(request, std::move(responder));
  };
}

}  // namespace forkrpc

#endif  // FORKRPC_CORO_CO_HANDLER_H_
