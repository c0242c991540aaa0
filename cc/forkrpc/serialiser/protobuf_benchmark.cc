// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The lists of string_pack_benchmark.cc as protobuf, payload and message
// reused. A program of its own, so that the other one links no protobuf.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "benchmark/benchmark.h"
#include "forkrpc/rpc.pb.h"
#include "forkrpc/serialiser/protobuf.h"

namespace forkrpc {
namespace {

v1::StringList ListOf(int64_t count) {
  v1::StringList list;
  for (int64_t i = 0; i < count; ++i) {
    list.add_item(std::string(static_cast<size_t>(8 + i * 37 % 57), 'x'));
  }
  return list;
}

void EncodeStringList(benchmark::State& state) {
  const ProtobufSerialiser serialiser;
  const v1::StringList list = ListOf(state.range(0));
  std::string payload;
  for (auto _ : state) {
    payload.clear();
    if (!serialiser.Encode(list, &payload).ok()) std::abort();
    benchmark::DoNotOptimize(payload.data());
    benchmark::ClobberMemory();
  }
}

void DecodeStringList(benchmark::State& state) {
  const ProtobufSerialiser serialiser;
  const std::string payload = ListOf(state.range(0)).SerializeAsString();
  v1::StringList list;
  for (auto _ : state) {
    if (!serialiser.Decode(payload, &list).ok()) std::abort();
    benchmark::DoNotOptimize(list.item_size());
    benchmark::ClobberMemory();
  }
}

BENCHMARK(EncodeStringList)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(DecodeStringList)->Arg(1)->Arg(3)->Arg(100);

}  // namespace
}  // namespace forkrpc

BENCHMARK_MAIN();
