// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// String-pack next to loops written by hand for this list and nothing else, in
// one run, so that the ratio is of one machine and one moment. The argument is
// the number of strings, of 8 to 64 octets each; everything is reused.
//
//   bazel run --config=opt //cc/forkrpc/serialiser:string_pack_benchmark --
//     --benchmark_enable_random_interleaving --benchmark_repetitions=9
//     --benchmark_report_aggregates_only

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "benchmark/benchmark.h"
#include "forkrpc/serialiser/string_pack.h"

namespace forkrpc {
namespace {

// The strings of a run, where they would lie in a program: each on its own.
struct List {
  explicit List(int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      strings.emplace_back(static_cast<size_t>(8 + i * 37 % 57), 'x');
    }
    views.assign(strings.begin(), strings.end());
  }
  std::vector<std::string> strings;
  std::vector<absl::string_view> views;
};

std::string PayloadOf(int64_t count) {
  std::string payload;
  if (!EncodeStringPack(List(count).strings, &payload).ok()) std::abort();
  return payload;
}

char* HandWriteLength(size_t length, char* to) {
  int shift = 0;
  while (length >> shift >= 0x80) shift += 7;
  for (; shift > 0; shift -= 7) {
    *to++ = static_cast<char>((length >> shift & 0x7f) | 0x80);
  }
  *to++ = static_cast<char>(length & 0x7f);
  return to;
}

// The loop one writes first.
void EncodeByHand(benchmark::State& state) {
  const List list(state.range(0));
  std::string payload;
  for (auto _ : state) {
    benchmark::DoNotOptimize(list.views.data());
    payload.clear();
    for (const absl::string_view item : list.views) {
      char length[10];
      const char* end = HandWriteLength(item.size(), length);
      payload.append(length, static_cast<size_t>(end - length));
      payload.append(item.data(), item.size());
    }
    benchmark::DoNotOptimize(payload.data());
    benchmark::ClobberMemory();
  }
}

// The loop of somebody who knows that his buffer is large enough.
void EncodeByHandUnchecked(benchmark::State& state) {
  const List list(state.range(0));
  std::vector<char> buffer(1 << 16);
  for (auto _ : state) {
    benchmark::DoNotOptimize(list.views.data());
    char* to = buffer.data();
    for (const absl::string_view item : list.views) {
      to = HandWriteLength(item.size(), to);
      std::memcpy(to, item.data(), item.size());
      to += item.size();
    }
    benchmark::DoNotOptimize(to);
    benchmark::ClobberMemory();
  }
}

void Encode(benchmark::State& state) {
  const List list(state.range(0));
  std::string payload;
  for (auto _ : state) {
    benchmark::DoNotOptimize(list.views.data());
    payload.clear();
    if (!EncodeStringPack(list.views, &payload).ok()) std::abort();
    benchmark::DoNotOptimize(payload.data());
    benchmark::ClobberMemory();
  }
}

// Into a buffer of the caller, its size checked.
void EncodeInPlace(benchmark::State& state) {
  const List list(state.range(0));
  std::vector<char> buffer(1 << 16);
  for (auto _ : state) {
    benchmark::DoNotOptimize(list.views.data());
    const absl::StatusOr<size_t> size = StringPackSize(list.views);
    if (!size.ok() || *size > buffer.size()) std::abort();
    benchmark::DoNotOptimize(WriteStringPack(list.views, buffer.data()));
    benchmark::ClobberMemory();
  }
}

// Decoders with a bound on reads, as any decoder of foreign octets must have.
// False if the payload is malformed.
template <typename Use>
bool DecodeLoop(absl::string_view payload, Use use) {
  const char* at = payload.data();
  const char* const end = at + payload.size();
  while (at != end) {
    uint64_t length = 0;
    unsigned char octet;
    do {
      if (at == end) return false;
      octet = static_cast<unsigned char>(*at++);
      length = length << 7 | (octet & 0x7f);
    } while (octet >= 0x80);
    if (length > static_cast<uint64_t>(end - at)) return false;
    use(absl::string_view(at, static_cast<size_t>(length)));
    at += length;
  }
  return true;
}

void DecodeByHand(benchmark::State& state) {
  const std::string payload = PayloadOf(state.range(0));
  std::vector<absl::string_view> items;
  for (auto _ : state) {
    absl::string_view from = payload;
    benchmark::DoNotOptimize(from);
    items.clear();
    if (!DecodeLoop(from, [&](absl::string_view i) {
          items.emplace_back(i.data(), i.size());
        })) {
      std::abort();
    }
    benchmark::DoNotOptimize(items.data());
    benchmark::ClobberMemory();
  }
}

void Decode(benchmark::State& state) {
  const std::string payload = PayloadOf(state.range(0));
  std::vector<absl::string_view> items;
  for (auto _ : state) {
    absl::string_view from = payload;
    benchmark::DoNotOptimize(from);
    if (!DecodeStringPack(from, &items).ok()) std::abort();
    benchmark::DoNotOptimize(items.data());
    benchmark::ClobberMemory();
  }
}

void PullByHand(benchmark::State& state) {
  const std::string payload = PayloadOf(state.range(0));
  for (auto _ : state) {
    absl::string_view from = payload;
    benchmark::DoNotOptimize(from);
    if (!DecodeLoop(from, [](absl::string_view item) {
          benchmark::DoNotOptimize(item);
        })) {
      std::abort();
    }
  }
}

void Pull(benchmark::State& state) {
  const std::string payload = PayloadOf(state.range(0));
  for (auto _ : state) {
    absl::string_view from = payload;
    benchmark::DoNotOptimize(from);
    StringPackReader reader(from);
    absl::string_view item;
    while (reader.Next(&item)) {
      absl::string_view taken = item;
      benchmark::DoNotOptimize(taken);
    }
    if (!reader.status().ok()) std::abort();
  }
}

BENCHMARK(EncodeByHand)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(EncodeByHandUnchecked)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(Encode)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(EncodeInPlace)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(DecodeByHand)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(Decode)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(PullByHand)->Arg(1)->Arg(3)->Arg(100);
BENCHMARK(Pull)->Arg(1)->Arg(3)->Arg(100);

}  // namespace
}  // namespace forkrpc

BENCHMARK_MAIN();
