// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/tap/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "conformance/runner/cases/embedded.h"
#include "conformance/runner/cases/spec_text.h"
#include "conformance/tap/passage.h"

namespace forkrpc::conformance {
namespace {

// Of what was seen so much may be unwritten while nothing moves.
constexpr int kFlushAfterMs = 50;
constexpr int kConnectMs = 10000;
constexpr int kBreach = 1;
constexpr int kSignalled = 128;

// Whether one of the clauses that an end broke is a MUST.
bool BrokeMust(const WireJudge& judge) {
  const absl::StatusOr<SpecText> spec = SpecText::Parse(EmbeddedSpec());
  for (const End end : {End::kParent, End::kChild}) {
    const std::optional<Breach>& breach = judge.breach(end);
    if (!breach.has_value()) continue;
    if (!spec.ok() || breach->reqs.empty()) return true;
    for (const std::string& req : breach->reqs) {
      const Requirement* const clause = spec->Find(req);
      if (clause == nullptr || clause->level == MUST) return true;
    }
  }
  return false;
}

// Waits for the passage and for `signals`; -1 for either if there is none.
void Turn(Passage* passage, TapObserver* observer, int signals,
          absl::FunctionRef<void()> on_signal) {
  pollfd fds[Passage::kMostFds + 1];
  fds[0] = {signals, POLLIN, 0};
  const size_t count = passage->Await(fds + 1);
  const int ready =
      poll(fds, count + 1, observer->pending() ? kFlushAfterMs : -1);
  if (ready == 0) return observer->Flush();
  if (ready < 0) return;  // interrupted
  passage->Move(absl::MakeConstSpan(fds + 1, count));
  if (fds[0].revents != 0) on_signal();
}

absl::StatusOr<ScopedFd> Socket(const cli::SocketAddress& address, int flags) {
  ScopedFd fd(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  if (fd.valid()) return fd;
  return absl::UnavailableError(absl::StrCat("socket: ", strerror(errno)));
}

absl::Status CannotBeHad(absl::string_view what,
                         const cli::SocketAddress& address, int error) {
  return absl::UnavailableError(absl::StrCat(
      "cannot ", what, " ", address.text(), ": ", strerror(error)));
}

absl::StatusOr<ScopedFd> Listen(const cli::SocketAddress& address) {
  absl::StatusOr<ScopedFd> fd = Socket(address, 0);
  if (!fd.ok()) return fd;
  const int again = 1;
  setsockopt(fd->get(), SOL_SOCKET, SO_REUSEADDR, &again, sizeof again);
  if (bind(fd->get(), address.generic(), address.size()) != 0 ||
      listen(fd->get(), 1) != 0) {
    return CannotBeHad("listen at", address, errno);
  }
  return fd;
}

absl::StatusOr<ScopedFd> Connect(const cli::SocketAddress& address) {
  absl::StatusOr<ScopedFd> fd = Socket(address, SOCK_NONBLOCK);
  if (!fd.ok()) return fd;
  int error =
      connect(fd->get(), address.generic(), address.size()) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    pollfd connected = {fd->get(), POLLOUT, 0};
    if (poll(&connected, 1, kConnectMs) <= 0) {
      return CannotBeHad("connect to", address, ETIMEDOUT);
    }
    socklen_t size = sizeof error;
    getsockopt(fd->get(), SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (error != 0) return CannotBeHad("connect to", address, error);
  return fd;
}

// Readable when somebody wants the tap itself to end.
ScopedFd WatchInterruptions() {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) {
    struct sigaction now = {};
    sigaction(number, nullptr, &now);
    if (now.sa_handler != SIG_IGN) sigaddset(&wanted, number);
  }
  sigprocmask(SIG_BLOCK, &wanted, nullptr);
  return ScopedFd(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
}

// Whoever comes first; not valid, with the signal in *interrupted, if somebody
// wants the tap to end before.
ScopedFd Accept(int listening, int signals, int* interrupted) {
  while (true) {
    pollfd fds[] = {{listening, POLLIN, 0}, {signals, POLLIN, 0}};
    if (poll(fds, 2, -1) < 0) continue;
    signalfd_siginfo info;
    if (fds[1].revents != 0 &&
        read(signals, &info, sizeof info) == sizeof info) {
      *interrupted = static_cast<int>(info.ssi_signo);
      return ScopedFd();
    }
    if (fds[0].revents == 0) continue;
    ScopedFd accepted(accept4(listening, nullptr, nullptr, SOCK_CLOEXEC));
    if (accepted.valid()) return accepted;
  }
}

}  // namespace

void SayOfTap(absl::string_view text) {
  // A pipe that has room at all has room for so much.
  constexpr size_t kLongestLine = 4096;
  constexpr size_t kNameAndEnd = 32;
  constexpr int kPatienceMs = 1000;
  const std::string line = absl::StrCat(
      "forkrpc-conformance tap: ", text.substr(0, kLongestLine - kNameAndEnd),
      "\n");
  // Who does not read standard error does not stop the wire.
  pollfd out = {STDERR_FILENO, POLLOUT, 0};
  if (poll(&out, 1, kPatienceMs) <= 0) return;
  [[maybe_unused]] const ssize_t said =
      write(STDERR_FILENO, line.data(), line.size());
}

absl::Status TapChild(const TapOptions& options,
                      const std::vector<std::string>& argv,
                      const Inheritance& inherited) {
  absl::StatusOr<std::unique_ptr<TapObserver>> observer =
      TapObserver::Create(options.observer);
  if (!observer.ok()) return observer.status();
  absl::StatusOr<TappedChild> child = TappedChild::Start(argv, inherited);
  if (!child.ok()) return child.status();
  Passage passage(std::move(child->parent()), std::move(child->child()),
                  observer->get());
  while (!passage.over() || !child->wait_status().has_value()) {
    Turn(&passage, observer->get(), child->signals(),
         [&] { child->TakeSignals(); });
  }
  const int status = *child->wait_status();
  // How it takes a signal that somebody sent it is not the wire's affair.
  if (!child->was_signalled()) {
    WIFSIGNALED(status) ? (*observer)->ChildExited(0, WTERMSIG(status))
                        : (*observer)->ChildExited(WEXITSTATUS(status), 0);
  }
  (*observer)->Finish();
  if (options.breach_status.has_value() && BrokeMust((*observer)->judge())) {
    _exit(*options.breach_status);
  }
  EndAs(status);
}

absl::StatusOr<int> TapSockets(const TapOptions& options,
                               const cli::SocketAddress& listen,
                               const cli::SocketAddress& connect) {
  absl::StatusOr<std::unique_ptr<TapObserver>> observer =
      TapObserver::Create(options.observer);
  if (!observer.ok()) return observer.status();
  absl::StatusOr<ScopedFd> listening = Listen(listen);
  if (!listening.ok()) return listening.status();
  const ScopedFd signals = WatchInterruptions();
  SayOfTap(absl::StrCat("listens at ",
                        cli::SocketAddress::NameOf(listening->get())));
  int interrupted = 0;
  ScopedFd parent = Accept(listening->get(), signals.get(), &interrupted);
  // One connection only: who comes later is refused, not kept waiting.
  listening->Close();
  if (listen.family() == AF_UNIX) unlink(listen.text().c_str());
  if (!parent.valid()) return kSignalled + interrupted;
  absl::StatusOr<ScopedFd> child = Connect(connect);
  if (!child.ok()) {
    Link(std::move(parent)).Abort();
    return child.status();
  }
  Passage passage(Link(std::move(parent)), Link(*std::move(child)),
                  observer->get());
  while (!passage.over()) {
    Turn(&passage, observer->get(), signals.get(), [&] {
      signalfd_siginfo info;
      if (read(signals.get(), &info, sizeof info) == sizeof info) {
        interrupted = static_cast<int>(info.ssi_signo);
        passage.Abort();
      }
    });
  }
  (*observer)->Finish();
  if (interrupted != 0) return kSignalled + interrupted;
  return BrokeMust((*observer)->judge())
             ? options.breach_status.value_or(kBreach)
             : 0;
}

}  // namespace forkrpc::conformance
