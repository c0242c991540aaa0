// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LoopbackSshd: a real sshd on 127.0.0.1, for tests of workers behind ssh.
//
// With a host key, a user key and a configuration of its own in a temporary
// folder and on an unprivileged port: nothing of the machine's own settings is
// used or changed. Lets in the user who runs the test, by that key only. One
// thread. Destroying it ends the sshd; connections that are open stay.
//
//   auto sshd = forkrpc::LoopbackSshd::Start(testing::TempDir());
//   if (!sshd.ok()) return sshd.status();
//   SpawnOptions program;
//   program.argv = (*sshd)->Command({"/path/of/worker"});
//   program.binding = Binding::kPipes;

#ifndef FORKRPC_TESTING_LOOPBACK_SSHD_H_
#define FORKRPC_TESTING_LOOPBACK_SSHD_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/process/worker_process.h"

namespace forkrpc {

class LoopbackSshd {
 public:
  // Returns when it takes connections. `folder` is where the files go. Errors:
  // what is missing or went wrong, with what the programs said.
  static absl::StatusOr<std::unique_ptr<LoopbackSshd>> Start(
      absl::string_view folder);

  ~LoopbackSshd();
  LoopbackSshd(const LoopbackSshd&) = delete;
  LoopbackSshd& operator=(const LoopbackSshd&) = delete;

  // The command that runs `remote` over there. ssh hands its words to a shell;
  // they are quoted, so that they arrive as they are.
  std::vector<std::string> Command(
      const std::vector<std::string>& remote) const;

  int port() const { return port_; }

 private:
  explicit LoopbackSshd(std::string folder) : folder_(std::move(folder)) {}

  absl::Status WriteFiles();
  absl::Status Listen();

  const std::string folder_;
  int port_ = 0;
  std::unique_ptr<WorkerProcess> sshd_;
};

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_LOOPBACK_SSHD_H_
