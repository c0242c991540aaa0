// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The lists of string_pack_benchmark.cc as CBOR, payload and list reused,
// beside what the libraries do: libcbor's own tree and nlohmann's to_cbor and
// from_cbor. In the argument, the count of strings.

#include <cbor.h>

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "forkrpc/serialiser/cbor.h"

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

std::string PayloadOf(int64_t count, CborRoot root) {
  CborOptions options;
  options.root = root;
  std::string payload;
  if (!CborSerialiser(options).Encode(ListOf(count), &payload).ok()) {
    std::abort();
  }
  return payload;
}

void Encode(benchmark::State& state) {
  const CborSerialiser serialiser;
  const std::vector<Value> list = ListOf(state.range(0));
  std::string payload;
  for (auto _ : state) {
    payload.clear();
    if (!serialiser.Encode(list, &payload).ok()) std::abort();
    benchmark::DoNotOptimize(payload.data());
    benchmark::ClobberMemory();
  }
}

void EncodeStrings(benchmark::State& state) {
  const CborSerialiser serialiser;
  const std::vector<std::string> list = StringsOf(state.range(0));
  std::string payload;
  for (auto _ : state) {
    payload.clear();
    if (!serialiser.Encode(list, &payload).ok()) std::abort();
    benchmark::DoNotOptimize(payload.data());
    benchmark::ClobberMemory();
  }
}

void Decode(benchmark::State& state) {
  const CborSerialiser serialiser;
  const std::string payload = PayloadOf(state.range(0), CborRoot::kShared);
  std::vector<Value> list;
  for (auto _ : state) {
    if (!serialiser.Decode(payload, &list).ok()) std::abort();
    benchmark::DoNotOptimize(list.data());
    benchmark::ClobberMemory();
  }
}

void LibcborLoad(benchmark::State& state) {
  const std::string payload = PayloadOf(state.range(0), CborRoot::kPlain);
  for (auto _ : state) {
    cbor_load_result result;
    cbor_item_t* item =
        cbor_load(reinterpret_cast<const unsigned char*>(payload.data()),
                  payload.size(), &result);
    benchmark::DoNotOptimize(item);
    if (item == nullptr) std::abort();
    cbor_decref(&item);
    benchmark::ClobberMemory();
  }
}

void LibcborSerialize(benchmark::State& state) {
  const std::vector<std::string> strings = StringsOf(state.range(0));
  cbor_item_t* list = cbor_new_definite_array(strings.size());
  for (const std::string& string : strings) {
    if (!cbor_array_push(list, cbor_move(cbor_build_stringn(string.data(),
                                                            string.size())))) {
      std::abort();
    }
  }
  for (auto _ : state) {
    unsigned char* octets = nullptr;
    size_t allocated = 0;
    const size_t size = cbor_serialize_alloc(list, &octets, &allocated);
    benchmark::DoNotOptimize(size);
    std::free(octets);
    benchmark::ClobberMemory();
  }
  cbor_decref(&list);
}

void NlohmannToCbor(benchmark::State& state) {
  const nlohmann::json list = StringsOf(state.range(0));
  std::vector<uint8_t> octets;
  for (auto _ : state) {
    octets.clear();
    nlohmann::json::to_cbor(list, octets);
    benchmark::DoNotOptimize(octets.data());
    benchmark::ClobberMemory();
  }
}

void NlohmannFromCbor(benchmark::State& state) {
  const std::string payload = PayloadOf(state.range(0), CborRoot::kPlain);
  for (auto _ : state) {
    const nlohmann::json list =
        nlohmann::json::from_cbor(payload.begin(), payload.end());
    benchmark::DoNotOptimize(list.size());
    benchmark::ClobberMemory();
  }
}

BENCHMARK(Encode)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(EncodeStrings)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(LibcborSerialize)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(NlohmannToCbor)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(Decode)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(LibcborLoad)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(NlohmannFromCbor)->Arg(1)->Arg(3)->Arg(100);

}  // namespace
}  // namespace forkrpc

BENCHMARK_MAIN();
