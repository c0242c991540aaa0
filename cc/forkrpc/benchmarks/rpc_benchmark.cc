// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What a call costs, as a ratio to hand-written loops in the same run.
//
// Every row alternates short slices of both (paired.h); the control rows are a
// loop against itself and tell how far the others can be trusted. Prints a
// table in Markdown. `rpc_benchmark many` runs the row with many calls only,
// `rpc_benchmark one` and `two` those with one small call on one core or on a
// core each, `async` those on an event loop, `async-one`, `async-memory`,
// `async-large` and `async-many` one of them.

#include <sched.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "forkrpc/benchmarks/async_rows.h"
#include "forkrpc/benchmarks/bench_table.h"
#include "forkrpc/benchmarks/hand_written.h"
#include "forkrpc/benchmarks/paired.h"
#include "forkrpc/client/blocking_client.h"
#include "forkrpc/client/pipelined_client.h"

namespace forkrpc {
namespace {

std::unique_ptr<BlockingClient> Library(int cpu, const std::string& mode) {
  BlockingClientOptions options;
  options.connection.form = Form::kSync;
  if (mode == "sync-spin") options.spin = absl::Seconds(1);
  return OrDie(
      BlockingClient::Spawn(BenchWorker(cpu, mode, 0), std::move(options)));
}

void PingPong(const std::string& placement, int child_cpu) {
  const std::string request(kSmall, 'r');
  char response[kSmall];
  RawChild raw(child_cpu, "raw"), raw_again(child_cpu, "raw");
  const auto ping = [&](const RawChild& child) {
    for (int i = 0; i < 100; ++i) {
      RawPingPong(child.fd(), request.data(), response, kSmall);
    }
    return 100;
  };
  const auto call = [&request](BlockingClient* client) {
    for (int i = 0; i < 100; ++i) OrDie(client->CallView(request));
    return 100;
  };
  const Paired control =
      MeasurePaired([&] { return ping(raw); }, [&] { return ping(raw_again); });
  PrintRow("control: raw against raw, 16 B, " + placement, Micros(control.b),
           Micros(control.a), control.ratio(), "1.00");
  const auto client = Library(child_cpu, "sync");
  const Paired blocking = MeasurePaired([&] { return ping(raw); },
                                        [&] { return call(client.get()); });
  PrintRow("16 B call, " + placement, Micros(blocking.b), Micros(blocking.a),
           blocking.ratio(), child_cpu == 0 ? "<= 1.15" : "-");
  if (child_cpu == 0) {
    const int peak = PeakMemory(client->process()->pid());
    absl::PrintF("| child's peak memory, KiB | %d | - | - | < 4096 |\n", peak);
    return;
  }
  const auto spinning = Library(child_cpu, "sync-spin");
  RawChild raw_spin(child_cpu, "raw-spin");
  const Paired spin = MeasurePaired([&] { return ping(raw); },
                                    [&] { return call(spinning.get()); });
  PrintRow("16 B call, spinning, against raw blocking, " + placement,
           Micros(spin.b), Micros(spin.a), spin.ratio(), "<= 0.30");
}

void ManyInFlight() {
  const std::string request(kSmall, 'r');
  RawChild frames(0, "frames");
  BatchingFrameLoop loop(frames.fd(), kInFlight, kSmall);
  const auto client =
      OrDie(PipelinedClient::Spawn(BenchWorker(0, "async", 0), {}));
  for (size_t i = 0; i < kInFlight; ++i) OrDie(client->Start(request));
  const Paired p = MeasurePaired([&] { return loop.Run(10000); },
                                 [&] {
                                   for (int i = 0; i < 10000; ++i) {
                                     if (!client->WaitAny().response.ok())
                                       std::abort();
                                     if (!client->Start(request).ok())
                                       std::abort();
                                   }
                                   return 10000;
                                 });
  PrintRow("1000 calls of 16 B in flight, one core, calls/s", Rate(p.b),
           Rate(p.a), 1 / p.ratio(), ">= 0.50");
}

void LargeEcho() {
  const std::string request(kLarge, 'r');
  std::vector<char> response(kLarge);
  RawChild raw(0, "raw", kLarge), raw_again(0, "raw", kLarge);
  const auto ping = [&](const RawChild& child) {
    RawPingPong(child.fd(), request.data(), response.data(), kLarge);
    return 1;
  };
  const Paired control =
      MeasurePaired([&] { return ping(raw); }, [&] { return ping(raw_again); });
  PrintRow("control: raw against raw, 1 MiB, one core, octets/s",
           Micros(control.b), Micros(control.a), 1 / control.ratio(), "1.00");
  const auto client = Library(0, "sync");
  const Paired p = MeasurePaired([&] { return ping(raw); },
                                 [&] {
                                   OrDie(client->CallView(request));
                                   return 1;
                                 });
  PrintRow("1 MiB echo, one core, octets/s", Micros(p.b), Micros(p.a),
           1 / p.ratio(), ">= 0.80");
}

void Run(absl::string_view only) {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(0, &cpus);
  if (sched_setaffinity(0, sizeof(cpus), &cpus) != 0) {
    std::perror("sched_setaffinity");
    std::exit(1);
  }
  absl::PrintF(
      "| what | forkrpc | hand-written | ratio | wanted |\n"
      "|---|---:|---:|---:|---:|\n");
  if (only == "many") return ManyInFlight();
  if (only == "one") return PingPong("one core", 0);
  if (only == "two") return PingPong("a core each", 1);
  if (absl::ConsumePrefix(&only, "async")) {
    absl::ConsumePrefix(&only, "-");
    return PrintAsyncRows(only);
  }
  PingPong("one core", 0);
  LargeEcho();
  ManyInFlight();
  PrintAsyncRows("");
  if (sysconf(_SC_NPROCESSORS_ONLN) > 1) {
    PingPong("a core each", 1);
  } else {
    absl::PrintF("| a core each: not run, there is only one | - | - | - | |\n");
  }
}

}  // namespace
}  // namespace forkrpc

int main(int argc, char** argv) { forkrpc::Run(argc > 1 ? argv[1] : ""); }
