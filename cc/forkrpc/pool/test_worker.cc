// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A worker for tests of the pool: the first word of a request says what to do
// with the rest. Serves one call at a time, in the async form. Its own
// argument: a file without which it does not start.

#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forkrpc/server/worker_main.h"

namespace forkrpc {
namespace {

// Returns when somebody writes an octet to the FIFO.
void WaitFor(const std::string& fifo) {
  const int fd = open(fifo.c_str(), O_RDONLY | O_CLOEXEC);
  char octet;
  while (read(fd, &octet, 1) == 0) {
  }
  close(fd);
}

// So much of the processor's time, whoever else wants it.
void BeBusy(int64_t microseconds) {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  const int64_t end =
      now.tv_sec * 1000000000 + now.tv_nsec + microseconds * 1000;
  do {
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  } while (now.tv_sec * 1000000000 + now.tv_nsec < end);
}

Reply Handle(ServerCall& call) {
  const std::pair<std::string, std::string> words =
      absl::StrSplit(call.request(), absl::MaxSplits(' ', 1));
  const std::string& rest = words.second;
  int number = 0;
  (void)absl::SimpleAtoi(rest, &number);
  if (words.first == "echo") return rest;
  if (words.first == "pid") return absl::StrCat(getpid());
  if (words.first == "wait") {
    WaitFor(rest);
    return "waited";
  }
  if (words.first == "stubborn") {
    signal(SIGTERM, SIG_IGN);
    return "";
  }
  if (words.first == "busy") {
    BeBusy(number);
    return "";
  }
  if (words.first == "event") {
    const absl::Status status = call.SendEvent(rest);
    if (!status.ok()) return EndWorker(status);
    return absl::StrCat(getpid());
  }
  if (words.first == "grow") {
    static std::string* const kept = new std::string;
    kept->assign(static_cast<size_t>(number) << 20, 'x');
    return absl::StrCat(getpid());
  }
  if (words.first == "exit") std::exit(number);
  if (words.first == "kill") raise(number);
  // The first that is asked with this file ends, the others answer.
  if (words.first == "die-once") {
    if (open(rest.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0600) >= 0) _exit(9);
    return "lived";
  }
  if (words.first == "complain") {
    std::fprintf(stderr, "%s\n", rest.c_str());
    _exit(7);
  }
  return EndWorker(
      absl::InvalidArgumentError(absl::StrCat("what is ", words.first)));
}

}  // namespace
}  // namespace forkrpc

int main(int argc, char** argv) {
  if (argc > 1 && access(argv[1], F_OK) != 0) {
    std::fprintf(stderr, "no file to start with\n");
    return 3;
  }
  forkrpc::BlockingServerOptions options;
  options.connection.form = forkrpc::Form::kAsync;
  return forkrpc::WorkerMain(forkrpc::Handle, options);
}
