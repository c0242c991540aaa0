// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ProtobufWorker: calls methods of a worker by name, with protobuf messages.
//
// Requests and responses are those of proto/forkrpc/rpc.proto; the worker is
// likely a ProtobufService. A method that answers with an error ends its call
// with that status, and no other. Otherwise as TypedWorker.
//
//   #include "google/protobuf/wrappers.pb.h"
//
//   using google::protobuf::StringValue;
//   forkrpc::LibuvLoop loop;
//   forkrpc::SpawnOptions program;
//   program.argv = {"./greeter"};
//   auto worker = forkrpc::ProtobufWorker::Spawn(program, {}, &loop);
//   if (!worker.ok()) return worker.status();
//   StringValue name;
//   name.set_value("Ada");
//   worker->Call<StringValue>(
//       "greeter.Greeter/Hello", name,
//       [&](absl::StatusOr<StringValue> reply) {
//         if (reply.ok()) std::cout << reply->value() << "\n";
//         loop.Stop();
//       });
//   loop.Run();

#ifndef FORKRPC_CLIENT_PROTOBUF_WORKER_H_
#define FORKRPC_CLIENT_PROTOBUF_WORKER_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/client/typed_worker.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/rpc.pb.h"
#include "forkrpc/serialiser/protobuf.h"
#include "forkrpc/serialiser/protobuf_status.h"
#include "google/protobuf/message_lite.h"

namespace forkrpc {

class ProtobufWorker {
 public:
  explicit ProtobufWorker(std::unique_ptr<Worker> worker)
      : worker_(std::move(worker)) {}

  // See Worker::Spawn. The worker is told that payloads are protobuf.
  static absl::StatusOr<ProtobufWorker> Spawn(const SpawnOptions& program,
                                              WorkerOptions options,
                                              EventLoop* loop) {
    absl::StatusOr<std::unique_ptr<Worker>> worker =
        Worker::Spawn(program, std::move(options), loop,
                      SerialiserName<ProtobufSerialiser>());
    if (!worker.ok()) return worker.status();
    return ProtobufWorker(*std::move(worker));
  }

  // `callback` gets an absl::StatusOr<Reply>.
  template <typename Reply, typename Callback>
  CallId Call(absl::string_view method,
              const google::protobuf::MessageLite& request, Callback callback) {
    return Call<Reply>(method, request, CallOptions(), std::move(callback));
  }
  template <typename Reply, typename Callback>
  CallId Call(absl::string_view method,
              const google::protobuf::MessageLite& request,
              const CallOptions& options, Callback callback) {
    v1::Request envelope;
    envelope.set_method(std::string(method));
    absl::Status encoded =
        ProtobufSerialiser().Encode(request, envelope.mutable_payload());
    if (!encoded.ok()) {
      return worker()->Refuse(
          std::move(encoded),
          [callback = std::move(callback)](
              absl::StatusOr<absl::string_view> end) mutable {
            callback(absl::StatusOr<Reply>(std::move(end).status()));
          });
    }
    return worker_.Call<v1::Response>(
        envelope, options,
        [callback = std::move(callback)](
            const absl::StatusOr<v1::Response>& response) mutable {
          callback(ReplyOf<Reply>(response));
        });
  }

  Worker* worker() const { return worker_.worker(); }

 private:
  template <typename Reply>
  static absl::StatusOr<Reply> ReplyOf(
      const absl::StatusOr<v1::Response>& response) {
    if (!response.ok()) return response.status();
    absl::Status status = FromProto(response->status());
    if (!status.ok()) return status;
    return DecodeAs<Reply>(ProtobufSerialiser(), response->payload(),
                           "the method's result");
  }

  TypedWorker<ProtobufSerialiser> worker_;
};

// For WorkerOptions::on_event: `callback` gets an absl::StatusOr<v1::Event>.
template <typename Callback>
std::function<void(absl::string_view)> ProtobufEvents(Callback callback) {
  return TypedEvents<ProtobufSerialiser, v1::Event>(std::move(callback));
}

}  // namespace forkrpc

#endif  // FORKRPC_CLIENT_PROTOBUF_WORKER_H_
