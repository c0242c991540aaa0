// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// What the tests of this package start when no system program will do.
//
//   test_worker descriptors   writes "NUMBER TARGET" for each open descriptor
//   test_worker echo          takes the wire from stdio, prints noise, echoes

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/stdio_transport.h"
#include "forkrpc/transport/transport.h"

namespace {

int ListDescriptors() {
  DIR* directory = opendir("/proc/self/fd");
  if (directory == nullptr) return 1;
  std::map<int, std::string> open;
  while (const dirent* entry = readdir(directory)) {
    if (entry->d_name[0] == '.') continue;
    const int fd = atoi(entry->d_name);
    if (fd == dirfd(directory)) continue;
    char target[256] = "";
    const std::string link = std::string("/proc/self/fd/") + entry->d_name;
    if (readlink(link.c_str(), target, sizeof(target) - 1) < 0) return 1;
    open[fd] = target;
  }
  closedir(directory);
  for (const auto& [fd, target] : open) printf("%d %s\n", fd, target.c_str());
  return 0;
}

int Echo() {
  absl::StatusOr<std::unique_ptr<forkrpc::FdTransport>> wire =
      forkrpc::TakeStdioTransport();
  if (!wire.ok()) return 2;
  char buffer[4096];
  for (;;) {
    printf("noise on standard output\n");
    fflush(stdout);
    absl::StatusOr<forkrpc::IoResult> got =
        (*wire)->Read(absl::MakeSpan(buffer), forkrpc::IoMode::kBlock);
    if (!got.ok()) return 3;
    if (got->kind != forkrpc::IoResult::kOctets) return 0;
    absl::string_view rest(buffer, got->octets);
    while (!rest.empty()) {
      absl::StatusOr<forkrpc::IoResult> wrote =
          (*wire)->Write({rest}, forkrpc::IoMode::kBlock);
      if (!wrote.ok()) return 4;
      rest.remove_prefix(wrote->octets);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const absl::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "descriptors") return ListDescriptors();
  if (mode == "echo") return Echo();
  fprintf(stderr, "usage: test_worker descriptors|echo\n");
  return 2;
}
