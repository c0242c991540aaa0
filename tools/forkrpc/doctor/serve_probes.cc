// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/serve_probes.h"

#include <errno.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/owned_fd.h"
#include "tools/forkrpc/doctor/stream_address.h"
#include "tools/forkrpc/exit_codes.h"
#include "tools/forkrpc/octet_text.h"

namespace forkrpc::cli {
namespace {

// Probes at a time; more wait to be accepted.
constexpr int kMaxProbes = 64;

int Fail(const Streams& streams, absl::string_view why) {
  *streams.err << "forkrpc: " << OneLine(why) << "\n";
  return kExitUsage;
}

// 0, or an errno. The probe has the connection as 0 and 1, and our standard
// error.
int StartProbe(int connection) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, connection, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, connection, STDOUT_FILENO);
  char program[] = "/proc/self/exe";
  char doctor[] = "doctor";
  char probe[] = "--probe";
  char* const argv[] = {program, doctor, probe, nullptr};
  pid_t pid;
  const int error =
      posix_spawn(&pid, program, &actions, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

int ServeProbes(const std::string& address, const Streams& streams) {
  const absl::StatusOr<StreamAddress> parsed = StreamAddress::Parse(address);
  if (!parsed.ok()) return Fail(streams, parsed.status().message());
  const absl::StatusOr<OwnedFd> listener = parsed->Listen();
  if (!listener.ok()) return Fail(streams, listener.status().message());
  *streams.out << "forkrpc doctor serves at "
               << StreamAddress::NameOf(*listener) << std::endl;
  int probes = 0;
  while (true) {
    const OwnedFd connection(
        accept4(listener->get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.valid()) {
      const int error = StartProbe(connection.get());
      if (error != 0) {
        return Fail(streams,
                    absl::StrCat("cannot start a probe: ", strerror(error)));
      }
      ++probes;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      return Fail(streams, absl::StrCat("cannot accept: ", strerror(errno)));
    }
    while (probes > 0 &&
           waitpid(-1, nullptr, probes < kMaxProbes ? WNOHANG : 0) > 0) {
      --probes;
    }
  }
}

}  // namespace forkrpc::cli
