// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/loopback_sshd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/base/poll.h"

namespace forkrpc {
namespace {

// sshd wants to be called by its whole path.
constexpr char kSshd[] = "/usr/sbin/sshd";
// For its unprivileged part, if it starts as root; must be there and empty.
constexpr char kPrivilegeFolder[] = "/run/sshd";
// Somebody else may take the port that was free a moment ago.
constexpr int kAttempts = 5;
constexpr absl::Duration kPatience = absl::Seconds(30);

absl::StatusOr<std::unique_ptr<WorkerProcess>> Spawn(
    std::vector<std::string> argv) {
  SpawnOptions options;
  options.argv = std::move(argv);
  options.binding = Binding::kPipes;
  options.stderr_mode = StderrMode::kCapture;
  return WorkerProcess::Spawn(options);
}

absl::Status MakeKey(const std::string& path) {
  auto keygen =
      Spawn({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path});
  if (!keygen.ok()) return keygen.status();
  const auto ended = (*keygen)->Wait(MonotonicNow() + kPatience);
  if (!ended.ok()) return ended.status();
  if (!ended->clean()) return absl::UnavailableError((*keygen)->DescribeEnd());
  return absl::OkStatus();
}

absl::StatusOr<int> FreePort() {
  const OwnedFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (!fd.valid() || bind(fd.get(), generic, length) != 0 ||
      getsockname(fd.get(), generic, &length) != 0) {
    return absl::UnavailableError("127.0.0.1 has no free port");
  }
  return ntohs(address.sin_port);
}

}  // namespace

absl::StatusOr<std::unique_ptr<LoopbackSshd>> LoopbackSshd::Start(
    absl::string_view folder) {
  std::string own = absl::StrCat(folder, "/sshd.XXXXXX");
  if (mkdtemp(own.data()) == nullptr) {
    return absl::UnavailableError(absl::StrCat("cannot make ", own));
  }
  auto sshd = absl::WrapUnique(new LoopbackSshd(own));
  absl::Status status = sshd->WriteFiles();
  for (int i = 0; status.ok() && i < kAttempts; ++i) {
    status = sshd->Listen();
    if (status.ok()) return sshd;
    if (i + 1 < kAttempts) status = absl::OkStatus();
  }
  return status;
}

LoopbackSshd::~LoopbackSshd() {
  if (sshd_ != nullptr) sshd_->Terminate(kPatience).IgnoreError();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

absl::Status LoopbackSshd::WriteFiles() {
  for (const char* key : {"/host_key", "/user_key"}) {
    const absl::Status made = MakeKey(folder_ + key);
    if (!made.ok()) return made;
  }
  std::ifstream user(folder_ + "/user_key.pub");
  std::ofstream(folder_ + "/authorized_keys") << user.rdbuf();
  std::ofstream config(folder_ + "/sshd_config");
  config << "ListenAddress 127.0.0.1\n"
         << "HostKey " << folder_ << "/host_key\n"
         << "AuthorizedKeysFile " << folder_ << "/authorized_keys\n"
         << "PidFile none\n"
         << "UsePAM no\n"
         // The temporary folder may be everybody's.
         << "StrictModes no\n"
         << "AuthenticationMethods publickey\n"
         << "PermitRootLogin prohibit-password\n"
         << "PrintMotd no\n";
  config.close();
  return config.good() ? absl::OkStatus()
                       : absl::UnavailableError(
                             absl::StrCat("cannot write to ", folder_));
}

absl::Status LoopbackSshd::Listen() {
  const absl::StatusOr<int> port = FreePort();
  if (!port.ok()) return port.status();
  port_ = *port;
  std::vector<std::string> argv = {kSshd,
                                   "-D",
                                   "-e",
                                   "-f",
                                   folder_ + "/sshd_config",
                                   "-p",
                                   absl::StrCat(port_)};
  if (geteuid() == 0 && access(kPrivilegeFolder, F_OK) != 0) {
    // Where the machine does not run sshd the folder is missing: it gets one
    // that only this process sees.
    argv.insert(
        argv.begin(),
        {"unshare", "--mount", "sh", "-c",
         "mount -t tmpfs none /run && mkdir -m 755 \"$0\" && exec \"$@\"",
         kPrivilegeFolder});
  }
  absl::StatusOr<std::unique_ptr<WorkerProcess>> sshd = Spawn(std::move(argv));
  if (!sshd.ok()) return sshd.status();
  sshd_ = *std::move(sshd);
  const MonotonicTime give_up = MonotonicNow() + kPatience;
  while (!absl::StrContains(sshd_->stderr_tail(), "Server listening on")) {
    pollfd fds[] = {{sshd_->stderr_fd(), POLLIN, 0}};
    const absl::StatusOr<int> ready =
        sshd_->stderr_fd() < 0 ? 0 : PollUntil(absl::MakeSpan(fds), give_up);
    if (!ready.ok()) return ready.status();
    if (*ready == 0) {
      sshd_->Terminate(kPatience).IgnoreError();
      return absl::UnavailableError(
          absl::StrCat("sshd does not listen: ", sshd_->DescribeEnd()));
    }
    sshd_->DrainStderr();
  }
  return absl::OkStatus();
}

std::vector<std::string> LoopbackSshd::Command(
    const std::vector<std::string>& remote) const {
  const passwd* const user = getpwuid(geteuid());
  // Neither this user's settings nor its known hosts.
  std::vector<std::string> argv = {
      "ssh",       "-F",
      "none",      "-T",
      "-p",        absl::StrCat(port_),
      "-i",        folder_ + "/user_key",
      "-l",        user == nullptr ? "" : user->pw_name,
      "-o",        "IdentitiesOnly=yes",
      "-o",        "BatchMode=yes",
      "-o",        "StrictHostKeyChecking=no",
      "-o",        absl::StrCat("UserKnownHostsFile=", folder_, "/known_hosts"),
      "-o",        "LogLevel=ERROR",
      "127.0.0.1", "exec"};
  for (const std::string& word : remote) {
    argv.push_back(
        absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'"));
  }
  return argv;
}

}  // namespace forkrpc
