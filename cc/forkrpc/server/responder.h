// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Responder: the answer that a call of an AsyncServer is still owed.
//
// Belongs to the loop's thread; ThreadResponder to whichever has it. Each may
// outlive the server. A responder that is destroyed without having been used is
// never silent: the server logs it, and once the parent has half-closed and all
// other calls are answered, the worker ends with a status other than 0, so that
// the parent's call fails.
//
//   timer->Set(...);  // and later:
//   absl::Status status = responder.Respond("done");

#ifndef FORKRPC_SERVER_RESPONDER_H_
#define FORKRPC_SERVER_RESPONDER_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "forkrpc/connection/connection.h"

namespace forkrpc {

class AsyncServerCore;
class ThreadResponder;

// Invariant: core_ is null iff it was moved from or used.
class Responder {
 public:
  Responder(Responder&& other) noexcept
      : core_(std::exchange(other.core_, nullptr)), call_(other.call_) {}
  Responder& operator=(Responder&& other) noexcept {
    std::swap(core_, other.core_);
    std::swap(call_, other.call_);
    return *this;
  }
  ~Responder() {
    if (core_ != nullptr) Drop();
  }

  // Answers the call. The payload is copied or written before this returns.
  // Errors: FailedPrecondition if it was answered before; ResourceExhausted if
  // the payload is too long, and then the call may still be answered; what
  // became of the connection, if it is gone.
  absl::Status Respond(absl::string_view payload);

  // The function has failed: what was answered before is written, then the
  // service ends with `why` and the worker with it. There is no response that
  // means an error on this wire.
  //= spec/wire.md#FR-ERR-008
  void Fail(absl::Status why);

  // Sends an event: before this call's response if it is sent before it.
  absl::Status SendEvent(absl::string_view payload);

  CallId call() const { return call_; }

  // For answering from another thread.
  ThreadResponder ForThread() &&;

 private:
  friend class AsyncServerCore;
  friend class ThreadResponder;
  Responder(AsyncServerCore* core, CallId call) : core_(core), call_(call) {}

  void Drop();

  AsyncServerCore* core_;
  CallId call_;
};

// The same for any one thread at a time. The server's loop must still exist
// when it is used or destroyed.
class ThreadResponder {
 public:
  ThreadResponder(ThreadResponder&& other) noexcept
      : core_(std::exchange(other.core_, nullptr)), call_(other.call_) {}
  ThreadResponder& operator=(ThreadResponder&& other) noexcept {
    std::swap(core_, other.core_);
    std::swap(call_, other.call_);
    return *this;
  }
  ~ThreadResponder();

  // As Responder's; what they would return is logged by the server. The second
  // does nothing.
  void Respond(std::string payload);
  void Fail(absl::Status why);

 private:
  friend class Responder;
  ThreadResponder(AsyncServerCore* core, CallId call)
      : core_(core), call_(call) {}

  AsyncServerCore* core_;
  CallId call_;
};

}  // namespace forkrpc

#endif  // FORKRPC_SERVER_RESPONDER_H_
