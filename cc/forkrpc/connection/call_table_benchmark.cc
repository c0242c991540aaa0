// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// One call's worth of table work with N calls in flight: ours beside a general
// hash map.

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "benchmark/benchmark.h"
#include "forkrpc/connection/call_table.h"

namespace forkrpc {
namespace {

// What a connection keeps for a call.
void BM_CallTable(benchmark::State& state) {
  CallTable<uint8_t> calls;
  uint32_t oldest = 1, next = 1;
  for (int i = 0; i < state.range(0); ++i) calls.Insert(next++);
  for (auto _ : state) {
    benchmark::DoNotOptimize(calls.Insert(next++));
    benchmark::DoNotOptimize(calls.EraseQuickly(oldest++, 0));
  }
}
BENCHMARK(BM_CallTable)->Arg(1)->Arg(1000);

void BM_FlatHashMap(benchmark::State& state) {
  absl::flat_hash_map<uint32_t, uint8_t> calls;
  uint32_t oldest = 1, next = 1;
  for (int i = 0; i < state.range(0); ++i) calls[next++] = {};
  for (auto _ : state) {
    benchmark::DoNotOptimize(calls.find(next));
    calls[next++] = 1;
    calls.erase(calls.find(oldest++));
  }
}
BENCHMARK(BM_FlatHashMap)->Arg(1)->Arg(1000);

// What a worker keeps beside it: the callback.
using Callback = absl::AnyInvocable<void(int)>;

void BM_CallTableOfCallbacks(benchmark::State& state) {
  CallTable<Callback> calls;
  uint32_t oldest = 1, next = 1;
  for (int i = 0; i < state.range(0); ++i) calls.Insert(next++, [](int) {});
  for (auto _ : state) {
    benchmark::DoNotOptimize(calls.Insert(next++, [](int) {}));
    calls.Take(oldest++)(1);
  }
}
BENCHMARK(BM_CallTableOfCallbacks)->Arg(1)->Arg(1000);

}  // namespace
}  // namespace forkrpc

BENCHMARK_MAIN();
