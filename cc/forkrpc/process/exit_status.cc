// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/exit_status.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

namespace forkrpc {
namespace {

// " (SIGKILL)", or nothing for a signal without a name.
std::string SignalName(int signal) {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 32)
  const char* name = sigabbrev_np(signal);
  if (name != nullptr) return absl::StrCat(" (SIG", name, ")");
#else
  const char* text = strsignal(signal);
  if (text != nullptr) return absl::StrCat(" (", text, ")");
#endif
  return "";
}

}  // namespace

ExitStatus ExitStatus::Exited(int code) {
  return ExitStatus(Kind::kExited, code, false);
}

ExitStatus ExitStatus::Signalled(int signal, bool core_dumped) {
  return ExitStatus(Kind::kSignalled, signal, core_dumped);
}

ExitStatus ExitStatus::Unknown() {
  return ExitStatus(Kind::kUnknown, 0, false);
}

ExitStatus ExitStatus::FromWaitStatus(int wait_status) {
  if (WIFEXITED(wait_status)) return Exited(WEXITSTATUS(wait_status));
  if (WIFSIGNALED(wait_status)) {
    return Signalled(WTERMSIG(wait_status), WCOREDUMP(wait_status));
  }
  return Unknown();
}

ExitStatus ExitStatus::FromSiginfo(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return Exited(info.si_status & 0xff);
  if (info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED) {
    return Signalled(info.si_status, info.si_code == CLD_DUMPED);
  }
  return Unknown();
}

std::optional<int> ExitStatus::exit_code() const {
  if (kind_ != Kind::kExited) return std::nullopt;
  return value_;
}

std::optional<int> ExitStatus::signal() const {
  if (kind_ != Kind::kSignalled) return std::nullopt;
  return value_;
}

std::string ExitStatus::ToString() const {
  switch (kind_) {
    case Kind::kExited:
      return absl::StrCat("exited with status ", value_);
    case Kind::kSignalled:
      return absl::StrCat("was killed by signal ", value_, SignalName(value_),
                          core_dumped_ ? ", core dumped" : "");
    case Kind::kUnknown:
      break;
  }
  return "ended with an unknown status (this program ignores SIGCHLD, or "
         "waits for its children elsewhere)";
}

}  // namespace forkrpc
