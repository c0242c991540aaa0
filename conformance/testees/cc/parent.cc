// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The parent adapter of the C++ implementation: parent sync|async. A Worker on
// descriptor 3, called by the commands on standard input.

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/client/worker.h"
#include "forkrpc/event_loop/libuv_loop.h"
#include "forkrpc/transport/fd_transport.h"

namespace {

void Report(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

std::string Hex(absl::string_view octets) {
  return octets.empty() ? "-" : absl::BytesToHexString(octets);
}

void Call(forkrpc::Worker* worker, const std::string& tag,
          const std::string& hex) {
  worker->Call(hex == "-" ? "" : absl::HexStringToBytes(hex),
               [tag](absl::StatusOr<absl::string_view> response) {
                 Report(response.ok()
                            ? absl::StrCat("result ", tag, " ", Hex(*response))
                            : absl::StrCat("failed ", tag));
               });
}

// False after `quit`.
bool Execute(forkrpc::Worker* worker, const std::string& line) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  if (words[0] == "call") Call(worker, words[1], words[2]);
  if (words[0] == "drop") {
    worker->Drain(absl::InfiniteDuration(), [](const absl::Status& status) {
      if (status.ok()) Report("closed");
    });
  }
  return words[0] != "quit";
}

forkrpc::WorkerOptions MakeOptions(bool sync) {
  forkrpc::WorkerOptions options;
  options.connection.form = sync ? forkrpc::Form::kSync : forkrpc::Form::kAsync;
  // As the contract says of `drop`, over TCP too.
  options.drain.mode = forkrpc::DrainMode::kHalfCloseAtOnce;
  options.on_event = [](absl::string_view event) {
    Report(absl::StrCat("event ", Hex(event)));
  };
  options.on_error = [](const forkrpc::WorkerError& error) {
    std::fprintf(stderr, "%s\n", error.status.ToString().c_str());
    Report(absl::IsUnavailable(error.status) ? "error eof" : "error protocol");
  };
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const bool sync = argc == 2 && std::string(argv[1]) == "sync";
  forkrpc::LibuvLoop loop;
  auto wire = forkrpc::FdTransport::FromSocket(forkrpc::OwnedFd(3));
  if (!wire.ok()) return std::fprintf(stderr, "no wire on 3\n"), 2;
  auto worker =
      forkrpc::Worker::Connect(*std::move(wire), MakeOptions(sync), &loop);
  std::string pending;  // an incomplete line
  auto commands = loop.WatchFd(STDIN_FILENO, [&](unsigned) {
    char buffer[65536];
    const ssize_t got = read(STDIN_FILENO, buffer, sizeof(buffer));
    if (got <= 0) return loop.Stop();
    pending.append(buffer, got);
    // A long command comes in many reads; looking at all of it each time would
    // take seconds for one of 32 MiB.
    if (std::memchr(buffer, '\n', got) == nullptr) return;
    std::vector<std::string> lines = absl::StrSplit(pending, '\n');
    pending = lines.back();
    lines.pop_back();
    for (const std::string& line : lines) {
      if (!Execute(worker->get(), line)) return loop.Stop();
    }
  });
  if (!worker.ok() || !commands.ok()) return 2;
  (*commands)->SetInterest(forkrpc::EventLoop::kReadable);
  loop.Run();
  std::_Exit(0);  // `quit` means now, not after a drain
}
