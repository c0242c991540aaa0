// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The child of every benchmark: bench_worker CPU MODE [SIZE]. Echoes.

#include <sched.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "forkrpc/benchmarks/hand_written.h"
#include "forkrpc/server/async_worker_main.h"
#include "forkrpc/server/worker_main.h"

namespace forkrpc {
namespace {

int RunLibrary(Form form, absl::Duration spin) {
  BlockingServerOptions options;
  options.connection.form = form;
  if (form == Form::kAsync) options.flush = FlushPolicy::kWhenIdle;
  options.spin = spin;
  return WorkerMain([](ServerCall& call) { return call.request(); }, options);
}

int Run(const std::string& mode, size_t size) {
  constexpr int kWire = 0;
  if (mode == "raw") RunRawEcho(kWire, size);
  if (mode == "raw-spin") RunSpinningRawEcho(kWire, size);
  if (mode == "raw-epoll") RunEpollEcho(kWire, size);
  if (mode == "frames") RunBatchingFrameEcho(kWire);
  if (mode == "sync") return RunLibrary(Form::kSync, absl::ZeroDuration());
  if (mode == "async") return RunLibrary(Form::kAsync, absl::ZeroDuration());
  if (mode == "async-loop") {
    return AsyncWorkerMain([](absl::string_view request, Responder responder) {
      responder.Respond(request).IgnoreError();
    });
  }
  if (mode == "sync-spin") return RunLibrary(Form::kSync, absl::Seconds(1));
  return 0;
}

}  // namespace
}  // namespace forkrpc

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: bench_worker CPU MODE [SIZE]\n");
    return 2;
  }
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(std::atoi(argv[1]), &cpus);
  if (sched_setaffinity(0, sizeof(cpus), &cpus) != 0) {
    std::perror("sched_setaffinity");
    return 2;
  }
  return forkrpc::Run(argv[2], argc > 3 ? std::atoi(argv[3]) : 16);
}
