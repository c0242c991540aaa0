// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What the rows of rpc_benchmark share: children, and lines of the table.
//
// Ends the program where a value is an error: a benchmark has nothing to
// recover. One thread.
//
//   RawChild raw(0, "raw");
//   PrintRow("16 B call", Micros(p.b), Micros(p.a), p.ratio(), "<= 1.15");

#ifndef FORKRPC_BENCHMARKS_BENCH_TABLE_H_
#define FORKRPC_BENCHMARKS_BENCH_TABLE_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "forkrpc/process/worker_process.h"

namespace forkrpc {

constexpr size_t kSmall = 16;
constexpr size_t kLarge = 1 << 20;
constexpr size_t kInFlight = 1000;

template <typename T>
T OrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::fprintf(stderr, "%s\n", value.status().ToString().c_str());
    std::exit(1);
  }
  return *std::move(value);
}

// bench_worker on a core, in one of its modes. It is found beside this program.
// With `wire_buffer` the kernel is asked for so much; 0: its default.
SpawnOptions BenchWorker(int cpu, const std::string& mode, size_t size,
                         int wire_buffer = 0);

// A child with a hand-written loop, and the descriptor to reach it by.
class RawChild {
 public:
  RawChild(int cpu, const std::string& mode, size_t size = kSmall,
           int wire_buffer = 0)
      : process_(OrDie(
            WorkerProcess::Spawn(BenchWorker(cpu, mode, size, wire_buffer)))) {}
  int fd() const { return process_->transport()->read_fd(); }

 private:
  const std::unique_ptr<WorkerProcess> process_;
};

// The largest resident size a process has had, in KiB.
int PeakMemory(pid_t pid);

void PrintRow(const std::string& what, const std::string& ours,
              const std::string& theirs, double ratio,
              const std::string& wanted);
std::string Micros(double ns);
std::string Rate(double ns);

}  // namespace forkrpc

#endif  // FORKRPC_BENCHMARKS_BENCH_TABLE_H_
