// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/start_time.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/owned_fd.h"

namespace forkrpc {
namespace {

constexpr int kStartTimeField = 22;  // of /proc/PID/stat, see proc(5)

}  // namespace

uint64_t ProcessStartTime(pid_t pid) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/stat", static_cast<int>(pid));
  const OwnedFd file(open(path, O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return 0;
  char buffer[1024];
  ssize_t got;
  do {
    got = read(file.get(), buffer, sizeof(buffer));
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return 0;
  absl::string_view text(buffer, static_cast<size_t>(got));
  // The second field is the program's name in parentheses, and may itself
  // contain blanks and parentheses.
  const size_t name_end = text.rfind(')');
  if (name_end == absl::string_view::npos) return 0;
  text.remove_prefix(name_end);
  for (int field = 2; field < kStartTimeField; ++field) {
    const size_t blank = text.find(' ');
    if (blank == absl::string_view::npos) return 0;
    text.remove_prefix(blank + 1);
  }
  uint64_t ticks = 0;
  return absl::SimpleAtoi(text.substr(0, text.find(' ')), &ticks) ? ticks : 0;
}

}  // namespace forkrpc
