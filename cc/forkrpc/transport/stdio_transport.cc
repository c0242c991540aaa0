// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/stdio_transport.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/transport/default_sys_calls.h"
#include "forkrpc/transport/fd_transport.h"

namespace forkrpc {
namespace {

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) >= 0; }

// Whether both lead to the same socket, pipe or file.
bool SameFile(int a, int b) {
  struct stat first;
  struct stat second;
  return fstat(a, &first) == 0 && fstat(b, &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

bool IsSocket(int fd) {
  struct stat file;
  return fstat(fd, &file) == 0 && S_ISSOCK(file.st_mode);
}

// Whether a terminal's output is not what was written to it. One that hands on
// octets as they are is no user's: schedulers use such for a job's output
// (srun -u).
bool ChangesOutput(int fd) {
  termios settings;
  if (tcgetattr(fd, &settings) != 0) return true;
  return (settings.c_oflag & OPOST) != 0 &&
         ((settings.c_oflag & (OLCUC | ONLCR | OCRNL | ONOCR | OFILL)) != 0 ||
          (settings.c_oflag & TABDLY) == TAB3);
}

absl::Status CheckStdio() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO}) {
    if (!IsOpen(fd)) {
      return absl::FailedPreconditionError(
          absl::StrCat("this is a worker, but its descriptor ", fd,
                       " is closed: start it from a parent, e.g. `forkrpc "
                       "call -- PROGRAM`"));
    }
    if (isatty(fd) == 1 && (fd == STDIN_FILENO || ChangesOutput(fd))) {
      return absl::FailedPreconditionError(
          "this is a worker: start it from a parent, e.g. `forkrpc call -- "
          "PROGRAM`");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<OwnedFd> CopyAboveStdio(int fd) {
  OwnedFd copy(fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!copy.valid()) {
    return ErrnoStatus(errno,
                       absl::StrCat("cannot copy the wire's descriptor ", fd));
  }
  return copy;
}

absl::StatusOr<std::unique_ptr<FdTransport>> CopyOfStdio() {
  absl::StatusOr<OwnedFd> in = CopyAboveStdio(STDIN_FILENO);
  if (!in.ok()) return in.status();
  if (IsSocket(STDIN_FILENO) && SameFile(STDIN_FILENO, STDOUT_FILENO)) {
    return FdTransport::FromSocket(*std::move(in), DefaultSysCalls(),
                                   {STDIN_FILENO, STDOUT_FILENO});
  }
  absl::StatusOr<OwnedFd> out = CopyAboveStdio(STDOUT_FILENO);
  if (!out.ok()) return out.status();
  return FdTransport::FromPair(*std::move(in), *std::move(out),
                               PipeMode::kInherited, DefaultSysCalls(),
                               {STDIN_FILENO, STDOUT_FILENO});
}

absl::Status Redirect(int from, int to) {
  if (dup2(from, to) >= 0) return absl::OkStatus();
  return ErrnoStatus(errno, absl::StrCat("cannot redirect descriptor ", to));
}

}  // namespace

absl::StatusOr<std::unique_ptr<FdTransport>> TakeStdioTransport() {
  if (absl::Status status = CheckStdio(); !status.ok()) return status;
  const bool stderr_usable = IsOpen(STDERR_FILENO) &&
                             !SameFile(STDERR_FILENO, STDOUT_FILENO) &&
                             !SameFile(STDERR_FILENO, STDIN_FILENO);
  absl::StatusOr<std::unique_ptr<FdTransport>> transport = CopyOfStdio();
  if (!transport.ok()) return transport.status();
  OwnedFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null.valid()) return ErrnoStatus(errno, "cannot open /dev/null");
  // If it was given number 2, the redirection below must not lose it again.
  if (null.get() <= STDERR_FILENO) {
    absl::StatusOr<OwnedFd> moved = CopyAboveStdio(null.get());
    if (!moved.ok()) return moved.status();
    null = *std::move(moved);
  }
  absl::Status status = Redirect(null.get(), STDIN_FILENO);
  if (status.ok() && !stderr_usable) {
    status = Redirect(null.get(), STDERR_FILENO);
  }
  if (status.ok()) status = Redirect(STDERR_FILENO, STDOUT_FILENO);
  if (!status.ok()) return status;
  return transport;
}

}  // namespace forkrpc
