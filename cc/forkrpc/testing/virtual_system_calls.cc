// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// The functions of the C library as a thread with a VirtualKernel has them.
//
// These definitions come before those of the C library for everything in the
// test's process, as they stand in its executable; a shared library's calls
// (libuv's) come here too. Where there is no kernel they pass the call on.

// With it the C library's headers define some of them themselves.
#undef _FORTIFY_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "absl/base/attributes.h"
#include "absl/time/time.h"
#include "forkrpc/testing/virtual_child.h"
#include "forkrpc/testing/virtual_kernel.h"

namespace forkrpc {
namespace {

#ifndef P_PIDFD
constexpr int kPidfdId = 3;
#else
constexpr int kPidfdId = P_PIDFD;
#endif

template <typename Function>
Function* Next(Function*, const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// The C library's own function of that name.
#define FORKRPC_REAL(name)                                     \
  ([] {                                                        \
    static auto* const real = ::forkrpc::Next(&::name, #name); \
    return real;                                               \
  }())

absl::Duration FromMilliseconds(int timeout) {
  return timeout < 0 ? absl::InfiniteDuration() : absl::Milliseconds(timeout);
}

absl::Duration FromTimespec(const timespec* timeout) {
  return timeout == nullptr ? absl::InfiniteDuration()
                            : absl::DurationFromTimespec(*timeout);
}

bool IsMonotonic(clockid_t clock) {
  return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE ||
         clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_BOOTTIME;
}

int PollOnce(pollfd* fds, nfds_t count) {
  return FORKRPC_REAL(poll)(fds, count, 0);
}

// Waits, as a blocking read or write of `fd` would, until it is ready. False
// if the time that the descriptor has for it is over.
bool WaitReady(VirtualKernel* kernel, int fd, short events, int time_option) {
  timeval limit = {0, 0};
  socklen_t size = sizeof(limit);
  getsockopt(fd, SOL_SOCKET, time_option, &limit, &size);
  const absl::Duration timeout = absl::DurationFromTimeval(limit);
  pollfd look = {fd, events, 0};
  return kernel->Wait([&] { return PollOnce(&look, 1); },
                      timeout == absl::ZeroDuration() ? absl::InfiniteDuration()
                                                      : timeout) != 0;
}

bool IsNonBlocking(int fd) { return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0; }

// Whether a read of `fd` may go on: it finds something, or does not wait.
bool MayRead(int fd, int flags) {
  VirtualKernel* const kernel = VirtualKernel::Current();
  if (kernel == nullptr || (flags & MSG_DONTWAIT) != 0) return true;
  pollfd look = {fd, POLLIN, 0};
  if (PollOnce(&look, 1) != 0 || IsNonBlocking(fd)) return true;
  if (WaitReady(kernel, fd, POLLIN, SO_RCVTIMEO)) return true;
  errno = EAGAIN;
  return false;
}

int NoChild() {
  errno = ECHILD;
  return -1;
}

// Waits for `child` to end as `options` say; 0 if it has not.
bool HasEnded(VirtualKernel* kernel, VirtualChild* child, int options) {
  if ((options & WNOHANG) == 0) {
    kernel->Wait([&] { return child->running() ? 0 : 1; },
                 absl::InfiniteDuration());
  }
  if (child->running()) return false;
  if ((options & WNOWAIT) == 0) child->Reap();
  return true;
}

int WaitInfo(VirtualKernel* kernel, VirtualChild* child, siginfo_t* info,
             int options) {
  if (child == nullptr) return NoChild();
  if (info != nullptr) *info = siginfo_t();
  if (!HasEnded(kernel, child, options) || info == nullptr) return 0;
  const int status = child->wait_status();
  info->si_signo = SIGCHLD;
  info->si_pid = child->pid();
  info->si_code = WIFEXITED(status) ? CLD_EXITED : CLD_KILLED;
  info->si_status = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
  return 0;
}

long OpenPidfd(VirtualKernel* kernel, pid_t pid) {
  VirtualChild* const child = kernel->FindChild(pid);
  if (kernel->has_pidfds() && child != nullptr) return child->OpenPidfd();
  errno = kernel->has_pidfds() ? ESRCH : ENOSYS;
  return -1;
}

}  // namespace
}  // namespace forkrpc

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) {
  auto* const kernel = forkrpc::VirtualKernel::Current();
  if (kernel == nullptr || !forkrpc::IsMonotonic(clock)) {
    return FORKRPC_REAL(clock_gettime)(clock, now);
  }
  *now = absl::ToTimespec(kernel->clock());
  return 0;
}

int nanosleep(const timespec* wanted, timespec* left) {
  auto* const kernel = forkrpc::VirtualKernel::Current();
  if (kernel == nullptr) return FORKRPC_REAL(nanosleep)(wanted, left);
  return kernel->Wait([] { return 0; }, absl::DurationFromTimespec(*wanted));
}

int poll(pollfd* fds, nfds_t count, int timeout) {
  auto* const kernel = forkrpc::VirtualKernel::Current();
  if (kernel == nullptr) return FORKRPC_REAL(poll)(fds, count, timeout);
  return kernel->Wait([&] { return forkrpc::PollOnce(fds, count); },
                      forkrpc::FromMilliseconds(timeout));
}

int __poll_chk(pollfd* fds, nfds_t count, int timeout, size_t) {
  return poll(fds, count, timeout);
}

int ppoll(pollfd* fds, nfds_t count, const timespec* timeout,
          const sigset_t* signals) {
  auto* const kernel = forkrpc::VirtualKernel::Current();
  if (kernel == nullptr) {
    return FORKRPC_REAL(ppoll)(fds, count, timeout, signals);
  }
  return kernel->Wait([&] { return forkrpc::PollOnce(fds, count); },
                      forkrpc::FromTimespec(timeout));
}

int __ppoll_chk(pollfd* fds, nfds_t count, const timespec* timeout,
                const sigset_t* signals, size_t) {
  return ppoll(fds, count, timeout, signals);
}

int epoll_pwait(int epoll, epoll_event* events, int most, int timeout,
                const sigset_t* signals) {
  auto* const kernel = forkrpc::VirtualKernel::Current();
  if (kernel == nullptr) {
    return FORKRPC_REAL(epoll_pwait)(epoll, events, most, timeout, signals);
  }
  return kernel->Wait(
      [&] {
        return FORKRPC_REAL(epoll_pwait)(epoll, events, most, 0, signals);
      },
      forkrpc::FromMilliseconds(timeout));
}

int epoll_wait(int epoll, epoll_event* events, int most, int timeout) {
  return epoll_pwait(epoll, events, most, timeout, nullptr);
}

ssize_t recv(int fd, void* buffer, size_t size, int flags) {
  if (!forkrpc::MayRead(fd, flags)) return -1;
  return FORKRPC_REAL(recv)(fd, buffer, size, flags);
}

ssize_t __recv_chk(int fd, void* buffer, size_t size, size_t, int flags) {
  return recv(fd, buffer, size, flags);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  if (!forkrpc::MayRead(fd, flags)) return -1;
  return FORKRPC_REAL(recvmsg)(fd, message, flags);
}

ssize_t read(int fd, void* buffer, size_t size) {
  if (!forkrpc::MayRead(fd, 0)) return -1;
  return FORKRPC_REAL(read)(fd, buffer, size);
}

ssize_t __read_chk(int fd, void* buffer, size_t size, size_t) {
  return read(fd, buffer, size);
}

int posix_spawn_file_actions_init(posix_spawn_file_actions_t* actions) noexcept(
    noexcept(posix_spawn_file_actions_init(actions))) {
  auto* const kernel = forkrpc::VirtualKernel::Current();
  if (kernel != nullptr) kernel->ClearActions(actions);
  return FORKRPC_REAL(posix_spawn_file_actions_init)(actions);
}

int posix_spawn_file_actions_adddup2(
    posix_spawn_file_actions_t* actions, int from,
    int to) noexcept(noexcept(posix_spawn_file_actions_adddup2(actions, from,
                                                               to))) {
  auto* const kernel = forkrpc::VirtualKernel::Current();
  if (kernel != nullptr) kernel->AddDup(actions, from, to);
  return FORKRPC_REAL(posix_spawn_file_actions_adddup2)(actions, from, to);
}

int posix_spawnp(pid_t* pid, const char* file,
                 const posix_spawn_file_actions_t* actions,
                 const posix_spawnattr_t* attributes, char* const argv[],
                 char* const envp[]) {
  auto* const kernel = forkrpc::VirtualKernel::Current();
  if (kernel == nullptr) {
    return FORKRPC_REAL(posix_spawnp)(pid, file, actions, attributes, argv,
                                      envp);
  }
  return kernel->Spawn(pid, actions, argv, envp);
}

int posix_spawn(pid_t* pid, const char* file,
                const posix_spawn_file_actions_t* actions,
                const posix_spawnattr_t* attributes, char* const argv[],
                char* const envp[]) {
  auto* const kernel = forkrpc::VirtualKernel::Current();
  if (kernel == nullptr) {
    return FORKRPC_REAL(posix_spawn)(pid, file, actions, attributes, argv,
                                     envp);
  }
  return kernel->Spawn(pid, actions, argv, envp);
}

pid_t waitpid(pid_t pid, int* status, int options) {
  auto* const kernel = forkrpc::VirtualKernel::Current();
  if (kernel == nullptr || !kernel->IsChild(pid)) {
    return FORKRPC_REAL(waitpid)(pid, status, options);
  }
  forkrpc::VirtualChild* const child = kernel->FindChild(pid);
  if (child == nullptr) return forkrpc::NoChild();
  if (!forkrpc::HasEnded(kernel, child, options)) return 0;
  if (status != nullptr) *status = child->wait_status();
  return pid;
}

int waitid(idtype_t type, id_t id, siginfo_t* info, int options) {
  auto* const kernel = forkrpc::VirtualKernel::Current();
  if (kernel != nullptr) {
    const int number = static_cast<int>(id);
    if (type == P_PID && kernel->IsChild(number)) {
      return forkrpc::WaitInfo(kernel, kernel->FindChild(number), info,
                               options);
    }
    if (static_cast<int>(type) == forkrpc::kPidfdId &&
        kernel->IsPidfd(number)) {
      return forkrpc::WaitInfo(kernel, kernel->FindChildOfPidfd(number), info,
                               options);
    }
  }
  return FORKRPC_REAL(waitid)(type, id, info, options);
}

int kill(pid_t pid, int signal) noexcept(noexcept(kill(pid, signal))) {
  auto* const kernel = forkrpc::VirtualKernel::Current();
  if (kernel == nullptr || !kernel->IsChild(pid)) {
    return FORKRPC_REAL(kill)(pid, signal);
  }
  return kernel->Kill(kernel->FindChild(pid), signal);
}

// Takes six arguments, as the kernel does, however many were given: the sixth
// stands on the caller's stack.
ABSL_ATTRIBUTE_NO_SANITIZE_ADDRESS long syscall(long number, ...) noexcept(
    noexcept(syscall(number))) {
  long a[6];
  va_list arguments;
  va_start(arguments, number);
  for (long& argument : a) argument = va_arg(arguments, long);
  va_end(arguments);
  auto* const kernel = forkrpc::VirtualKernel::Current();
  if (kernel != nullptr) {
    const int first = static_cast<int>(a[0]);
#ifdef SYS_pidfd_open
    if (number == SYS_pidfd_open && kernel->IsChild(first)) {
      return forkrpc::OpenPidfd(kernel, first);
    }
#endif
#ifdef SYS_pidfd_send_signal
    if (number == SYS_pidfd_send_signal && kernel->IsPidfd(first)) {
      forkrpc::VirtualChild* const child = kernel->FindChildOfPidfd(first);
      // A pidfd can hit nobody else.
      if (child != nullptr) return kernel->Kill(child, static_cast<int>(a[1]));
      errno = ESRCH;
      return -1;
    }
#endif
  }
  return FORKRPC_REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

}  // extern "C"
