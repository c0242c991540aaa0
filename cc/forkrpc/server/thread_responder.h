// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ThreadResponder: a Responder for any one thread at a time.
//
// It may outlive the server and the loop: then what it is given goes nowhere,
// and nothing is touched. One that is destroyed without having been used is
// logged by the server, as a Responder is. Allocates one task for each use. It
// has no Flush(): a thread that ends the process posts that to the loop, to run
// behind what it has posted before, AsyncServer::Flush() first.
//
//   #include <thread>
//
//   #include "forkrpc/server/async_worker_main.h"
//
//   int main() {
//     return forkrpc::AsyncWorkerMain(
//         [](absl::string_view request, forkrpc::Responder responder) {
//           std::thread([mine = std::move(responder).ForThread(),
//                        name = std::string(request)]() mutable {
//             mine.Respond("hello, " + name);
//           }).detach();
//         });
//   }

#ifndef FORKRPC_SERVER_THREAD_RESPONDER_H_
#define FORKRPC_SERVER_THREAD_RESPONDER_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "forkrpc/connection/connection.h"

namespace forkrpc {

class ServerLink;

// Invariant: link_ is null iff this was moved from or used.
class ThreadResponder {
 public:
  ThreadResponder(ThreadResponder&&) noexcept = default;
  ThreadResponder& operator=(ThreadResponder&& other) noexcept {
    std::swap(link_, other.link_);
    std::swap(call_, other.call_);
    return *this;
  }
  ~ThreadResponder();

  // As Responder's; what they would return is logged by the server. A second
  // use does nothing.
  void Respond(std::string payload);
  void EndWorker(absl::Status why);

 private:
  friend class Responder;
  ThreadResponder(std::shared_ptr<ServerLink> link, CallId call)
      : link_(std::move(link)), call_(call) {}

  std::shared_ptr<ServerLink> link_;
  CallId call_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_THREAD_RESPONDER_H_
