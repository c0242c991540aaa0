// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/command_input.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "conformance/runner/cases/embedded.h"
#include "conformance/runner/cases/splits.h"

ABSL_FLAG(std::string, cases, "", "folder of cases instead of those inside");
ABSL_FLAG(std::string, out, "out/conformance", "folder for matrix's report");
ABSL_FLAG(uint64_t, seed, forkrpc::conformance::Splits::kDefaultSeed,
          "where random splits cut");
ABSL_FLAG(absl::Duration, watchdog, absl::ZeroDuration(),
          "silence that is called a hang; 0 = scaled by the start-up");
ABSL_FLAG(bool, fresh, false,
          "a process for each run, though the testee serves many sessions");
ABSL_FLAG(int, j, 0, "runs at a time; 0 = two for each processor");

namespace forkrpc::conformance {

std::string UserPath(const std::string& path) {
  const char* const directory = std::getenv("BUILD_WORKING_DIRECTORY");
  if (directory == nullptr || path.empty()) return path;
  return (std::filesystem::path(directory) / path).lexically_normal().string();
}

absl::StatusOr<Material> LoadMaterial() {
  absl::StatusOr<SpecText> spec = SpecText::Parse(EmbeddedSpec());
  if (!spec.ok()) return absl::InternalError(spec.status().message());
  const std::string folder = UserPath(absl::GetFlag(FLAGS_cases));
  absl::StatusOr<std::vector<SourceFile>> files = EmbeddedCases();
  if (!folder.empty()) files = CaseSet::ReadDirectory(folder);
  if (!files.ok()) return files.status();
  absl::StatusOr<CaseSet> cases = CaseSet::Load(*files, *spec);
  if (!cases.ok()) {
    if (folder.empty()) return absl::InternalError(cases.status().message());
    return absl::InvalidArgumentError(
        absl::StrCat(folder, "/", cases.status().message()));
  }
  return Material{*std::move(spec), *std::move(cases)};
}

std::string CasesFolder() {
  const std::string folder = UserPath(absl::GetFlag(FLAGS_cases));
  return folder.empty() ? "" : std::filesystem::absolute(folder).string();
}

std::string OutFolder() { return UserPath(absl::GetFlag(FLAGS_out)); }

uint64_t Seed() { return absl::GetFlag(FLAGS_seed); }

std::optional<absl::Duration> Watchdog() {
  const absl::Duration watchdog = absl::GetFlag(FLAGS_watchdog);
  if (watchdog <= absl::ZeroDuration()) return std::nullopt;
  return watchdog;
}

bool Fresh() { return absl::GetFlag(FLAGS_fresh); }

int RunsAtATime() { return absl::GetFlag(FLAGS_j) > 0 ? Jobs() : 2 * Jobs(); }

int Jobs() {
  const int jobs = absl::GetFlag(FLAGS_j);
  if (jobs > 0) return jobs;
  return std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
}

}  // namespace forkrpc::conformance
