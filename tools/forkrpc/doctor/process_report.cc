// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/process_report.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "tools/forkrpc/help.h"

namespace forkrpc::cli {
namespace {

// Beyond these numbers nobody looks: a limit may be a billion.
constexpr int kMaxNumber = 4096;

absl::string_view KindOf(int fd) {
  struct stat file;
  if (fstat(fd, &file) != 0) return "closed";
  if (S_ISFIFO(file.st_mode)) return "pipe";
  if (S_ISREG(file.st_mode)) return "file";
  if (S_ISCHR(file.st_mode)) {
    if (isatty(fd) != 0) return "terminal";
    return file.st_rdev == makedev(1, 3) ? "null" : "device";
  }
  if (!S_ISSOCK(file.st_mode)) return "other";
  int domain = 0;
  socklen_t size = sizeof(domain);
  if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0) {
    return "socket";
  }
  if (domain == AF_UNIX) return "socket-unix";
  return domain == AF_INET || domain == AF_INET6 ? "socket-tcp" : "socket";
}

bool SameFile(int a, int b) {
  struct stat one;
  struct stat other;
  return fstat(a, &one) == 0 && fstat(b, &other) == 0 &&
         one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

std::string Joined(const std::vector<std::string>& words) {
  return words.empty() ? "-" : absl::StrJoin(words, ",");
}

std::string SignalName(int number) {
  const char* const name = sigabbrev_np(number);
  return name == nullptr ? absl::StrCat(number) : name;
}

std::string Ignored() {
  std::vector<std::string> names;
  for (int number = 1; number < 32; ++number) {
    struct sigaction action;
    if (sigaction(number, nullptr, &action) == 0 &&
        action.sa_handler == SIG_IGN) {
      names.push_back(SignalName(number));
    }
  }
  return Joined(names);
}

std::string Blocked() {
  sigset_t mask;
  sigemptyset(&mask);
  sigprocmask(SIG_SETMASK, nullptr, &mask);
  std::vector<std::string> names;
  for (int number = 1; number < 32; ++number) {
    if (sigismember(&mask, number) == 1) names.push_back(SignalName(number));
  }
  return Joined(names);
}

std::string OtherDescriptors() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  const int end =
      static_cast<int>(std::min<rlim_t>(limit.rlim_cur, kMaxNumber));
  std::vector<std::string> found;
  for (int fd = 3; fd < end; ++fd) {
    if (fcntl(fd, F_GETFD) < 0) continue;
    found.push_back(absl::StrCat(fd, ":", KindOf(fd)));
  }
  return Joined(found);
}

}  // namespace

std::string ReportOfThisProcess() {
  std::string report;
  std::vector<std::string> nonblocking;
  for (int fd = 0; fd <= 2; ++fd) {
    absl::StrAppend(&report, "fd", fd, " ", KindOf(fd), "\n");
    const int flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && (flags & O_NONBLOCK) != 0) {
      nonblocking.push_back(absl::StrCat(fd));
    }
  }
  absl::StrAppend(&report, "nonblocking ", Joined(nonblocking), "\n");
  absl::StrAppend(&report, "one_stream ", SameFile(0, 1) ? "yes" : "no", "\n");
  absl::StrAppend(&report, "ignored ", Ignored(), "\n");
  absl::StrAppend(&report, "blocked ", Blocked(), "\n");
  absl::StrAppend(&report, "descriptors ", OtherDescriptors(), "\n");
  absl::StrAppend(&report, "version ", kVersion, "\n");
  return report;
}

}  // namespace forkrpc::cli
