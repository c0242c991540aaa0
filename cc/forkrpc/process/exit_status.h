// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ExitStatus: how a process ended.
//
// A small value; any thread. ToString allocates, nothing else does.
//
//   const auto status = forkrpc::ExitStatus::FromWaitStatus(SIGKILL);
//   if (status.failed()) std::cout << "worker " << status.ToString() << "\n";
//   // worker was killed by signal 9 (SIGKILL)

#ifndef FORKRPC_PROCESS_EXIT_STATUS_H_
#define FORKRPC_PROCESS_EXIT_STATUS_H_

#include <signal.h>

#include <optional>
#include <ostream>
#include <string>

namespace forkrpc {

// Invariants: (1) at most one of exit_code() and signal() has a value; neither
// has when the process ended but nobody can say how; (2) exactly one of
// clean(), failed() and !known() holds.
class ExitStatus {
 public:
  // `code` is 0 to 255.
  static ExitStatus Exited(int code);
  static ExitStatus Signalled(int signal, bool core_dumped);
  // Ended, but the status went to somebody else: the program ignores SIGCHLD,
  // or another part of it waits for every child.
  static ExitStatus Unknown();
  // From what waitpid() stored about a process that has ended.
  static ExitStatus FromWaitStatus(int wait_status);
  // From what waitid() stored about one.
  static ExitStatus FromSiginfo(const siginfo_t& info);

  // Whether anybody can say how it ended.
  bool known() const { return kind_ != Kind::kUnknown; }
  // Exited with status 0.
  bool clean() const { return exit_code() == 0; }
  // Exited with another status, or killed by a signal. An unknown end is
  // neither clean nor failed: what else is known about the worker decides.
  bool failed() const { return known() && !clean(); }
  std::optional<int> exit_code() const;
  std::optional<int> signal() const;
  bool core_dumped() const { return core_dumped_; }

  // Continues "the worker ...": "exited with status 3", "was killed by signal
  // 11 (SIGSEGV), core dumped", "ended with an unknown status ...".
  std::string ToString() const;

  friend bool operator==(const ExitStatus& a, const ExitStatus& b) {
    return a.kind_ == b.kind_ && a.value_ == b.value_ &&
           a.core_dumped_ == b.core_dumped_;
  }
  friend bool operator!=(const ExitStatus& a, const ExitStatus& b) {
    return !(a == b);
  }
  friend std::ostream& operator<<(std::ostream& out, const ExitStatus& s) {
    return out << s.ToString();
  }

 private:
  enum class Kind { kExited, kSignalled, kUnknown };

  ExitStatus(Kind kind, int value, bool core_dumped)
      : kind_(kind), value_(value), core_dumped_(core_dumped) {}

  Kind kind_;
  int value_;
  bool core_dumped_;
};

}  // namespace forkrpc

#endif  // FORKRPC_PROCESS_EXIT_STATUS_H_
