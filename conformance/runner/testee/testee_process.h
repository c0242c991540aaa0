// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TesteeProcess: one run of a testee's program, with the runner's ends of its
// descriptors.
//
// The program starts by posix_spawn in a process group of its own with default
// signal dispositions; it gets descriptors 0 to 2 (3 for a parent) and no other
// of the runner's, and of FORKRPC_FORM and FORKRPC_SERIALISER nothing that the
// runner was told itself. Destruction kills the whole group and reaps the
// program, so nothing is left behind whatever a testee does; unless the host
// program ignores SIGCHLD or reaps what is not its own: then nothing is killed
// whose number may have passed to strangers, and how it ended is unknown. One
// thread at a time; several objects may live in several threads. Errors:
// NotFound (no such program), Unavailable (this machine does not have the
// transport, or no descriptors or processes left), Internal (our mistake).
//
//   absl::StatusOr<TesteeProcess> testee = TesteeProcess::Start(options);
//   ... testee->wire_in(), testee->wire_out() ...
//   const Exit exit = testee->KillAndReap();

#ifndef CONFORMANCE_RUNNER_TESTEE_TESTEE_PROCESS_H_
#define CONFORMANCE_RUNNER_TESTEE_TESTEE_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "conformance/runner/base/scoped_fd.h"
#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

// How a process ended.
struct Exit {
  enum How {
    kUnknown,   // it has, but its status went to somebody else
    kStatus,    // `number` is its exit status
    kSignal,    // `number` is the signal
    kByRunner,  // it had not ended when the runner killed it
  };
  How how = kUnknown;
  int number = 0;

  bool IsStatus(int status) const { return how == kStatus && number == status; }

  // "status 0", "signal 11 (Segmentation fault)", "killed by the runner",
  // "an unknown status".
  std::string Text() const;
};

// Where a parent has its wire. A child always has it on 0 and 1.
enum class ParentWire {
  kThree,  // on 3; commands come on 0, reports go to 1
  kStdio,  // one socket on 0 and 1; commands come on 3, reports go to 4
};

struct SpawnOptions {
  std::string program;                             // path, looked up already
  std::vector<std::string> argv;                   // argv[0] included
  std::string directory;                           // to run in
  std::map<std::string, std::string> environment;  // over the runner's own
  Role role = CHILD;
  Transport transport = SOCKETPAIR;
  ParentWire parent_wire = ParentWire::kThree;
  bool nonblocking = false;  // a child's descriptors 0 and 1
  // It starts without a wire and serves one session after the other: lines on 0
  // say where the wire is, lines on 1 how a session ended. See BeginSession.
  bool many_sessions = false;
  // For somebody who debugs it: any process of the user's may attach to it.
  // Only while the runner has no other thread. A program that cannot be
  // executed ends with status 127 instead of NotFound.
  bool debugged = false;
  // Besides, it stands still by a SIGSTOP just before it executes the program;
  // Start returns when it does.
  bool stopped = false;
};

// Invariants:
// 1. pid_ is -1, or a child process that has not been reaped and leads its own
//    process group.
// 2. session_end_ is how the session that began last ended, if the program has
//    said so; of a program that serves but one, nothing.
class TesteeProcess {
 public:
  static absl::StatusOr<TesteeProcess> Start(const SpawnOptions& options);

  TesteeProcess(TesteeProcess&& other) noexcept;
  TesteeProcess& operator=(TesteeProcess&&) = delete;
  ~TesteeProcess();

  // The runner's ends; non-blocking, not inherited by anybody. A socket stands
  // in both, as two descriptors of one socket.
  ScopedFd& wire_in() { return wire_in_; }
  ScopedFd& wire_out() { return wire_out_; }
  bool wire_is_socket() const { return transport_ != PIPES; }
  Transport transport() const { return transport_; }
  // The adapter's standard input and output: of a parent, and of a program that
  // serves many sessions.
  ScopedFd& commands() { return commands_; }
  ScopedFd& reports() { return reports_; }
  ScopedFd& errors() { return errors_; }

  // The number of the process and of its group, until it is reaped.
  pid_t pid() const { return pid_; }
  // How the session ended, be it with its program; or nothing if it goes on.
  // Reaps nothing.
  std::optional<Exit> PeekExit();

  // A program that serves many sessions has taken this wire for its next one.
  void BeginSession(Transport transport, ScopedFd wire_in, ScopedFd wire_out);
  // It has said that its session ended, with what would be its exit status.
  void EndSession(int status) { session_end_ = Exit{Exit::kStatus, status}; }
  bool session_ended() const { return session_end_.has_value(); }

  // Kills what is left of the group, reaps the program; idempotent.
  Exit KillAndReap();

  // A number in kB from /proc/PID/status, such as "VmHWM"; nothing where the
  // system has none.
  std::optional<uint64_t> StatusKilobytes(const std::string& key) const;

  // How many descriptors the program has open; nothing where the system cannot
  // tell, or when it has ended.
  std::optional<int> DescriptorCount() const;

 private:
  TesteeProcess() = default;

  pid_t pid_ = -1;
  std::optional<Exit> exit_;
  std::optional<Exit> session_end_;
  Transport transport_ = SOCKETPAIR;
  ScopedFd wire_in_;
  ScopedFd wire_out_;
  ScopedFd commands_;
  ScopedFd reports_;
  ScopedFd errors_;
};

// The path of a program that PATH has, or "".
std::string FindInPath(const std::string& program);

// The path of `program`: in `directory` if it is there, else in PATH.
// NotFound if it is in neither.
absl::StatusOr<std::string> FindProgram(const std::string& program,
                                        const std::string& directory);

// Runs a command to its end with no input and its output thrown away. Whether
// its exit status is 0; false, too, if there is no such program.
// DeadlineExceeded if it has not ended within `seconds`, when it is killed;
// Unavailable if nobody knows how it ended, or it cannot be started now.
absl::StatusOr<bool> CommandSucceeds(
    const std::vector<std::string>& argv, const std::string& directory,
    const std::map<std::string, std::string>& environment, int seconds);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_TESTEE_TESTEE_PROCESS_H_
