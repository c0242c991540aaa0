// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cases/case_loader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "conformance/runner/base/legible.h"
#include "conformance/runner/base/message_text.h"
#include "conformance/runner/cases/axes.h"
#include "conformance/runner/cases/case_checks.h"

namespace forkrpc::conformance {
namespace {

// A message may quote the file, which may hold any octets.
absl::Status ErrorIn(absl::string_view path, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": ", LegibleLine(what)));
}

absl::StatusOr<Case> ParseCase(const SourceFile& file, const SpecText& spec) {
  Case parsed;
  absl::Status status = ReadMessageText(file.text, &parsed);
  if (!status.ok()) return ErrorIn(file.path, status.message());
  status = CheckCase(parsed, absl::StripSuffix(file.path, ".textproto"), spec);
  if (!status.ok()) return ErrorIn(file.path, status.message());
  return parsed;
}

}  // namespace

absl::StatusOr<CaseSet> CaseSet::Load(const std::vector<SourceFile>& files,
                                      const SpecText& spec) {
  CaseSet set;
  set.cases_ = std::make_unique<std::vector<Case>>();
  set.sized_ = std::make_unique<Sized>();
  for (const SourceFile& file : files) {
    absl::StatusOr<Case> parsed = ParseCase(file, spec);
    if (!parsed.ok()) return parsed.status();
    if (set.Find(parsed->id()) != nullptr) {
      return ErrorIn(file.path, "the id stands twice");
    }
    for (const uint64_t size : parsed->axes().sizes()) {
      Case sized = AtSize(*parsed, size);
      const absl::Status status = CheckCase(sized, sized.id(), spec);
      if (!status.ok()) {
        return ErrorIn(file.path,
                       absl::StrCat("size ", size, ": ", status.message()));
      }
      set.sized_->emplace(std::make_pair(parsed->id(), size), std::move(sized));
    }
    set.cases_->push_back(*std::move(parsed));
  }
  std::sort(set.cases_->begin(), set.cases_->end(),
            [](const Case& a, const Case& b) { return a.id() < b.id(); });
  for (const Case& each : *set.cases_) {
    if (each.twin().empty()) continue;
    const absl::Status status = CheckTwin(each, set.Find(each.twin()));
    if (!status.ok()) {
      return ErrorIn(absl::StrCat(each.id(), ".textproto"), status.message());
    }
  }
  return set;
}

absl::StatusOr<std::vector<SourceFile>> CaseSet::ReadDirectory(
    const std::string& directory) {
  namespace fs = std::filesystem;
  std::vector<SourceFile> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(directory, error), end;
       !error && it != end; it.increment(error)) {
    if (it->path().extension() != ".textproto") continue;
    std::ifstream in(it->path(), std::ios::binary);
    if (!in) {
      return absl::NotFoundError(
          absl::StrCat(it->path().string(), ": cannot be read"));
    }
    files.push_back({it->path().lexically_relative(directory).generic_string(),
                     std::string(std::istreambuf_iterator<char>(in), {})});
  }
  if (error) {
    return absl::NotFoundError(absl::StrCat(directory, ": ", error.message()));
  }
  if (files.empty()) {
    return absl::NotFoundError(
        absl::StrCat(directory, ": holds no *.textproto"));
  }
  std::sort(
      files.begin(), files.end(),
      [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

const Case* CaseSet::Find(absl::string_view id) const {
  for (const Case& each : *cases_) {
    if (each.id() == id) return &each;
  }
  return nullptr;
}

std::vector<CaseRun> CaseSet::Runs() const {
  std::vector<CaseRun> runs;
  for (const Case& each : *cases_) {
    for (CaseRun run : AxesOf(each)) {
      if (run.size.has_value()) {
        run.conformance_case = &sized_->at({each.id(), *run.size});
      }
      runs.push_back(run);
    }
  }
  return runs;
}

}  // namespace forkrpc::conformance
