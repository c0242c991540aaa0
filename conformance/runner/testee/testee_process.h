// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TesteeProcess: one run of a testee's program, with the runner's ends of its
// descriptors.
//
// The program starts by posix_spawn in a process group of its own with default
// signal dispositions; it gets descriptors 0 to 2 (3 for a parent) and no other
// of the runner's, and of FORKRPC_FORM and FORKRPC_SERIALISER nothing that the
// runner was told itself. Destruction kills the whole group and reaps the
// program, so nothing is left behind whatever a testee does. One thread at a
// time; several objects may live in several threads. Errors: NotFound (no such
// program), Internal (the system refuses descriptors or processes).
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
#include "absl/time/time.h"
#include "conformance/runner/base/scoped_fd.h"
#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

// How a process ended.
struct Exit {
  bool by_runner = false;  // it had not ended when the runner killed it
  int status = 0;          // meaningful if signal is 0
  int signal = 0;

  // "status 0", "signal 11 (Segmentation fault)", "killed by the runner".
  std::string Text() const;
};

// What a testee's processes are doing.
struct Activity {
  bool runnable = false;  // a thread runs, waits for a processor or for a disk
  absl::Duration processor_time;  // used by all of them so far
};

struct SpawnOptions {
  std::string program;                             // path, looked up already
  std::vector<std::string> argv;                   // argv[0] included
  std::string directory;                           // to run in
  std::map<std::string, std::string> environment;  // over the runner's own
  Role role = CHILD;
  Transport transport = SOCKETPAIR;
  bool nonblocking = false;  // a child's descriptors 0 and 1
  // For somebody who debugs it: any process of the user's may attach to it.
  // Only while the runner has no other thread. A program that cannot be
  // executed ends with status 127 instead of NotFound.
  bool debugged = false;
  // Besides, it stands still by a SIGSTOP just before it executes the program;
  // Start returns when it does.
  bool stopped = false;
};

// Invariant: pid_ is -1, or a child process that has not been reaped and leads
// its own process group.
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
  // Parent role only: the adapter's standard input and output.
  ScopedFd& commands() { return commands_; }
  ScopedFd& reports() { return reports_; }
  ScopedFd& errors() { return errors_; }

  // The number of the process and of its group, until it is reaped.
  pid_t pid() const { return pid_; }
  // How the program ended, or nothing if it still runs. Reaps nothing.
  std::optional<Exit> PeekExit();

  // Kills what is left of the group, reaps the program; idempotent.
  Exit KillAndReap();

  // A number in kB from /proc/PID/status, such as "VmHWM"; nothing where the
  // system has none.
  std::optional<uint64_t> StatusKilobytes(const std::string& key) const;

  // How many descriptors the program has open; nothing where the system cannot
  // tell, or when it has ended.
  std::optional<int> DescriptorCount() const;

  // Of all processes in the group; nothing is runnable where the system cannot
  // tell. Reads all of /proc: not for every turn of a loop.
  Activity GroupActivity() const;

 private:
  TesteeProcess() = default;

  pid_t pid_ = -1;
  std::optional<Exit> exit_;
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

// Runs a command to its end with no input and its output thrown away. True if
// its exit status is 0 within `seconds`; it is killed after that.
bool CommandSucceeds(const std::vector<std::string>& argv,
                     const std::string& directory,
                     const std::map<std::string, std::string>& environment,
                     int seconds);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_TESTEE_TESTEE_PROCESS_H_
