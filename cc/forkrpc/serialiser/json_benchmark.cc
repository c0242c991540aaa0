// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The lists of string_pack_benchmark.cc as JSON, payload and list reused,
// beside what nlohmann does with its own tree. In the argument, the count of
// strings.

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "forkrpc/serialiser/json.h"

namespace forkrpc {
namespace {

std::vector<std::string> StringsOf(int64_t count) {
  std::vector<std::string> list;
  for (int64_t i = 0; i < count; ++i) {
    list.emplace_back(static_cast<size_t>(8 + i * 37 % 57), 'x');
  }
  return list;
}

std::vector<Value> ListOf(int64_t count) {
  std::vector<Value> list;
  for (const std::string& string : StringsOf(count)) {
    list.push_back(Value::Text(string));
  }
  return list;
}

std::string PayloadOf(int64_t count) {
  std::string payload;
  if (!JsonSerialiser().Encode(ListOf(count), &payload).ok()) std::abort();
  return payload;
}

void Encode(benchmark::State& state) {
  const JsonSerialiser serialiser;
  const std::vector<Value> list = ListOf(state.range(0));
  std::string payload;
  for (auto _ : state) {
    payload.clear();
    if (!serialiser.Encode(list, &payload).ok()) std::abort();
    benchmark::DoNotOptimize(payload.data());
    benchmark::ClobberMemory();
  }
}

void Decode(benchmark::State& state) {
  const JsonSerialiser serialiser;
  const std::string payload = PayloadOf(state.range(0));
  std::vector<Value> list;
  for (auto _ : state) {
    if (!serialiser.Decode(payload, &list).ok()) std::abort();
    benchmark::DoNotOptimize(list.data());
    benchmark::ClobberMemory();
  }
}

void NlohmannDump(benchmark::State& state) {
  const nlohmann::json list = StringsOf(state.range(0));
  for (auto _ : state) {
    const std::string payload = list.dump();
    benchmark::DoNotOptimize(payload.data());
    benchmark::ClobberMemory();
  }
}

void NlohmannParse(benchmark::State& state) {
  const std::string payload = PayloadOf(state.range(0));
  for (auto _ : state) {
    const nlohmann::json list = nlohmann::json::parse(payload);
    benchmark::DoNotOptimize(list.size());
    benchmark::ClobberMemory();
  }
}

BENCHMARK(Encode)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(NlohmannDump)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(Decode)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(NlohmannParse)->Arg(1)->Arg(3)->Arg(100);

}  // namespace
}  // namespace forkrpc

BENCHMARK_MAIN();
