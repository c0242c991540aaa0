// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// CoHandler: a worker's function that is a coroutine, for an AsyncServer.
//
// C++20. Each request gets a coroutine of its own; what one waits for does not
// hold up the others. The function returns a Task<std::string>, the response,
// or a Task<Reply>, which may also be EndWorker(status): see reply.h. When the
// service ends, the coroutines that are left are destroyed where they wait; one
// that ends it, by destroying the server, runs until it next waits. The loop's
// thread.
//
//   #include "forkrpc/coro/task.h"
//   #include "forkrpc/server/async_worker_main.h"
//
//   forkrpc::Task<std::string> Greeting() { co_return "hello, "; }
//   forkrpc::Task<std::string> Greet(std::string name) {
//     co_return co_await Greeting() + name;
//   }
//
//   int main() {
//     return forkrpc::AsyncWorkerMain(forkrpc::CoHandler(Greet));
//   }

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
#include "absl/strings/string_view.h"
#include "forkrpc/coro/task.h"
#include "forkrpc/server/async_server.h"
#include "forkrpc/server/reply.h"
#include "forkrpc/server/responder.h"

namespace forkrpc {

namespace coro_internal {

// The calls of one server. Invariant: a call is in calls_ until its task ends
// or the service does.
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
    call->task.Start([this, call](const Reply& result) {
      std::list<Call> ended;
      ended.splice(ended.end(), calls_, call);
      call->responder.Settle(result);
    });
  }

  // The tasks that wait are destroyed, one that runs when it next waits. `self`
  // has the function, whose captures are what the tasks use.
  void Abandon(const std::shared_ptr<CoCalls>& self) {
    std::list<Call> calls;
    calls.swap(calls_);
    for (Call& call : calls) std::move(call.task).Abandon(self);
  }

 private:
  using TaskType = std::invoke_result_t<Function&, std::string>;
  template <typename T>
  static T ResultOf(const Task<T>*);
  using Result = decltype(ResultOf(static_cast<TaskType*>(nullptr)));
  static_assert(
      !server_internal::IsStatus<Result>::value,
      "a coroutine must not return an absl::StatusOr: this wire has no "
      "response "
      "that means an error. Make it a Task<forkrpc::Reply>, and where the "
      "function fails, and the worker with it, co_return "
      "forkrpc::EndWorker(status)");
  static_assert(server_internal::IsStatus<Result>::value ||
                    std::is_same<Result, std::string>::value ||
                    std::is_same<Result, Reply>::value,
                "a coroutine is a Task<std::string> or a Task<forkrpc::Reply>");

  struct Call {
    Responder responder;
    TaskType task;
  };

  Function function_;
  std::list<Call> calls_;
};

}  // namespace coro_internal

// What CoHandler() makes. Moves.
template <typename Function>
class CoFunction {
 public:
  explicit CoFunction(Function function)
      : calls_(std::make_shared<coro_internal::CoCalls<Function>>(
            std::move(function))) {}
  CoFunction(CoFunction&&) noexcept = default;
  CoFunction& operator=(CoFunction&&) = delete;
  ~CoFunction() {
    if (calls_ != nullptr) calls_->Abandon(calls_);
  }

  void operator()(absl::string_view request, Responder responder) {
    calls_->Serve(request, std::move(responder));
  }

 private:
  std::shared_ptr<coro_internal::CoCalls<Function>> calls_;
};

template <typename Function>
CoFunction<Function> CoHandler(Function function) {
  return CoFunction<Function>(std::move(function));
}

}  // namespace forkrpc

#endif  // FORKRPC_CORO_CO_HANDLER_H_
