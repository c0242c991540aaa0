// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What the two connections cost without any system call: N calls from one to
// the other and back, the octets copied as a kernel would.

#include <algorithm>
#include <string>

#include "benchmark/benchmark.h"
#include "forkrpc/connection/client_connection.h"
#include "forkrpc/connection/server_connection.h"

namespace forkrpc {
namespace {

// Moves everything that `from` wants written to `to`.
void Move(Connection* from, Connection* to) {
  while (from->unsent() > 0) {
    const absl::string_view part = from->SendBuffers()[0];
    const absl::Span<char> space = to->ReceiveBuffer();
    const size_t n = std::min(space.size(), part.size());
    std::copy_n(part.data(), n, space.data());
    to->OnReceived(n);
    from->OnSent(n);
  }
}

void BM_CallsThereAndBack(benchmark::State& state) {
  ClientOptions client_options;
  ServerOptions server_options;
  client_options.form = server_options.form =
      state.range(1) == 0 ? Form::kSync : Form::kAsync;
  ClientConnection client(client_options);
  ServerConnection server(server_options);
  const std::string request(16, 'r');
  CallId call;
  absl::string_view payload;
  for (auto _ : state) {
    for (int i = 0; i < state.range(0); ++i) {
      benchmark::DoNotOptimize(client.StartCall(request).ok());
    }
    Move(&client, &server);
    while (server.PollRequest(&call, &payload)) {
      benchmark::DoNotOptimize(server.SendResponse(call, payload).ok());
    }
    Move(&server, &client);
    while (client.PollResponse(&call, &payload)) {
      benchmark::DoNotOptimize(payload.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_CallsThereAndBack)
    ->ArgNames({"calls", "async"})
    ->ArgsProduct({{1, 1000}, {0, 1}});

}  // namespace
}  // namespace forkrpc

BENCHMARK_MAIN();
