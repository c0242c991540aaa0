// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/tap/tapped_child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace forkrpc::conformance {
namespace {

// What others send to a child to end it, or as they have agreed with it.
constexpr int kHandedOn[] = {SIGHUP,  SIGINT,  SIGQUIT,
                             SIGTERM, SIGUSR1, SIGUSR2};
constexpr int kLowestFd = 3;

absl::Status Lacking(absl::string_view what) {
  return absl::UnavailableError(absl::StrCat(what, ": ", strerror(errno)));
}

// Ends of the child's wire: what the child gets as 0 and 1, and the link to
// them.
struct Ends {
  ScopedFd zero;
  ScopedFd one;  // not valid if it is the socket that zero is
  std::optional<Link> link;
};

absl::StatusOr<Ends> MakeEnds(bool one_socket) {
  Ends ends;
  if (one_socket) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
      return Lacking("socketpair");
    }
    ends.zero = ScopedFd(pair[1]);
    ends.link.emplace(ScopedFd(pair[0]));
    return ends;
  }
  int to[2];
  if (pipe2(to, O_CLOEXEC) != 0) return Lacking("pipe");
  ends.zero = ScopedFd(to[0]);
  ScopedFd out(to[1]);
  int from[2];
  if (pipe2(from, O_CLOEXEC) != 0) return Lacking("pipe");
  ends.one = ScopedFd(from[1]);
  ends.link.emplace(ScopedFd(from[0]), std::move(out));
  return ends;
}

// Flags that somebody has set on the tap's `fd` hold for the child's, too.
void CopyFlags(int fd, int childs) {
  const int flags = fcntl(fd, F_GETFL);
  if (flags >= 0 && (flags & O_NONBLOCK) != 0) {
    fcntl(childs, F_SETFL, fcntl(childs, F_GETFL) | O_NONBLOCK);
  }
}

// What the tap has on 0 and 1, which become nothing that anybody hears.
absl::StatusOr<Link> TakeParent(bool one_socket) {
  ScopedFd in(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, kLowestFd));
  ScopedFd out(one_socket ? -1
                          : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, kLowestFd));
  const ScopedFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!in.valid() || (!one_socket && !out.valid()) || !null.valid()) {
    return Lacking("the wire");
  }
  dup2(null.get(), STDIN_FILENO);
  dup2(null.get(), STDOUT_FILENO);
  if (one_socket) return Link(std::move(in));
  return Link(std::move(in), std::move(out));
}

// In the new process; calls only what may be called there.
[[noreturn]] void Become(char** argv, const Inheritance& inherited,
                         const Ends& ends, pid_t tap, int failure) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != tap) _exit(127);
  dup2(ends.zero.get(), STDIN_FILENO);
  dup2(ends.one.valid() ? ends.one.get() : ends.zero.get(), STDOUT_FILENO);
  sigaction(SIGPIPE, &inherited.on_pipe, nullptr);
  sigaction(SIGCHLD, &inherited.on_child, nullptr);
  sigprocmask(SIG_SETMASK, &inherited.mask, nullptr);
  execvp(argv[0], argv);
  const int error = errno;
  [[maybe_unused]] const ssize_t told = write(failure, &error, sizeof error);
  _exit(127);
}

// Readable when one of the signals has come that the tap wants to know of.
ScopedFd WatchSignals() {
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGCHLD);
  for (const int number : kHandedOn) {
    struct sigaction now = {};
    sigaction(number, nullptr, &now);
    // What is ignored is the child's to ignore, too.
    if (now.sa_handler != SIG_IGN) sigaddset(&wanted, number);
  }
  sigprocmask(SIG_BLOCK, &wanted, nullptr);
  return ScopedFd(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
}

}  // namespace

Inheritance Inheritance::Take() {
  Inheritance inherited = {};
  // No file of ours may get the number of a standard descriptor that is closed;
  // in the child it is closed again.
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    open("/dev/null", (fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
  }
  if (DIR* const folder = opendir("/proc/self/fd")) {
    while (const dirent* const entry = readdir(folder)) {
      int fd = -1;
      if (absl::SimpleAtoi(entry->d_name, &fd) && fd >= kLowestFd &&
          fd != dirfd(folder)) {
        inherited.fds.push_back(fd);
      }
    }
    closedir(folder);
  }
  sigprocmask(SIG_SETMASK, nullptr, &inherited.mask);
  struct sigaction own = {};
  own.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &own, &inherited.on_pipe);
  own.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &own, &inherited.on_child);
  return inherited;
}

absl::StatusOr<TappedChild> TappedChild::Start(
    const std::vector<std::string>& argv, const Inheritance& inherited) {
  const bool one_socket = IsSameSocket(STDIN_FILENO, STDOUT_FILENO);
  absl::StatusOr<Ends> ends = MakeEnds(one_socket);
  if (!ends.ok()) return ends.status();
  CopyFlags(STDIN_FILENO, ends->zero.get());
  if (!one_socket) CopyFlags(STDOUT_FILENO, ends->one.get());
  int failure[2];
  if (pipe2(failure, O_CLOEXEC) != 0) return Lacking("pipe");
  const ScopedFd failed(failure[0]);
  ScopedFd tell(failure[1]);
  absl::StatusOr<Link> parent = TakeParent(one_socket);
  if (!parent.ok()) return parent.status();
  ScopedFd signals = WatchSignals();
  if (!signals.valid()) return Lacking("signalfd");
  std::vector<char*> pointers;
  for (const std::string& word : argv) {
    pointers.push_back(const_cast<char*>(word.c_str()));
  }
  pointers.push_back(nullptr);
  const pid_t tap = getpid();
  const pid_t pid = fork();
  if (pid == 0) Become(pointers.data(), inherited, *ends, tap, tell.get());
  if (pid < 0) return Lacking("fork");
  tell.Close();
  int error = 0;
  if (read(failed.get(), &error, sizeof error) == sizeof error) {
    waitpid(pid, nullptr, 0);
    return absl::NotFoundError(
        absl::StrCat("cannot start ", argv[0], ": ", strerror(error)));
  }
  // The child's now: who waits for their end waits for the child's alone.
  for (const int fd : inherited.fds) close(fd);
  return TappedChild(*std::move(parent), *std::move(ends->link),
                     std::move(signals), pid);
}

void TappedChild::TakeSignals() {
  signalfd_siginfo info;
  while (read(signals_.get(), &info, sizeof info) == sizeof info) {
    // One that the terminal has sent has gone to the child as well.
    if (info.ssi_signo == SIGCHLD || info.ssi_code == SI_KERNEL) continue;
    was_signalled_ = true;
    if (!wait_status_.has_value()) {
      kill(pid_, static_cast<int>(info.ssi_signo));
    }
  }
  int status = 0;
  if (!wait_status_.has_value() && waitpid(pid_, &status, WNOHANG) == pid_) {
    wait_status_ = status;
  }
}

void EndAs(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    // What there is to see of its end is in its own core, if anywhere.
    const rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    const int number = WTERMSIG(wait_status);
    signal(number, SIG_DFL);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &only, nullptr);
    _exit(128 + number);
  }
  _exit(WEXITSTATUS(wait_status));
}

}  // namespace forkrpc::conformance
