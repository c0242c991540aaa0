// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/testee/testee_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "conformance/runner/base/stopwatch.h"
#include "conformance/runner/testee/wire_ends.h"

namespace forkrpc::conformance {
namespace {

// As shells have it.
constexpr int kCannotExecute = 127;

// What a parent tells a worker of the wire between these two (see
// spec/environment.md). If the runner is somebody's worker, what it was told is
// not about the wire that the testee gets, which is judged on what it does.
constexpr absl::string_view kOfTheRunnersOwnWire[] = {
    "FORKRPC_FORM", "FORKRPC_SERIALISER", "FORKRPC_SESSIONS"};

std::vector<std::string> Environment(
    const std::map<std::string, std::string>& over) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::vector<std::string> parts =
        absl::StrSplit(*entry, absl::MaxSplits('=', 1));
    if (over.count(parts[0]) == 0 &&
        !absl::c_linear_search(kOfTheRunnersOwnWire, parts[0])) {
      all.emplace_back(*entry);
    }
  }
  for (const auto& [key, value] : over) {
    all.push_back(absl::StrCat(key, "=", value));
  }
  return all;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& each : strings) pointers.push_back(each.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Starts `program`; fds[i] becomes its descriptor i. Errors: NotFound,
// Internal.
absl::StatusOr<pid_t> Spawn(const std::string& program,
                            std::vector<std::string> argv,
                            const std::string& directory,
                            const std::map<std::string, std::string>& over,
                            const std::vector<int>& fds) {
  std::vector<std::string> environment = Environment(over);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  absl::Cleanup destroy = [&] {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  };
  for (size_t i = 0; i < fds.size(); ++i) {
    posix_spawn_file_actions_adddup2(&actions, fds[i], static_cast<int>(i));
  }
  if (!directory.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  }
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK |
                                            POSIX_SPAWN_SETSIGDEF |
                                            POSIX_SPAWN_SETPGROUP);
  pid_t pid = -1;
  const int error =
      posix_spawn(&pid, program.c_str(), &actions, &attributes,
                  Pointers(argv).data(), Pointers(environment).data());
  if (error == ENOENT || error == EACCES || error == ENOEXEC) {
    return absl::NotFoundError(
        absl::StrCat(program, " cannot be started: ", strerror(error)));
  }
  if (error != 0) return SystemError("posix_spawn", error);
  return pid;
}

// The new process of ForkDebugged. Calls only what may be called there.
[[noreturn]] void Become(const SpawnOptions& options,
                         const std::vector<int>& fds, char** argv,
                         char** environment) {
  setpgid(0, 0);
  for (size_t i = 0; i < fds.size(); ++i) dup2(fds[i], static_cast<int>(i));
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
#ifdef PR_SET_PTRACER
  // Linux's Yama else allows only ancestors, and a debugger is none.
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
#endif
  if (options.directory.empty() || chdir(options.directory.c_str()) == 0) {
    if (options.stopped) raise(SIGSTOP);
    execve(options.program.c_str(), argv, environment);
  }
  _exit(kCannotExecute);
}

// Does what Spawn does, by fork, because posix_spawn can neither say who may
// attach nor stop before the program is executed.
absl::StatusOr<pid_t> ForkDebugged(const SpawnOptions& options,
                                   const std::vector<int>& fds) {
  std::vector<std::string> argv = options.argv;
  std::vector<std::string> environment = Environment(options.environment);
  const std::vector<char*> argv_pointers = Pointers(argv);
  const std::vector<char*> environment_pointers = Pointers(environment);
  const pid_t pid = fork();
  if (pid < 0) return SystemError("fork", errno);
  if (pid == 0) {
    Become(options, fds, const_cast<char**>(argv_pointers.data()),
           const_cast<char**>(environment_pointers.data()));
  }
  // Whichever of the two is first.
  setpgid(pid, pid);
  siginfo_t info;
  while (options.stopped &&
         waitid(P_PID, pid, &info, WSTOPPED | WEXITED | WNOWAIT) != 0 &&
         errno == EINTR) {
  }
  return pid;
}

Exit ExitOf(const siginfo_t& info) {
  return {info.si_code == CLD_EXITED ? Exit::kStatus : Exit::kSignal,
          info.si_status};
}

// How `pid`, which is not reaped, ended; nothing if it has not.
std::optional<Exit> Peek(pid_t pid, int flags) {
  siginfo_t info = {};
  int result;
  do {
    result = waitid(P_PID, pid, &info, WEXITED | WNOWAIT | flags);
  } while (result != 0 && errno == EINTR);
  // Somebody else has reaped it: the system, if SIGCHLD is ignored.
  if (result != 0) return Exit();
  if (info.si_pid == 0) return std::nullopt;
  return ExitOf(info);
}

// The leader is still a zombie when the group is killed, so the group's number
// cannot have passed to strangers.
Exit KillGroupAndReap(pid_t pid) {
  std::optional<Exit> exit = Peek(pid, WNOHANG);
  if (exit.has_value() && exit->how == Exit::kUnknown) return *exit;
  kill(-pid, SIGKILL);
  if (!exit.has_value()) {
    exit = Peek(pid, 0).value_or(Exit());
    if (exit->how == Exit::kUnknown ||
        (exit->how == Exit::kSignal && exit->number == SIGKILL)) {
      exit->how = Exit::kByRunner;
    }
  }
  int status;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return *exit;
}

bool IsExecutableFile(const std::string& path) {
  // Directories are executable too; a trailing "/." tells them apart.
  return access(path.c_str(), X_OK) == 0 &&
         access(absl::StrCat(path, "/.").c_str(), F_OK) != 0;
}

}  // namespace

std::string Exit::Text() const {
  switch (how) {
    case kStatus:
      return absl::StrCat("status ", number);
    case kSignal:
      return absl::StrCat("signal ", number, " (", strsignal(number), ")");
    case kByRunner:
      return "killed by the runner";
    case kUnknown:
      break;
  }
  return "an unknown status";
}

absl::StatusOr<TesteeProcess> TesteeProcess::Start(
    const SpawnOptions& options) {
  TesteeProcess testee;
  testee.transport_ = options.transport;
  std::vector<ScopedFd> theirs(5);
  const bool stdio = options.parent_wire == ParentWire::kStdio;
  absl::Status status;
  const auto take = [&](absl::StatusOr<WireEnds> pair, size_t theirs_at) {
    if (!pair.ok()) {
      status.Update(pair.status());
      return ScopedFd();
    }
    theirs[theirs_at] = std::move(pair->testee);
    return std::move(pair->runner);
  };
  testee.errors_ = take(Pipe(/*to_testee=*/false), 2);
  if (options.many_sessions) {
    testee.commands_ = take(Pipe(/*to_testee=*/true), 0);
    testee.reports_ = take(Pipe(/*to_testee=*/false), 1);
  } else if (options.role == PARENT) {
    testee.commands_ = take(Pipe(/*to_testee=*/true), stdio ? 3 : 0);
    testee.reports_ = take(Pipe(/*to_testee=*/false), stdio ? 4 : 1);
    testee.wire_in_ = take(ConnectedSockets(options.transport), stdio ? 0 : 3);
  } else if (options.transport == PIPES) {
    testee.wire_out_ = take(Pipe(/*to_testee=*/true), 0);
    testee.wire_in_ = take(Pipe(/*to_testee=*/false), 1);
  } else {
    testee.wire_in_ = take(ConnectedSockets(options.transport), 0);
  }
  if (!status.ok()) return status;
  if (testee.wire_in_.valid() && testee.wire_is_socket()) {
    testee.wire_out_ =
        ScopedFd(fcntl(testee.wire_in_.get(), F_DUPFD_CLOEXEC, kLowestFd));
    if (!testee.wire_out_.valid()) return SystemError("fcntl", errno);
  }
  std::vector<int> fds;
  for (const ScopedFd& fd : theirs) {
    // A wire on 0 that is a socket is on 1, too.
    const bool same = fds.size() == 1 && !fd.valid();
    if (same || fd.valid()) fds.push_back(same ? fds[0] : fd.get());
  }
  for (const int fd : {fds[0], fds[1]}) {
    if (options.nonblocking && fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
      return SystemError("fcntl(O_NONBLOCK)", errno);
    }
  }
  const absl::StatusOr<pid_t> pid =
      options.debugged || options.stopped
          ? ForkDebugged(options, fds)
          : Spawn(options.program, options.argv, options.directory,
                  options.environment, fds);
  if (!pid.ok()) return pid.status();
  testee.pid_ = *pid;
  return testee;
}

TesteeProcess::TesteeProcess(TesteeProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      exit_(other.exit_),
      session_end_(other.session_end_),
      transport_(other.transport_),
      wire_in_(std::move(other.wire_in_)),
      wire_out_(std::move(other.wire_out_)),
      commands_(std::move(other.commands_)),
      reports_(std::move(other.reports_)),
      errors_(std::move(other.errors_)) {}

TesteeProcess::~TesteeProcess() { KillAndReap(); }

void TesteeProcess::BeginSession(Transport transport, ScopedFd wire_in,
                                 ScopedFd wire_out) {
  session_end_.reset();
  transport_ = transport;
  wire_in_ = std::move(wire_in);
  wire_out_ = std::move(wire_out);
}

std::optional<Exit> TesteeProcess::PeekExit() {
  if (session_end_.has_value()) return session_end_;
  if (!exit_.has_value() && pid_ >= 0) exit_ = Peek(pid_, WNOHANG);
  return exit_;
}

Exit TesteeProcess::KillAndReap() {
  if (pid_ >= 0) {
    exit_ = KillGroupAndReap(pid_);
    pid_ = -1;
  }
  return exit_.value_or(Exit());
}

std::optional<uint64_t> TesteeProcess::StatusKilobytes(
    const std::string& key) const {
  std::ifstream status(absl::StrCat("/proc/", pid_, "/status"));
  std::string line;
  while (std::getline(status, line)) {
    absl::string_view rest = line;
    if (!absl::ConsumePrefix(&rest, absl::StrCat(key, ":"))) continue;
    uint64_t kilobytes = 0;
    absl::ConsumeSuffix(&rest, " kB");
    if (absl::SimpleAtoi(rest, &kilobytes)) return kilobytes;
  }
  return std::nullopt;
}

std::optional<int> TesteeProcess::DescriptorCount() const {
  std::error_code error;
  std::filesystem::directory_iterator it(absl::StrCat("/proc/", pid_, "/fd"),
                                         error);
  int count = 0;
  for (; !error && it != std::filesystem::directory_iterator();
       it.increment(error)) {
    ++count;
  }
  // A program that has ended has none, not even its wire.
  if (error || count == 0) return std::nullopt;
  return count;
}

std::string FindInPath(const std::string& program) {
  const char* const path = std::getenv("PATH");
  if (path == nullptr || program.empty() || absl::StrContains(program, '/')) {
    return "";
  }
  for (const absl::string_view folder : absl::StrSplit(path, ':')) {
    const std::string candidate = absl::StrCat(folder, "/", program);
    if (absl::StartsWith(folder, "/") && IsExecutableFile(candidate)) {
      return candidate;
    }
  }
  return "";
}

absl::StatusOr<std::string> FindProgram(const std::string& program,
                                        const std::string& directory) {
  if (absl::StartsWith(program, "/")) {
    if (IsExecutableFile(program)) return program;
    return absl::NotFoundError(
        absl::StrCat("program ", program, " is missing or not executable"));
  }
  const std::string beside = absl::StrCat(directory, "/", program);
  if (!program.empty() && IsExecutableFile(beside)) return beside;
  const std::string in_path = FindInPath(program);
  if (!in_path.empty()) return in_path;
  return absl::NotFoundError(absl::StrCat(
      "program '", program, "' is neither in ", directory, " nor in PATH"));
}

absl::StatusOr<bool> CommandSucceeds(
    const std::vector<std::string>& argv, const std::string& directory,
    const std::map<std::string, std::string>& environment, int seconds) {
  if (argv.empty()) return false;
  const absl::StatusOr<std::string> program = FindProgram(argv[0], directory);
  if (!program.ok()) return false;
  absl::StatusOr<ScopedFd> null =
      Lift(ScopedFd(open("/dev/null", O_RDWR | O_CLOEXEC)));
  if (!null.ok()) return null.status();
  const int fd = null->get();
  const absl::StatusOr<pid_t> pid =
      Spawn(*program, argv, directory, environment, {fd, fd, fd});
  if (absl::IsNotFound(pid.status())) return false;
  if (!pid.ok()) return pid.status();
  Stopwatch stopwatch;
  std::optional<Exit> exit;
  while (!(exit = Peek(*pid, WNOHANG)).has_value() &&
         stopwatch.watched() < absl::Seconds(seconds)) {
    absl::SleepFor(absl::Milliseconds(5));
    stopwatch.Look();
  }
  KillGroupAndReap(*pid);
  if (!exit.has_value()) {
    return absl::DeadlineExceededError(
        absl::StrCat(argv[0], " has not ended within ", seconds, " s"));
  }
  if (exit->how == Exit::kUnknown) {
    return absl::UnavailableError(absl::StrCat(
        argv[0], " has ended, but its exit status went to somebody else"));
  }
  return exit->IsStatus(0);
}

}  // namespace forkrpc::conformance
