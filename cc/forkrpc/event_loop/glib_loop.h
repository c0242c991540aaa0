// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// GlibLoop: the EventLoop of a program that uses GLib, such as a GTK program.
//
// Laid over a GMainContext of the program's, or over one of its own; everything
// has the default priority. Makes no thread and touches no signal. Post() is
// for any thread; all else for the one that runs the context. In the steady
// state it allocates nothing. None of its descriptors is 0, 1 or 2.
//
//   #include <glib.h>
//
//   forkrpc::GlibLoop loop(nullptr);  // the default context, GTK's
//   GMainLoop* const main_loop = g_main_loop_new(nullptr, FALSE);
//   forkrpc::SpawnOptions program;
//   program.argv = {"./greeter"};
//   forkrpc::WorkerOptions options;
//   options.on_destroy = [&] { g_main_loop_quit(main_loop); };
//   auto worker = forkrpc::Worker::Spawn(program, options, &loop);
//   if (!worker.ok()) return worker.status();
//   (*worker)->Call("world", [](absl::StatusOr<absl::string_view> response) {
//     if (response.ok()) std::cout << *response << "\n";
//   });
//   worker->reset();  // drains
//   g_main_loop_run(main_loop);
//   g_main_loop_unref(main_loop);

#ifndef FORKRPC_EVENT_LOOP_GLIB_LOOP_H_
#define FORKRPC_EVENT_LOOP_GLIB_LOOP_H_

#include <memory>

#include "absl/status/statusor.h"
#include "forkrpc/event_loop/event_loop.h"

using GMainContext = struct _GMainContext;
using GMainLoop = struct _GMainLoop;

namespace forkrpc {

class GlibLoop final : public EventLoop {
 public:
  // Makes a context; Run() runs it.
  GlibLoop();

  // Uses `context`, which the program runs; null is the default one.
  explicit GlibLoop(GMainContext* context);

  ~GlibLoop() override;
  GlibLoop(const GlibLoop&) = delete;
  GlibLoop& operator=(const GlibLoop&) = delete;

  // Runs until Stop(), or until an exception leaves a callback, which it throws
  // on. May be called again.
  void Run();
  void Stop();

  absl::StatusOr<std::unique_ptr<FdWatch>> WatchFd(
      int fd, FdCallback callback) override;
  std::unique_ptr<Timer> MakeTimer(Task callback) override;
  void Defer(Task task) override;
  void Post(Task task) override;

 private:
  class Native;

  std::unique_ptr<Native> native_;
};

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_GLIB_LOOP_H_
