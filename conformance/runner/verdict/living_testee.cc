// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/verdict/living_testee.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "conformance/runner/base/stopwatch.h"
#include "conformance/runner/play/watchdog.h"
#include "conformance/runner/testee/activity.h"
#include "conformance/runner/testee/meeting_point.h"
#include "conformance/runner/testee/wire_ends.h"
#include "conformance/runner/wire/octets_text.h"

namespace forkrpc::conformance {
namespace {

constexpr int kSliceMilliseconds = 20;
constexpr size_t kStrayShown = 256;

// A new folder, of which nobody else may use anything.
absl::StatusOr<std::string> NewFolder() {
  std::error_code error;
  std::string path =
      (std::filesystem::temp_directory_path(error) / "forkrpc-testee-XXXXXX")
          .string();
  if (error || absl::StrContains(path, ' ')) {
    return absl::UnavailableError(
        "there is no folder for temporary files whose path has no blank");
  }
  if (mkdtemp(path.data()) == nullptr) return SystemError("mkdtemp", errno);
  return path;
}

bool IsReadable(int fd) {
  pollfd one = {fd, POLLIN, 0};
  return poll(&one, 1, 0) > 0;
}

bool IsInterrupted(const RunSettings& settings) {
  return settings.interrupted != nullptr && *settings.interrupted;
}

// The end of the process itself, whatever it has said of a session.
std::optional<Exit> ProcessEnd(TesteeProcess* process) {
  process->BeginSession(process->transport(), ScopedFd(), ScopedFd());
  return process->PeekExit();
}

}  // namespace

absl::StatusOr<std::unique_ptr<LivingTestee>> LivingTestee::Start(
    const Testee& testee, Role role, Form form) {
  std::unique_ptr<LivingTestee> living(new LivingTestee());
  absl::StatusOr<std::string> folder = NewFolder();
  if (!folder.ok()) return folder.status();
  living->folder_ = *std::move(folder);
  absl::StatusOr<TesteeProcess> process =
      TesteeProcess::Start(testee.SpawnForMany(role, form));
  if (!process.ok()) return process.status();
  living->process_.emplace(*std::move(process));
  return living;
}

LivingTestee::~LivingTestee() {
  if (!folder_.empty()) rmdir(folder_.c_str());
}

absl::Status LivingTestee::Offer(const CaseRun& run,
                                 const RunSettings& settings) {
  run_ = run.Id();
  ++sessions_;
  absl::StatusOr<MeetingPoint> point =
      MeetingPoint::Open(run.transport, folder_);
  if (!point.ok()) return point.status();
  const std::string line =
      absl::StrCat("session ", run_, " ", point->address(), "\n");
  if (write(process_->commands().get(), line.data(), line.size()) !=
      static_cast<ssize_t>(line.size())) {
    return absl::FailedPreconditionError(
        "the process does not read its standard input");
  }
  Stopwatch stopwatch;
  Watchdog watchdog(settings.watchdog);
  watchdog.Begin();
  while (true) {
    pollfd fds[] = {{point->fd(), POLLIN, 0},
                    {process_->reports().get(), POLLIN, 0}};
    poll(fds, 2, kSliceMilliseconds);
    const absl::StatusOr<bool> taken = point->Take();
    if (!taken.ok()) return taken.status();
    if (*taken) break;
    if (IsInterrupted(settings)) return absl::CancelledError("interrupted");
    if (const std::optional<Exit> exit = ProcessEnd(&*process_)) {
      return absl::FailedPreconditionError(
          absl::StrCat("the process ended with ", exit->Text(),
                       " when it was to take a session"));
    }
    const Watchdog::Bark bark =
        watchdog.Look(stopwatch.Look(), /*moved=*/false,
                      [&] { return GroupActivity(process_->pid()); });
    if (bark != Watchdog::Bark::kNone) {
      return absl::FailedPreconditionError(
          absl::StrCat("the process did not take the session's wire within ",
                       absl::FormatDuration(absl::Trunc(
                           watchdog.silence(), absl::Milliseconds(100)))));
    }
  }
  process_->BeginSession(run.transport, std::move(point->wire_in()),
                         std::move(point->wire_out()));
  return absl::OkStatus();
}

std::string LivingTestee::TakeBack(TesteeProcess process) {
  process_.reset();
  process_.emplace(std::move(process));
  // What the runner holds of the wire goes.
  process_->wire_in().Close();
  process_->wire_out().Close();
  const std::optional<int> now = process_->DescriptorCount();
  if (!now.has_value()) return "";
  if (!descriptors_.has_value()) descriptors_ = now;
  if (*now <= *descriptors_ + kFreeDescriptors) return "";
  return absl::StrCat("the process has ", *now, " descriptors, ",
                      *now - *descriptors_,
                      " more than after its first "
                      "session: they leak");
}

std::string LivingTestee::AmissBetween() {
  if (sessions_ == 0) return "";
  if (const std::optional<Exit> exit = ProcessEnd(&*process_)) {
    return absl::StrCat("the process ended with ", exit->Text(),
                        " between two sessions");
  }
  if (!IsReadable(process_->reports().get())) return "";
  char stray[kStrayShown];
  const ssize_t count = read(process_->reports().get(), stray, sizeof stray);
  if (count <= 0) return "the process closed its standard output";
  return absl::StrCat(
      "behind the end of the session the process wrote to standard output: ",
      DescribeOctets(std::string(stray, static_cast<size_t>(count))));
}

std::string LivingTestee::Retire(const RunSettings& settings) {
  std::string amiss = AmissBetween();
  if (!amiss.empty()) return amiss;
  process_->commands().Close();
  Stopwatch stopwatch;
  Watchdog watchdog(settings.watchdog);
  watchdog.Begin();
  std::optional<Exit> exit;
  while (!(exit = ProcessEnd(&*process_)).has_value()) {
    if (IsInterrupted(settings)) return "";
    poll(nullptr, 0, 1);
    if (watchdog.Look(stopwatch.Look(), /*moved=*/false, [&] {
          return GroupActivity(process_->pid());
        }) != Watchdog::Bark::kNone) {
      return "the process did not end at the end of its standard input";
    }
  }
  if (exit->IsStatus(0) || exit->how == Exit::kUnknown) return "";
  return absl::StrCat(
      "at the end of its standard input the process ended with ", exit->Text());
}

}  // namespace forkrpc::conformance
