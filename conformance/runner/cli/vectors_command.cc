// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/vectors_command.h"

#include <filesystem>
#include <map>
#include <system_error>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "conformance/runner/base/complain.h"
#include "conformance/runner/base/files.h"
#include "conformance/runner/cases/embedded.h"
#include "conformance/runner/cli/command_input.h"

namespace forkrpc::conformance {
namespace {

namespace fs = std::filesystem;

constexpr char kUsageLine[] =
    "say vectors list, or vectors export DIR; see --help";

absl::Status Refuse(const std::string& path, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(
      path, ": ", why, "; choose an empty folder, or one that is not there"));
}

// What speaks against writing to the folder.
absl::Status CheckFolder(const std::string& folder) {
  std::error_code error;
  const fs::file_status found = fs::status(folder, error);
  if (!fs::exists(found)) return absl::OkStatus();
  if (!fs::is_directory(found)) return Refuse(folder, "is no folder");
  std::map<std::string, absl::string_view> ours;
  for (const EmbeddedFile& file : EmbeddedVectors()) {
    ours.emplace(file.path, file.octets);
  }
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::end(entry); entry.increment(error)) {
    const std::string path = entry->path().string();
    const std::string name =
        entry->path().lexically_relative(folder).generic_string();
    std::error_code unknown;
    if (entry->is_directory(unknown) && !entry->is_symlink(unknown)) continue;
    const auto file = ours.find(name);
    if (file == ours.end()) return Refuse(path, "is no file of the vectors");
    const absl::StatusOr<std::string> octets = ReadFile(path);
    if (!octets.ok() || *octets != file->second) {
      return Refuse(path, "differs from the vectors of this program");
    }
  }
  if (error) return Refuse(folder, error.message());
  return absl::OkStatus();
}

}  // namespace

std::string ListVectors() {
  std::string text;
  for (const EmbeddedFile& file : EmbeddedVectors()) {
    absl::string_view area = file.path;
    if (!absl::ConsumeSuffix(&area, ".tsv")) continue;
    for (const absl::string_view line :
         absl::StrSplit(file.octets, '\n', absl::SkipEmpty())) {
      if (absl::StartsWith(line, "#")) continue;
      const std::vector<std::string> columns = absl::StrSplit(line, '\t');
      absl::StrAppendFormat(&text, "%-11s  %-39s  %s\n", area, columns.front(),
                            columns.back());
    }
  }
  return text;
}

absl::Status ExportVectors(const std::string& folder) {
  absl::Status status = CheckFolder(folder);
  for (const EmbeddedFile& file : EmbeddedVectors()) {
    if (!status.ok()) return status;
    const std::string path = absl::StrCat(folder, "/", file.path);
    std::error_code error;
    if (!fs::exists(path, error)) status = WriteFile(path, file.octets);
  }
  return status;
}

int RunVectors(const std::vector<std::string>& words, std::ostream& out) {
  if (words.size() == 2 && words[1] == "list") {
    out << ListVectors();
    return kConformant;
  }
  if (words.size() != 3 || words[1] != "export" || words[2].empty()) {
    return Complain(kUsage, kUsageLine);
  }
  const absl::Status status = ExportVectors(UserPath(words[2]));
  if (!status.ok()) return Complain(status);
  out << EmbeddedVectors().size() << " files in " << words[2] << "\n";
  return kConformant;
}

}  // namespace forkrpc::conformance
