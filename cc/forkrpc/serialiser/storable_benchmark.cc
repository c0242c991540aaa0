// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The lists of string_pack_benchmark.cc as Storable images, the payload reused,
// from and to strings and values.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "benchmark/benchmark.h"
#include "forkrpc/serialiser/storable.h"
#include "forkrpc/serialiser/value.h"

namespace forkrpc {
namespace {

std::vector<std::string> StringsOf(int64_t count) {
  std::vector<std::string> strings;
  for (int64_t i = 0; i < count; ++i) {
    strings.emplace_back(static_cast<size_t>(8 + i * 37 % 57), 'x');
  }
  return strings;
}

std::vector<Value> ValuesOf(int64_t count) {
  std::vector<Value> values;
  for (const std::string& string : StringsOf(count)) {
    values.push_back(Value::Octets(string));
  }
  return values;
}

template <typename Serialiser, typename List>
void Encode(benchmark::State& state, const List& list) {
  const Serialiser serialiser;
  std::string payload;
  for (auto _ : state) {
    payload.clear();
    if (!serialiser.Encode(list, &payload).ok()) std::abort();
    benchmark::DoNotOptimize(payload.data());
    benchmark::ClobberMemory();
  }
}

template <typename Serialiser>
void EncodeStrings(benchmark::State& state) {
  Encode<Serialiser>(state, StringsOf(state.range(0)));
}

template <typename Serialiser>
void EncodeValues(benchmark::State& state) {
  Encode<Serialiser>(state, ValuesOf(state.range(0)));
}

template <typename Serialiser>
void DecodeValues(benchmark::State& state) {
  const Serialiser serialiser;
  std::string payload;
  if (!serialiser.Encode(ValuesOf(state.range(0)), &payload).ok()) std::abort();
  std::vector<Value> items;
  for (auto _ : state) {
    if (!serialiser.Decode(payload, &items).ok()) std::abort();
    benchmark::DoNotOptimize(items.data());
    benchmark::ClobberMemory();
  }
}

BENCHMARK_TEMPLATE(EncodeStrings, StorableSerialiser)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK_TEMPLATE(EncodeValues, StorableSerialiser)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK_TEMPLATE(DecodeValues, StorableSerialiser)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK_TEMPLATE(EncodeStrings, NetworkStorableSerialiser)->Arg(3);
BENCHMARK_TEMPLATE(EncodeValues, NetworkStorableSerialiser)->Arg(3);
BENCHMARK_TEMPLATE(DecodeValues, NetworkStorableSerialiser)->Arg(3);

}  // namespace
}  // namespace forkrpc

BENCHMARK_MAIN();
