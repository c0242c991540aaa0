// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/benchmarks/bench_table.h"

#include <unistd.h>

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace forkrpc {

SpawnOptions BenchWorker(int cpu, const std::string& mode, size_t size,
                         int wire_buffer) {
  char self[4096];
  const ssize_t n = readlink("/proc/self/exe", self, sizeof(self));
  const std::string path(self, n > 0 ? n : 0);
  SpawnOptions worker;
  worker.argv = {path.substr(0, path.rfind('/')) + "/bench_worker",
                 absl::StrCat(cpu), mode, absl::StrCat(size)};
  worker.wire_buffer_octets = wire_buffer;
  return worker;
}

int PeakMemory(pid_t pid) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  for (std::string line; std::getline(status, line);) {
    if (absl::StartsWith(line, "VmHWM:")) return std::atoi(line.c_str() + 6);
  }
  return -1;
}

void PrintRow(const std::string& what, const std::string& ours,
              const std::string& theirs, double ratio,
              const std::string& wanted) {
  absl::PrintF("| %s | %s | %s | %.2f | %s |\n", what, ours, theirs, ratio,
               wanted);
  std::fflush(stdout);
}

std::string Micros(double ns) { return absl::StrFormat("%.2f us", ns / 1000); }
std::string Rate(double ns) { return absl::StrFormat("%.2f M/s", 1000 / ns); }

}  // namespace forkrpc
