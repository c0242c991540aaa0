// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The codec alone, per frame: ours beside a hand-written loop.

#include <algorithm>
#include <cstring>
#include <string>

#include "benchmark/benchmark.h"
#include "forkrpc/base/big_endian.h"
#include "forkrpc/wire/frame_decoder.h"
#include "forkrpc/wire/frame_encoder.h"

namespace forkrpc {
namespace {

constexpr int kFrames = 1000;

std::string Stream(size_t payload_size) {
  const std::string payload(payload_size, 'p');
  std::string stream;
  for (uint32_t id = 1; id <= kFrames; ++id) {
    benchmark::DoNotOptimize(
        AppendFrame(FrameLayout::kIdAndLength, id, payload, &stream).ok());
  }
  return stream;
}

void BM_Encode(benchmark::State& state) {
  const std::string payload(state.range(0), 'p');
  std::string out;
  for (auto _ : state) {
    out.clear();
    for (uint32_t id = 1; id <= kFrames; ++id) {
      benchmark::DoNotOptimize(
          AppendFrame(FrameLayout::kIdAndLength, id, payload, &out).ok());
    }
  }
  state.SetItemsProcessed(state.iterations() * kFrames);
}
BENCHMARK(BM_Encode)->Arg(16)->Arg(1024);

void BM_EncodeByHand(benchmark::State& state) {
  const std::string payload(state.range(0), 'p');
  std::string out(kFrames * (8 + payload.size()), '\0');
  for (auto _ : state) {
    char* to = &out[0];
    for (uint32_t id = 1; id <= kFrames; ++id) {
      StoreBigEndian32(id, to);
      StoreBigEndian32(static_cast<uint32_t>(payload.size()), to + 4);
      std::memcpy(to + 8, payload.data(), payload.size());
      to += 8 + payload.size();
    }
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * kFrames);
}
BENCHMARK(BM_EncodeByHand)->Arg(16)->Arg(1024);

// Both decoders copy the stream in, as a read would.
void BM_Decode(benchmark::State& state) {
  const std::string stream = Stream(state.range(0));
  FrameDecoder decoder(FrameLayout::kIdAndLength);
  for (auto _ : state) {
    absl::string_view rest = stream;
    while (!rest.empty()) {
      const absl::Span<char> space = decoder.PrepareReceive();
      const size_t n = std::min(space.size(), rest.size());
      std::memcpy(space.data(), rest.data(), n);
      decoder.CommitReceive(n);
      rest.remove_prefix(n);
      FrameView frame;
      while (decoder.Next(&frame) == DecodeResult::kFrame) {
        benchmark::DoNotOptimize(frame.payload.data());
      }
    }
  }
  state.SetItemsProcessed(state.iterations() * kFrames);
}
BENCHMARK(BM_Decode)->Arg(16)->Arg(1024);

void BM_DecodeByHand(benchmark::State& state) {
  const std::string stream = Stream(state.range(0));
  std::string in(stream.size(), '\0');
  for (auto _ : state) {
    std::memcpy(&in[0], stream.data(), stream.size());
    for (size_t at = 0; at < in.size();) {
      const uint32_t length = LoadBigEndian32(in.data() + at + 4);
      benchmark::DoNotOptimize(in.data() + at + 8);
      at += 8 + length;
    }
  }
  state.SetItemsProcessed(state.iterations() * kFrames);
}
BENCHMARK(BM_DecodeByHand)->Arg(16)->Arg(1024);

}  // namespace
}  // namespace forkrpc

BENCHMARK_MAIN();
