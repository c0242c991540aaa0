// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Example 3, the parent: awaits its calls, as if they were functions. C++20.
//
// usage: arithmetic_parent [WORKER]

#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "forkrpc/client/worker.h"
#include "forkrpc/coro/co_call.h"
#include "forkrpc/coro/task.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/serialiser/string_pack.h"

namespace {

using forkrpc::Task;

Task<absl::StatusOr<std::string>> Calculate(forkrpc::Worker* worker,
                                            std::string function, std::string a,
                                            std::string b) {
  std::string request;
  absl::Status status = forkrpc::EncodeStringPack(
      std::vector<std::string>{function, a, b}, &request);
  if (!status.ok()) co_return status;
  absl::StatusOr<std::string> response =
      co_await forkrpc::CoCall(worker, request);
  if (!response.ok()) co_return response.status();
  std::vector<std::string> results;
  status = forkrpc::DecodeStringPack(*response, &results);
  if (!status.ok()) co_return status;
  if (results.size() != 1) co_return absl::InternalError("not one result");
  co_return results[0];
}

Task<absl::Status> Talk(forkrpc::Worker* worker) {
  absl::StatusOr<std::string> sum = co_await Calculate(worker, "add", "1", "3");
  if (!sum.ok()) co_return sum.status();
  std::cout << *sum << "\n";
  absl::StatusOr<std::string> product =
      co_await Calculate(worker, "mul", "3", "2");
  if (!product.ok()) co_return product.status();
  std::cout << *product << "\n";
  co_return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  forkrpc::LibuvLoop loop;
  forkrpc::SpawnOptions program;
  program.argv = {argc > 1 ? argv[1] : "./arithmetic_worker"};
  forkrpc::WorkerOptions options;
  options.on_destroy = [&] { loop.Stop(); };
  auto worker = forkrpc::Worker::Spawn(program, std::move(options), &loop);
  if (!worker.ok()) {
    std::cerr << worker.status() << "\n";
    return 1;
  }

  absl::Status end;
  Task<absl::Status> talk = Talk(worker->get());
  talk.Start([&](absl::Status status) {
    end = std::move(status);
    (*worker)->Drain();
  });
  loop.Run();
  return end.ok() ? 0 : 1;
}
