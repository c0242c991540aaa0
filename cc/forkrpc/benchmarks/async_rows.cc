// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/benchmarks/async_rows.h"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "forkrpc/benchmarks/bench_table.h"
#include "forkrpc/benchmarks/hand_written.h"
#include "forkrpc/benchmarks/paired.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/event_loop/libuv_loop.h"

namespace forkrpc {
namespace {

// Keeps calls in flight: each response starts the next call, in its callback.
class Calls {
 public:
  Calls(size_t in_flight, size_t payload_size, int wire_buffer = 0,
        PayloadLifetime lifetime = PayloadLifetime::kBorrow)
      : request_(payload_size, 'r') {
    call_options_.payload = lifetime;
    forkrpc::WorkerOptions options;
    options.on_destroy = [this] { loop_.Stop(); };
    worker_ = OrDie(Worker::Spawn(BenchWorker(0, "async-loop", 0, wire_buffer),
                                  std::move(options), &loop_));
    for (size_t i = 0; i < in_flight; ++i) Start();
  }
  ~Calls() {
    ending_ = true;
    worker_ = nullptr;
    loop_.Run();
  }

  // Completes at least `calls`; returns how many.
  int64_t Run(int64_t calls) {
    const int64_t before = done_;
    enough_ = done_ + calls;
    loop_.Run();
    return done_ - before;
  }

  pid_t pid() const { return worker_->pid(); }

 private:
  void Start() {
    worker_->Call(request_, call_options_,
                  [this](absl::StatusOr<absl::string_view> response) {
                    if (ending_) return;
                    if (!response.ok()) std::abort();
                    if (++done_ == enough_) loop_.Stop();
                    Start();
                  });
  }

  const std::string request_;
  CallOptions call_options_;
  LibuvLoop loop_;
  std::unique_ptr<Worker> worker_;
  int64_t done_ = 0;
  int64_t enough_ = 0;
  bool ending_ = false;
};

void OneAtATime() {
  const std::string request(kSmall, 'r');
  char response[kSmall];
  RawChild raw(0, "raw-epoll"), raw_again(0, "raw-epoll");
  EpollPingPong loop(raw.fd(), kSmall), loop_again(raw_again.fd(), kSmall);
  const auto ping = [&](EpollPingPong* through) {
    for (int i = 0; i < 100; ++i) through->Run(request.data(), response);
    return 100;
  };
  const Paired control = MeasurePaired([&] { return ping(&loop); },
                                       [&] { return ping(&loop_again); });
  PrintRow("control: raw epoll against itself, 16 B", Micros(control.b),
           Micros(control.a), control.ratio(), "1.00");
  Calls calls(1, kSmall);
  const Paired p = MeasurePaired([&] { return ping(&loop); },
                                 [&] { return calls.Run(100); });
  PrintRow("event loop: 16 B call", Micros(p.b), Micros(p.a), p.ratio(),
           "<= 1.50");
}

void Memory() {
  // A call more, so that it is known to be up.
  Calls calls(1, kSmall);
  calls.Run(1);
  absl::PrintF(
      "| event loop: child's peak memory, KiB | %d | - | - | < 5120 |\n",
      PeakMemory(calls.pid()));
}

// With the kernel's own buffers most of a large payload does not fit, and is
// written in pieces while the other end reads; with larger ones, for both
// loops, it fits.
void Large(const std::string& how, int wire_buffer, PayloadLifetime lifetime,
           const std::string& wanted) {
  const std::string request(kLarge, 'r');
  std::vector<char> response(kLarge);
  RawChild raw(0, "raw", kLarge, wire_buffer);
  Calls calls(1, kLarge, wire_buffer, lifetime);
  const Paired p = MeasurePaired(
      [&] {
        RawPingPong(raw.fd(), request.data(), response.data(), kLarge);
        return 1;
      },
      [&] { return calls.Run(1); });
  PrintRow("event loop: 1 MiB echo, " + how + ", octets/s", Micros(p.b),
           Micros(p.a), 1 / p.ratio(), wanted);
}

void Many() {
  RawChild frames(0, "frames");
  BatchingFrameLoop loop(frames.fd(), kInFlight, kSmall);
  Calls calls(kInFlight, kSmall);
  const Paired p = MeasurePaired([&] { return loop.Run(10000); },
                                 [&] { return calls.Run(10000); });
  PrintRow("event loop: 1000 calls of 16 B in flight, callbacks, calls/s",
           Rate(p.b), Rate(p.a), 1 / p.ratio(), ">= 0.30, > 2.1 M/s");
}

}  // namespace

void PrintAsyncRows(absl::string_view only) {
  if (only.empty() || only == "one") OneAtATime();
  if (only.empty() || only == "memory") Memory();
  if (only.empty() || only == "large") {
    Large("borrowed", 0, PayloadLifetime::kBorrow, ">= 0.80");
    Large("copied", 0, PayloadLifetime::kCopy, "-");
    Large("borrowed, buffers of 1 MiB", 1 << 20, PayloadLifetime::kBorrow,
          ">= 0.80");
  }
  if (only.empty() || only == "many") Many();
}

}  // namespace forkrpc
