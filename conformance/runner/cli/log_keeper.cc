// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/log_keeper.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "conformance/runner/base/files.h"

namespace forkrpc::conformance {
namespace {

namespace fs = std::filesystem;

// "out/python/child-echo.sync.pipes", to which an ending is added.
std::string PathOf(const std::string& folder, const std::string& testee,
                   const RunResult& result) {
  return absl::StrCat(
      folder, "/", testee, "/",
      absl::StrReplaceAll(result.id(), {{"/", "-"}, {":", "."}}));
}

}  // namespace

std::string ShellQuoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

std::string LogKeeper::Script(const Testee& testee,
                              const RunResult& result) const {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  std::string text =
      absl::StrCat("#!/bin/sh\n# Does the run again that gave ",
                   Verdict_Name(result.verdict()),
                   ". Options are handed on, say --gdb or "
                   "--watchdog 60s.\nexec \"${FORKRPC_CONFORMANCE:-",
                   self.string(), "}\" run");
  for (const std::string& option : options_.repeat_options) {
    absl::StrAppend(&text, " \\\n  ", ShellQuoted(option));
  }
  return absl::StrCat(
      text, " \\\n  --filter ", ShellQuoted(result.id()), " \\\n  \"$@\" ",
      ShellQuoted(fs::absolute(testee.path(), error).string()), "\n");
}

std::string LogKeeper::Keep(const Testee& testee, const RunOutcome& outcome) {
  const RunResult& result = outcome.result;
  const bool passed = result.verdict() == PASS;
  if (options_.show != nullptr && !passed && result.verdict() != UNSUPPORTED &&
      result.verdict() != NOT_LOOKED_AT &&
      shown_[{testee.manifest().name(), result.case_id()}]++ == 0) {
    *options_.show << std::string(78, '-') << "\n" << outcome.log << "\n";
  }
  if (options_.folder.empty() || (passed && !options_.passed)) return "";
  const std::string path =
      PathOf(options_.folder, testee.manifest().name(), result);
  status_.Update(WriteFile(path + ".log", outcome.log));
  if (!outcome.record.empty()) {
    status_.Update(WriteFile(path + ".wire", outcome.record));
  }
  if (!passed) {
    const std::string script = path + ".repro.sh";
    status_.Update(WriteFile(script, Script(testee, result)));
    std::error_code error;
    fs::permissions(script, fs::perms::owner_exec | fs::perms::group_exec,
                    fs::perm_options::add, error);
  }
  return path + ".log";
}

std::string LogKeeper::Others() const {
  std::string text;
  for (const auto& [key, count] : shown_) {
    if (count < 2) continue;
    absl::StrAppend(&text, key.first, "  ", key.second, ": ", count - 1,
                    " more runs not passed, not shown above\n");
  }
  return text;
}

}  // namespace forkrpc::conformance
