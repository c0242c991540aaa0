// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TypedWorker: a Worker whose requests and responses are values.
//
// A thin layer: a serialiser (see serialiser.h) makes the payloads and reads
// them. As the Worker, one thread and callbacks from the loop, exactly once. A
// request that cannot be encoded, and a response that cannot be decoded, end
// their call with a status that says so; other calls go on. Links only the
// serialiser that is named.
//
//   #include "forkrpc/serialiser/string_pack.h"
//
//   forkrpc::LibuvLoop loop;
//   forkrpc::SpawnOptions program;
//   program.argv = {"./greeter"};
//   auto worker = forkrpc::TypedWorker<forkrpc::StringPackSerialiser>::Spawn(
//       program, {}, &loop);
//   if (!worker.ok()) return worker.status();
//   worker->Call({"rename", "a", "b"},
//                [&](absl::StatusOr<std::vector<std::string>> words) {
//                  if (words.ok()) std::cout << (*words)[1] << "\n";
//                  loop.Stop();
//                });
//   loop.Run();
//
// For protobuf methods by name see protobuf_worker.h.

#ifndef FORKRPC_CLIENT_TYPED_WORKER_H_
#define FORKRPC_CLIENT_TYPED_WORKER_H_

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/serialiser/serialiser.h"
#include "forkrpc/serialiser/typed.h"

namespace forkrpc {

// Destroying it drains the Worker. Moves.
template <typename Serialiser>
class TypedWorker {
 public:
  explicit TypedWorker(std::unique_ptr<Worker> worker,
                       Serialiser serialiser = Serialiser())
      : worker_(std::move(worker)), serialiser_(std::move(serialiser)) {}

  // See Worker::Spawn. The worker is told the serialiser's name.
  static absl::StatusOr<TypedWorker> Spawn(
      const SpawnOptions& program, WorkerOptions options, EventLoop* loop,
      Serialiser serialiser = Serialiser()) {
    const absl::string_view name = SerialiserName<Serialiser>();
    absl::StatusOr<std::unique_ptr<Worker>> worker =
        Worker::Spawn(program, std::move(options), loop, name);
    if (!worker.ok()) return worker.status();
    return TypedWorker(*std::move(worker), std::move(serialiser));
  }

  // Makes a call; `callback` gets an absl::StatusOr<Reply>. A Reply of views is
  // valid until it returns. Call<Reply>(...) if the serialiser names no type of
  // its own, or for another one. The rest is as Worker::Call.
  template <typename Reply = DefaultValue<Serialiser>, typename Request,
            typename Callback>
  CallId Call(const Request& request, Callback callback) {
    return Call<Reply>(request, CallOptions(), std::move(callback));
  }
  template <typename Reply = DefaultValue<Serialiser>, typename Callback>
  CallId Call(std::initializer_list<absl::string_view> request,
              Callback callback) {
    return Call<Reply>(request, CallOptions(), std::move(callback));
  }
  template <typename Reply = DefaultValue<Serialiser>, typename Callback>
  CallId Call(std::initializer_list<absl::string_view> request,
              const CallOptions& options, Callback callback) {
    return Call<Reply, std::initializer_list<absl::string_view>>(
        request, options, std::move(callback));
  }
  template <typename Reply = DefaultValue<Serialiser>, typename Request,
            typename Callback>
  CallId Call(const Request& request, const CallOptions& options,
              Callback callback) {
    static_assert(CanEncode<Serialiser, Request>::value,
                  "the serialiser cannot encode this request");
    static_assert(std::is_invocable_v<Callback&, absl::StatusOr<Reply>>,
                  "the callback must take an absl::StatusOr of the reply");
    payload_.clear();
    absl::Status encoded = serialiser_.Encode(request, &payload_);
    if (!encoded.ok()) {
      return worker_->Refuse(
          std::move(encoded),
          [callback = std::move(callback)](
              absl::StatusOr<absl::string_view> end) mutable {
            callback(absl::StatusOr<Reply>(std::move(end).status()));
          });
    }
    return worker_->Call(
        payload_, options,
        [serialiser = serialiser_, callback = std::move(callback)](
            absl::StatusOr<absl::string_view> response) mutable {
          if (response.ok()) {
            callback(DecodeAs<Reply>(serialiser, *response, "the response"));
          } else {
            callback(absl::StatusOr<Reply>(std::move(response).status()));
          }
        });
  }

  // For all else: cancelling, draining, pausing.
  Worker* worker() const { return worker_.get(); }

 private:
  std::unique_ptr<Worker> worker_;
  Serialiser serialiser_;
  std::string payload_;  // its memory is used again
};

// For WorkerOptions::on_event: `callback` gets an absl::StatusOr<Event>. An
// Event of views is valid until it returns.
template <typename Serialiser, typename Event = DefaultValue<Serialiser>,
          typename Callback>
std::function<void(absl::string_view)> TypedEvents(
    Callback callback, Serialiser serialiser = Serialiser()) {
  return [callback = std::move(callback), serialiser = std::move(serialiser)](
             absl::string_view payload) mutable {
    callback(DecodeAs<Event>(serialiser, payload, "the event"));
  };
}

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_TYPED_WORKER_H_
