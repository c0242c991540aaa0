// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// BasicAsioLoop: what AsioLoop (asio_loop.h) and BoostAsioLoop
// (boost_asio_loop.h) are, which differ in whose Asio they are laid over.
//
// Laid over an io_context of the program's, or over one of its own. One thread
// may run it. Makes no thread and touches no signal. Post() is for any thread;
// all else for the one that runs the io_context. Asio arms a descriptor anew
// for each time that it is ready, so a turn costs a system call more than with
// LibuvLoop. None of the descriptors that Asio opens for it is 0, 1 or 2.
//
// The two are instantiated in their sources: who includes their headers
// compiles no more than a declaration.

#ifndef FORKRPC_EVENT_LOOP_BASIC_ASIO_LOOP_H_
#define FORKRPC_EVENT_LOOP_BASIC_ASIO_LOOP_H_

#include <memory>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/statusor.h"
#include "forkrpc/event_loop/event_loop.h"

namespace forkrpc {

template <typename Library>
class AsioNative;

// `Library` names the io_context as Library::IoContext.
template <typename Library>
class BasicAsioLoop final : public EventLoop {
 public:
  using IoContext = typename Library::IoContext;

  // Makes an io_context; Run() runs it.
  BasicAsioLoop();

  // Uses `io`, which the program runs, and which outlives this. It is kept
  // running by watches with an interest, timers that are set and tasks, not by
  // this object.
  explicit BasicAsioLoop(IoContext* io);

  ~BasicAsioLoop() override;
  BasicAsioLoop(const BasicAsioLoop&) = delete;
  BasicAsioLoop& operator=(const BasicAsioLoop&) = delete;

  // Runs until Stop(), also with nothing to do, or until an exception leaves a
  // callback. May be called again.
  void Run();
  void Stop();

  absl::StatusOr<std::unique_ptr<FdWatch>> WatchFd(
      int fd, FdCallback callback) override;
  std::unique_ptr<Timer> MakeTimer(Task callback) override;
  void Defer(Task task) override;
  void Post(Task task) override;

 private:
  using Native = AsioNative<Library>;

  const std::unique_ptr<IoContext> own_io_;
  IoContext* const io_;
  // What waits in the io_context has weak references.
  std::shared_ptr<Native> native_;
  // A run that was stopped was ended by an exception: the next one, which goes
  // on where it has ended, is over at once.
  bool stop_is_left_ = false;
};

template <typename Library>
BasicAsioLoop<Library>::BasicAsioLoop()
    // One thread runs it: no locking where Asio can do without.
    : own_io_(std::make_unique<IoContext>(1)),
      io_(own_io_.get()),
      native_(Native::Make(io_)) {}

template <typename Library>
BasicAsioLoop<Library>::BasicAsioLoop(IoContext* io)
    : io_(io), native_(Native::Make(io)) {}

template <typename Library>
BasicAsioLoop<Library>::~BasicAsioLoop() {
  TellEnd();
  // What is destroyed here may call this loop.
  native_->core()->Close();
  native_ = nullptr;
}

template <typename Library>
void BasicAsioLoop<Library>::Run() {
  if (std::exchange(stop_is_left_, false)) return;
  const auto go_on = Native::KeepRunning(io_);
  io_->restart();
  // If a callback throws.
  absl::Cleanup left = [this] { stop_is_left_ = io_->stopped(); };
  io_->run();
  std::move(left).Cancel();
}

template <typename Library>
void BasicAsioLoop<Library>::Stop() {
  io_->stop();
}

template <typename Library>
absl::StatusOr<std::unique_ptr<FdWatch>> BasicAsioLoop<Library>::WatchFd(
    int fd, FdCallback callback) {
  return native_->core()->WatchFd(fd, std::move(callback));
}

template <typename Library>
std::unique_ptr<Timer> BasicAsioLoop<Library>::MakeTimer(Task callback) {
  return native_->core()->MakeTimer(std::move(callback));
}

template <typename Library>
void BasicAsioLoop<Library>::Defer(Task task) {
  native_->core()->Defer(std::move(task));
}

template <typename Library>
void BasicAsioLoop<Library>::Post(Task task) {
  native_->core()->Post(std::move(task));
}

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_BASIC_ASIO_LOOP_H_
