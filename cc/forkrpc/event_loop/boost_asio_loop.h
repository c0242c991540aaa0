// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// BoostAsioLoop: the EventLoop of a program that uses Boost.Asio.
//
// basic_asio_loop.h has its members and what they promise: one thread runs the
// io_context, the program's or one of its own; Post() is for any thread.
//
//   #include <boost/asio.hpp>
//
//   boost::asio::io_context io;
//   forkrpc::BoostAsioLoop loop(&io);
//   forkrpc::SpawnOptions program;
//   program.argv = {"./greeter"};
//   auto worker = forkrpc::Worker::Spawn(program, {}, &loop);
//   if (!worker.ok()) return worker.status();
//   (*worker)->Call("world", [](absl::StatusOr<absl::string_view> response) {
//     if (response.ok()) std::cout << *response << "\n";
//   });
//   worker->reset();  // drains
//   io.run();         // returns when the worker is gone

#ifndef FORKRPC_EVENT_LOOP_BOOST_ASIO_LOOP_H_
#define FORKRPC_EVENT_LOOP_BOOST_ASIO_LOOP_H_

#include <boost/asio/io_context.hpp>

#include "forkrpc/event_loop/basic_asio_loop.h"

namespace forkrpc {

struct BoostAsio {
  using IoContext = boost::asio::io_context;
};

using BoostAsioLoop = BasicAsioLoop<BoostAsio>;

extern template class BasicAsioLoop<BoostAsio>;

}  // namespace forkrpc

#endif  // FORKRPC_EVENT_LOOP_BOOST_ASIO_LOOP_H_
