// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/testee/activity.h"

#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace forkrpc::conformance {
namespace {

constexpr size_t kStatState = 0;
constexpr size_t kStatGroup = 2;
constexpr size_t kStatUserTicks = 11;
constexpr size_t kStatSystemTicks = 12;
constexpr size_t kStatChildUserTicks = 13;
constexpr size_t kStatChildSystemTicks = 14;

// The fields of a /proc/.../stat behind the program's name, which may hold
// blanks: state, parent, group, ... Empty if the process has gone.
std::vector<std::string> StatFields(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  const size_t end = line.rfind(") ");
  if (end == std::string::npos) return {};
  return absl::StrSplit(line.substr(end + 2), ' ');
}

absl::Duration Ticks(const std::vector<std::string>& fields, size_t place) {
  int64_t ticks = 0;
  if (!absl::SimpleAtoi(fields[place], &ticks)) return absl::ZeroDuration();
  return absl::Seconds(ticks) / int64_t{sysconf(_SC_CLK_TCK)};
}

// How long the process's threads have waited for a processor; 0 where the
// system does not count it.
absl::Duration WaitedTime(const std::string& folder) {
  absl::Duration waited;
  std::error_code error;
  for (const auto& task :
       std::filesystem::directory_iterator(folder + "/task", error)) {
    std::ifstream in(task.path() / "schedstat");
    int64_t ran = 0;
    int64_t delayed = 0;
    if (in >> ran >> delayed) waited += absl::Nanoseconds(delayed);
  }
  return waited;
}

bool AnyThreadRunnable(const std::string& folder) {
  std::error_code error;
  for (const auto& task :
       std::filesystem::directory_iterator(folder + "/task", error)) {
    const std::vector<std::string> fields = StatFields(task.path() / "stat");
    if (!fields.empty() &&
        (fields[kStatState] == "R" || fields[kStatState] == "D")) {
      return true;
    }
  }
  return false;
}

// Adds one process to *activity.
void AddActivity(const std::string& folder,
                 const std::vector<std::string>& fields, Activity* activity) {
  for (const size_t place : {kStatUserTicks, kStatSystemTicks,
                             kStatChildUserTicks, kStatChildSystemTicks}) {
    activity->processor_time += Ticks(fields, place);
  }
  activity->waited_time += WaitedTime(folder);
  activity->runnable |= AnyThreadRunnable(folder);
}

// What the leader's own clock says, where there is no /proc.
Activity LeaderActivity(pid_t leader) {
  Activity activity;
  clockid_t clock;
  timespec used;
  if (clock_getcpuclockid(leader, &clock) == 0 &&
      clock_gettime(clock, &used) == 0) {
    activity.source = Activity::kLeader;
    activity.processor_time = absl::DurationFromTimespec(used);
  }
  return activity;
}

}  // namespace

Activity GroupActivity(pid_t group) {
  Activity activity;
  std::error_code error;
  const std::string number = absl::StrCat(group);
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc", error)) {
    const std::vector<std::string> fields = StatFields(entry.path() / "stat");
    if (fields.size() > kStatChildSystemTicks && fields[kStatGroup] == number) {
      activity.source = Activity::kGroup;
      AddActivity(entry.path(), fields, &activity);
    }
  }
  return activity.source == Activity::kNone ? LeaderActivity(group) : activity;
}

bool IsRunnable(pid_t pid) {
  return AnyThreadRunnable(absl::StrCat("/proc/", pid));
}

}  // namespace forkrpc::conformance
