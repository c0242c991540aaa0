// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// AsioLoop: the EventLoop of a program that uses standalone Asio.
//
// basic_asio_loop.h has its members and what they promise: one thread runs the
// io_context, the program's or one of its own; Post() is for any thread.
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

#include "forkrpc/event_loop/basic_asio_loop.h"

namespace forkrpc {

struct StandaloneAsio {
  using IoContext = asio::io_context;
};

using AsioLoop = BasicAsioLoop<StandaloneAsio>;

extern template class BasicAsioLoop<StandaloneAsio>;

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_ASIO_LOOP_H_
