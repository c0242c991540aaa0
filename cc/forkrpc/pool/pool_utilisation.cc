// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// How busy a pool keeps its workers: CPU-bound calls of 1 ms.
//
//   pool_utilisation WORKER [WORKERS [LOAD [CALLS]]]
//
// WORKER is test_worker or like it; by default 2 workers, 2 calls in each, 5000
// calls. Busy is the processor time that the calls used, divided by the time
// that passed and the number of workers. On a machine that others use too, what
// they take is missing in it. The exit status says only whether it was
// measured.

#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/pool/worker_pool.h"

namespace forkrpc {
namespace {

constexpr int kMicroseconds = 1000;

// For how long the workers have run or waited for a processor; 0 if nobody
// says.
double SecondsWithWork(const WorkerPool& pool) {
  double nanoseconds = 0;
  for (const PoolWorkerInfo& worker : pool.workers()) {
    std::ifstream file(absl::StrCat("/proc/", worker.id.pid, "/schedstat"));
    double run = 0;
    double wait = 0;
    if (file >> run >> wait) nanoseconds += run + wait;
  }
  return nanoseconds / 1e9;
}

int Measure(const std::string& worker, int workers, int load, int calls) {
  LibuvLoop loop;
  PoolOptions options;
  options.program.argv = {worker};
  options.max = workers;
  options.idle = workers;
  options.load = load;
  options.start = absl::ZeroDuration();
  options.on_destroy = [&] { loop.Stop(); };
  auto pool = WorkerPool::Create(options, &loop);
  if (!pool.ok()) {
    std::cerr << pool.status() << "\n";
    return 2;
  }
  // The first calls start the workers and are not measured.
  const int warm_up = 10 * workers;
  int made = 0;
  int ended = 0;
  int failed = 0;
  MonotonicTime begin;
  MonotonicTime end;
  double had_work = 0;
  std::function<void()> call = [&] {
    if (made == warm_up + calls) return;
    ++made;
    (*pool)->Call(absl::StrCat("busy ", kMicroseconds),
                  [&](absl::StatusOr<absl::string_view> response) {
                    if (!response.ok()) ++failed;
                    if (++ended == warm_up) {
                      begin = MonotonicNow();
                      had_work = -SecondsWithWork(**pool);
                    }
                    if (ended == warm_up + calls) {
                      end = MonotonicNow();
                      had_work += SecondsWithWork(**pool);
                      return (*pool)->Drain();
                    }
                    call();
                  });
  };
  for (int i = 0; i < 2 * workers * load; ++i) call();
  loop.Run();
  const double passed = absl::ToDoubleSeconds(end - begin);
  const double used = calls * kMicroseconds / 1e6;
  std::cout << "workers " << workers << ", load " << load << ", calls " << calls
            << " of " << kMicroseconds << " us, failed " << failed
            << ", seconds " << passed << ", busy "
            << 100 * used / passed / workers << " %, had work "
            << 100 * had_work / passed / workers << " %\n";
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace forkrpc

int main(int argc, char** argv) {
  int numbers[] = {2, 2, 5000};
  bool good = argc >= 2 && argc <= 5;
  for (int i = 2; good && i < argc; ++i) {
    good = absl::SimpleAtoi(argv[i], &numbers[i - 2]) && numbers[i - 2] > 0;
  }
  if (!good) {
    std::cerr << "usage: pool_utilisation WORKER [WORKERS [LOAD [CALLS]]]\n";
    return 2;
  }
  return forkrpc::Measure(argv[1], numbers[0], numbers[1], numbers[2]);
}
