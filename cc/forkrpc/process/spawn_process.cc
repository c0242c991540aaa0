// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/spawn_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/environment_names.h"
#include "forkrpc/base/errno_status.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/process/child_descriptors.h"
#include "forkrpc/process/spawn_options.h"

namespace forkrpc {
namespace {

struct FileActions {
  FileActions() { posix_spawn_file_actions_init(&value); }
  ~FileActions() { posix_spawn_file_actions_destroy(&value); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  posix_spawn_file_actions_t value;
};

struct Attributes {
  Attributes() { posix_spawnattr_init(&value); }
  ~Attributes() { posix_spawnattr_destroy(&value); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  posix_spawnattr_t value;
};

bool HasNul(absl::string_view text) {
  return text.find('\0') != absl::string_view::npos;
}

absl::Status CheckOptions(const SpawnOptions& options,
                          const Variables& variables) {
  if (options.argv.empty() || options.argv[0].empty()) {
    return absl::FailedPreconditionError(
        "cannot start a worker: SpawnOptions.argv names no program");
  }
  bool nul = HasNul(options.working_directory);
  for (const std::string& word : options.argv) nul = nul || HasNul(word);
  for (const auto& [name, value] : variables) nul = nul || HasNul(value);
  for (const auto& [name, value] : options.set_env) {
    nul = nul || HasNul(name) || HasNul(value);
    if (name.empty() || absl::StrContains(name, '=')) {
      return absl::FailedPreconditionError(
          absl::StrCat("cannot start worker '", options.argv[0], "': '", name,
                       "' cannot name an environment variable"));
    }
  }
  if (nul) {
    return absl::FailedPreconditionError(absl::StrCat(
        "cannot start worker '", options.argv[0],
        "': an argument, variable or directory contains a NUL octet"));
  }
  return absl::OkStatus();
}

bool IsVariable(absl::string_view entry, absl::string_view name) {
  return entry.size() > name.size() && entry[name.size()] == '=' &&
         absl::StartsWith(entry, name);
}

// The child's environment as NAME=VALUE.
std::vector<std::string> Environment(const SpawnOptions& options,
                                     const Variables& variables) {
  std::vector<std::string> entries;
  if (!options.clear_env) {
    for (char** entry = environ; entry != nullptr && *entry != nullptr;
         ++entry) {
      entries.emplace_back(*entry);
    }
  }
  const auto remove = [&entries](absl::string_view name) {
    entries.erase(std::remove_if(entries.begin(), entries.end(),
                                 [name](const std::string& entry) {
                                   return IsVariable(entry, name);
                                 }),
                  entries.end());
  };
  const auto set = [&](const Variables& pairs) {
    for (const auto& [name, value] : pairs) {
      remove(name);
      entries.push_back(absl::StrCat(name, "=", value));
    }
  };
  remove(kFormVariable);
  remove(kSerialiserVariable);
  set(variables);
  for (const std::string& name : options.unset_env) remove(name);
  set(options.set_env);
  return entries;
}

// As execve() wants it; points into `strings`.
std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& text : strings) pointers.push_back(&text[0]);
  pointers.push_back(nullptr);
  return pointers;
}

void SetSignals(posix_spawnattr_t* attributes) {
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(attributes, &none);
  // An ignored signal would stay ignored: with SIGPIPE the worker would never
  // notice that nobody reads, with SIGCHLD it could not wait for children.
  sigset_t defaults;
  sigfillset(&defaults);
  for (const int kept : {SIGHUP, SIGINT, SIGQUIT, SIGKILL, SIGSTOP}) {
    sigdelset(&defaults, kept);
  }
  posix_spawnattr_setsigdefault(attributes, &defaults);
  posix_spawnattr_setflags(attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

absl::Status SpawnError(int error, const SpawnOptions& options, int directory) {
  const std::string& program = options.argv[0];
  absl::string_view hint;
  if (error == ENOENT) {
    const bool exists = absl::StrContains(program, '/') &&
                        faccessat(directory, program.c_str(), F_OK, 0) == 0;
    hint = exists ? "; the interpreter named in its first line is missing"
                  : "; check the path or PATH";
  } else if (error == EACCES) {
    hint = "; is it an executable file?";
  } else if (error == ENOEXEC) {
    hint = "; a script must begin with #! and its interpreter";
  } else if (error == E2BIG) {
    hint = "; its arguments and environment are too long";
  }
  const absl::Status status = ErrnoStatus(
      error, absl::StrCat("cannot start worker '", program, "'",
                          options.working_directory.empty() ? "" : " in '",
                          options.working_directory,
                          options.working_directory.empty() ? "" : "'"));
  return absl::Status(status.code(), absl::StrCat(status.message(), hint));
}

// Opens the directory here, so that its absence cannot be taken for the
// program's; the child goes there before its descriptors are arranged.
absl::StatusOr<OwnedFd> EnterDirectory(const SpawnOptions& options,
                                       posix_spawn_file_actions_t* actions) {
  OwnedFd directory(open(options.working_directory.c_str(),
                         O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) {
    return ErrnoStatus(
        errno,
        absl::StrCat("cannot start worker '", options.argv[0],
                     "': working directory '", options.working_directory, "'"));
  }
  const int error =
      posix_spawn_file_actions_addfchdir_np(actions, directory.get());
  if (error != 0) return SpawnError(error, options, AT_FDCWD);
  return directory;
}

}  // namespace

absl::StatusOr<pid_t> SpawnProcess(const SpawnOptions& options,
                                   const Variables& variables,
                                   ChildDescriptors* descriptors) {
  if (absl::Status status = CheckOptions(options, variables); !status.ok()) {
    return status;
  }

  FileActions actions;
  OwnedFd directory;
  if (!options.working_directory.empty()) {
    absl::StatusOr<OwnedFd> entered = EnterDirectory(options, &actions.value);
    if (!entered.ok()) return entered.status();
    directory = *std::move(entered);
  }
  if (absl::Status status = descriptors->AddTo(&actions.value); !status.ok()) {
    return absl::Status(status.code(),
                        absl::StrCat("cannot start worker '", options.argv[0],
                                     "': ", status.message()));
  }
  Attributes attributes;
  SetSignals(&attributes.value);

  std::vector<std::string> arguments = options.argv;
  std::vector<std::string> environment = Environment(options, variables);
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, arguments[0].c_str(), &actions.value,
                                 &attributes.value, Pointers(arguments).data(),
                                 Pointers(environment).data());
  if (error != 0) {
    return SpawnError(error, options,
                      directory.valid() ? directory.get() : AT_FDCWD);
  }
  return pid;
}

}  // namespace forkrpc
