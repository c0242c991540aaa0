// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A child for RealEndsStage: answers one request, then does what it is told.
//
//   ends_child mute|stubborn|draining|answering
//
// Signals tell it: SIGUSR1 close the wire, SIGUSR2 exit with status 7, SIGHUP
// start a process that holds the wire, SIGALRM exit with status 0. SIGTERM ends
// it after a while, unless it is stubborn. Descriptor 3 is readable when nobody
// wants anything of it any more, nor of what it has started.

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/monotonic_time.h"
#include "forkrpc/testing/ends_case.h"
#include "forkrpc/testing/scripted_peer.h"

namespace forkrpc {
namespace {

constexpr int kLease = 3;

void WaitForTheLease() {
  pollfd lease = {kLease, POLLIN, 0};
  while (poll(&lease, 1, -1) != 1) {
  }
  _exit(0);
}

void DieOf(int signal) {
  ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  raise(signal);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

class Child {
 public:
  explicit Child(const std::string& character)
      : stubborn_(character == "stubborn"),
        answering_(character == "answering"),
        draining_(answering_ || character == "draining"),
        peer_(0, 1) {
    sigset_t told;
    sigemptyset(&told);
    for (const int signal : {SIGUSR1, SIGUSR2, SIGHUP, SIGALRM, SIGTERM}) {
      sigaddset(&told, signal);
    }
    sigprocmask(SIG_BLOCK, &told, nullptr);
    told_ = signalfd(-1, &told, SFD_CLOEXEC);
  }

  [[noreturn]] void Run() {
    for (;;) {
      pollfd fds[] = {{told_, POLLIN, 0},
                      {kLease, POLLIN, 0},
                      {reads_ ? 0 : -1, POLLIN, 0}};
      if (poll(fds, 3, TimeLeft()) == 0) Answer(peer_.frames().size());
      if (fds[1].revents != 0) _exit(0);
      if (fds[0].revents != 0) OnSignal();
      if (fds[2].revents != 0 && reads_) Read();
    }
  }

 private:
  void OnSignal() {
    signalfd_siginfo told;
    if (read(told_, &told, sizeof(told)) != sizeof(told)) return;
    switch (told.ssi_signo) {
      case SIGUSR1:
        reads_ = false;
        close(0);
        close(1);
        return;
      case SIGUSR2:
        _exit(kExitCode);
      case SIGHUP:
        if (fork() == 0) WaitForTheLease();
        return;
      case SIGALRM:
        _exit(0);
      default:
        if (stubborn_) return;
        usleep(
            static_cast<useconds_t>(absl::ToInt64Microseconds(kSigtermTakes)));
        DieOf(SIGTERM);
    }
  }

  void Read() {
    peer_.Receive();
    if (!peer_.at_end()) {
      answer_at_ = MonotonicNow() + kAnsweringTakes;
      return Answer(1);
    }
    reads_ = false;
    if (!draining_) return;
    Answer(peer_.frames().size());
    usleep(static_cast<useconds_t>(absl::ToInt64Microseconds(kDrainingTakes)));
    _exit(0);
  }

  // Until what has come is answered, for poll().
  int TimeLeft() const {
    if (!reads_ || !answering_ || answered_ == peer_.frames().size()) return -1;
    return static_cast<int>(std::max<int64_t>(
        0, absl::ToInt64Milliseconds(absl::Ceil(answer_at_ - MonotonicNow(),
                                                absl::Milliseconds(1)))));
  }

  void Answer(size_t count) {
    for (; answered_ < count && answered_ < peer_.frames().size();
         ++answered_) {
      peer_.Send(ScriptedPeer::Frame(peer_.frames()[answered_].id, "answer"));
    }
  }

  const bool stubborn_;
  const bool answering_;
  const bool draining_;
  ScriptedPeer peer_;
  int told_ = -1;
  bool reads_ = true;
  size_t answered_ = 0;
  MonotonicTime answer_at_;
};

}  // namespace
}  // namespace forkrpc

int main(int argc, char** argv) {
  forkrpc::Child(argc > 1 ? argv[1] : "mute").Run();
}
