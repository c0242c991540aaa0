// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// AsioLoop: the EventLoop of a program that uses standalone Asio.
//
// Laid over an io_context of the program's, or over one of its own. One thread
// may run it. Makes no thread and touches no signal. Post() is for any thread;
// all else for the one that runs the io_context. Asio arms a descriptor anew
// for each time that it is ready, so a turn costs a system call more than with
// LibuvLoop. None of the descriptors that Asio opens for it is 0, 1 or 2.
//
//   #include <asio.hpp>
//
//   asio::io_context io;
//   forkrpc::AsioLoop loop(&io);
//   forkrpc::SpawnOptions program;
//   program.argv = {"./greeter"};
//   auto worker = forkrpc::Worker::Spawn(program, {}, &loop);
//   if (!worker.ok()) return worker.status();
//   (*worker)->Call("world", [](absl::StatusOr<absl::string_view> response) {
//     if (response.ok()) std::cout << *response << "\n";
//   });
//   worker->reset();  // drains
//   io.run();         // returns when the worker is gone

#ifndef FORKRPC_EVENT_LOOP_ASIO_LOOP_H_
#define FORKRPC_EVENT_LOOP_ASIO_LOOP_H_

#include <asio/io_context.hpp>
#include <memory>

#include "absl/status/statusor.h"
#include "forkrpc/event_loop/event_loop.h"

namespace forkrpc {

class AsioLoop final : public EventLoop {
 public:
  // Makes an io_context; Run() runs it.
  AsioLoop();

  // Uses `io`, which the program runs, and which outlives this. It is kept
  // running by watches with an interest, timers that are set and tasks, not by
  // this object.
  explicit AsioLoop(asio::io_context* io);

  ~AsioLoop() override;
  AsioLoop(const AsioLoop&) = delete;
  AsioLoop& operator=(const AsioLoop&) = delete;

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
  class Native;

  const std::unique_ptr<asio::io_context> own_io_;
  asio::io_context* const io_;
  // What waits in the io_context has weak references.
  std::shared_ptr<Native> native_;
  // A run that was stopped was ended by an exception: the next one, which goes
  // on where it has ended, is over at once.
  bool stop_is_left_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_ASIO_LOOP_H_
