// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/check_pool_options.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "forkrpc/connection/connection.h"

namespace forkrpc {
namespace {

absl::Status Must(absl::string_view what, absl::AlphaNum found) {
  return absl::FailedPreconditionError(
      absl::StrCat("PoolOptions: ", what, "; found ", found));
}

// `where` is what stands before the names of the program's options.
absl::Status CheckProgram(const PoolOptions& options,
                          const SpawnOptions& program,
                          absl::string_view where) {
  if (program.argv.empty()) {
    return Must(absl::StrCat(where, "program.argv names none"), 0);
  }
  if (options.on_stderr == nullptr) return absl::OkStatus();
  if (program.on_stderr != nullptr) {
    return Must(absl::StrCat("on_stderr and ", where,
                             "program.on_stderr exclude each other"),
                "both");
  }
  if (program.stderr_mode == StderrMode::kInherit ||
      program.stderr_mode == StderrMode::kNull) {
    return Must(
        absl::StrCat("on_stderr needs ", where,
                     "program.stderr_mode kTee or kCapture"),
        program.stderr_mode == StderrMode::kNull ? "kNull" : "kInherit");
  }
  return absl::OkStatus();
}

absl::Status CheckPrograms(const PoolOptions& options) {
  if (options.launchers.empty()) {
    return CheckProgram(options, options.program, "");
  }
  if (!options.program.argv.empty()) {
    return Must("program and launchers exclude each other", "both");
  }
  for (size_t i = 0; i < options.launchers.size(); ++i) {
    const PoolLauncher& launcher = options.launchers[i];
    const std::string where = absl::StrCat("launchers[", i, "].");
    absl::Status checked = CheckProgram(options, launcher.program, where);
    if (!checked.ok()) return checked;
    if (launcher.max < 0) {
      return Must(absl::StrCat(where, "max is at least 0"), launcher.max);
    }
    if (launcher.weight < 1) {
      return Must(absl::StrCat(where, "weight is at least 1"), launcher.weight);
    }
    if (launcher.drain.has_value() &&
        launcher.drain->answers_grace < absl::ZeroDuration()) {
      return Must(absl::StrCat(where, "drain.answers_grace is at least 0"),
                  absl::FormatDuration(launcher.drain->answers_grace));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckCounts(const PoolOptions& options) {
  if (options.max < 1) return Must("max is at least 1", options.max);
  if (options.max_processes != 0 && options.max_processes < options.max) {
    return Must(absl::StrCat("max_processes is 0 or at least max, which is ",
                             options.max),
                options.max_processes);
  }
  if (options.idle < 0 || options.idle > options.max) {
    return Must(absl::StrCat("idle is 0 to max, which is ", options.max),
                options.idle);
  }
  if (options.load < 1 ||
      static_cast<size_t>(options.load) > options.connection.max_in_flight) {
    return Must(absl::StrCat("load is 1 to connection.max_in_flight, which is ",
                             options.connection.max_in_flight),
                options.load);
  }
  if (options.max_attempts < 1) {
    return Must("max_attempts is at least 1", options.max_attempts);
  }
  if (options.recycle.max_calls < 1) {
    return Must("recycle.max_calls is at least 1", options.recycle.max_calls);
  }
  if (options.recycle.max_resident_octets < 1) {
    return Must("recycle.max_resident_octets is at least 1",
                options.recycle.max_resident_octets);
  }
  const absl::Status buffer =
      CheckReceiveBufferOctets(options.connection.receive_buffer_octets);
  if (!buffer.ok()) {
    return absl::Status(buffer.code(), absl::StrCat("PoolOptions: connection.",
                                                    buffer.message()));
  }
  if (options.restart.max_failures < 1) {
    return Must("restart.max_failures is at least 1",
                options.restart.max_failures);
  }
  return absl::OkStatus();
}

absl::Status CheckDurations(const PoolOptions& options) {
  const RestartOptions& restart = options.restart;
  const struct {
    absl::string_view name;
    absl::Duration found;
    absl::Duration least;
  } durations[] = {
      {"drain.answers_grace", options.drain.answers_grace,
       absl::ZeroDuration()},
      {"exit_grace", options.exit_grace, absl::ZeroDuration()},
      {"start", options.start, absl::ZeroDuration()},
      {"stop", options.stop, absl::ZeroDuration()},
      {"kill_grace", options.kill_grace, absl::ZeroDuration()},
      {"hung_grace", options.hung_grace, absl::ZeroDuration()},
      {"retire_grace", options.retire_grace, absl::ZeroDuration()},
      {"recycle.max_age", options.recycle.max_age, absl::Nanoseconds(1)},
      // The loop wakes up so often, and the processes are looked at.
      {"recycle.memory_interval", options.recycle.memory_interval,
       absl::Milliseconds(1)},
      // Without a delay, a window or a pause nothing holds a crash loop back.
      {"restart.first_delay", restart.first_delay, absl::Milliseconds(1)},
      {"restart.max_delay", restart.max_delay, restart.first_delay},
      {"restart.window", restart.window, absl::Milliseconds(1)},
      {"restart.pause", restart.pause, absl::Milliseconds(1)},
  };
  for (const auto& duration : durations) {
    if (duration.found >= duration.least) continue;
    const bool positive = duration.least == absl::Nanoseconds(1);
    return Must(
        absl::StrCat(duration.name, " is ",
                     positive ? "more than 0"
                              : absl::StrCat("at least ", absl::FormatDuration(
                                                              duration.least))),
        absl::FormatDuration(duration.found));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckPoolOptions(const PoolOptions& options) {
  absl::Status checked = CheckPrograms(options);
  checked.Update(CheckCounts(options));
  checked.Update(CheckDurations(options));
  return checked;
}

size_t EffectiveMaxProcesses(const PoolOptions& options) {
  if (options.max_processes != 0) {
    return static_cast<size_t>(options.max_processes);
  }
  return 2 * static_cast<size_t>(options.max);
}

}  // namespace forkrpc
