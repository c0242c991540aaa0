// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A worker inside a program that runs on GLib, as a GTK program does: calls and
// the program's own timer are served by the default context, in one thread.

#include <glib.h>

#include <iostream>
#include <memory>

#include "forkrpc/client/worker.h"
#include "forkrpc/event_loop/glib_loop.h"

namespace {

struct Program {
  std::unique_ptr<forkrpc::Worker> worker;
  bool failed = false;
};

gboolean Greet(gpointer data) {
  auto* const program = static_cast<Program*>(data);
  for (const char* name : {"Ada", "Grace"}) {
    program->worker->Call(
        name, [program](absl::StatusOr<absl::string_view> response) {
          if (response.ok()) std::cout << *response << "\n";
          program->failed |= !response.ok();
        });
  }
  program->worker = nullptr;  // drains: both are answered, then it ends
  return G_SOURCE_REMOVE;
}

}  // namespace

int main(int argc, char** argv) {
  GMainLoop* const main_loop = g_main_loop_new(nullptr, FALSE);
  Program program;
  {
    forkrpc::GlibLoop loop(nullptr);
    forkrpc::SpawnOptions greeter;
    greeter.argv = {argc > 1 ? argv[1] : "./greeter_worker"};
    forkrpc::WorkerOptions options;
    options.on_error = [&](const forkrpc::WorkerError& error) {
      std::cerr << error.status << "\n";
      program.failed = true;
    };
    options.on_destroy = [&] { g_main_loop_quit(main_loop); };
    auto worker = forkrpc::Worker::Spawn(greeter, options, &loop);
    if (!worker.ok()) {
      std::cerr << worker.status() << "\n";
      g_main_loop_unref(main_loop);
      return 1;
    }
    program.worker = *std::move(worker);
    g_timeout_add(10, Greet, &program);
    g_main_loop_run(main_loop);
  }
  g_main_loop_unref(main_loop);
  return program.failed ? 1 : 0;
}
