// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ServerLink: the way from any thread to an AsyncServer, for as long as there
// is one.
//
// Held by the server's core and by whoever may have something for it in another
// thread. The core cuts the link when the service ends; from then on the loop,
// which may be destroyed next, is not touched. Not for users.
//
//   forkrpc::LibuvLoop loop;
//   forkrpc::ServerLink link(&loop, /*core=*/{});
//   // From any thread. Here it never runs: there is no core.
//   link.Post([](forkrpc::AsyncServerCore&) { std::abort(); });
//   link.Cut();

#ifndef FORKRPC_SERVER_SERVER_LINK_H_
#define FORKRPC_SERVER_SERVER_LINK_H_

#include <memory>
#include <mutex>
#include <utility>

#include "forkrpc/event_loop/event_loop.h"

namespace forkrpc {

class AsyncServerCore;

// Invariant: loop_ is not null only while the service goes on, and then it is
// not destroyed.
class ServerLink {
 public:
  ServerLink(EventLoop* loop, std::weak_ptr<AsyncServerCore> core)
      : core_(std::move(core)), loop_(loop) {}
  ServerLink(const ServerLink&) = delete;
  ServerLink& operator=(const ServerLink&) = delete;

  // From any thread: runs `task` as task(AsyncServerCore&) in the loop's, or
  // never, if the service ends before.
  template <typename Task>
  void Post(Task task) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (loop_ == nullptr) return;
    loop_->Post([core = core_, task = std::move(task)]() mutable {
      const std::shared_ptr<AsyncServerCore> there = core.lock();
      if (there != nullptr) task(*there);
    });
  }

  // In the loop's thread.
  void Cut() {
    const std::lock_guard<std::mutex> lock(mutex_);
    loop_ = nullptr;
  }

 private:
  const std::weak_ptr<AsyncServerCore> core_;
  // Not absl::Mutex: ThreadSanitizer cannot see into a distribution's Abseil.
  std::mutex mutex_;
  EventLoop* loop_;  // guarded by mutex_
};

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_SERVER_LINK_H_
