// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// LogKeeper: what is shown and kept of each run.
//
// Of each case the first run that is not passed is shown in full, the others
// are counted, so that a testee that is wrong everywhere can still be read. In
// the folder each of them has NAME.log for people, NAME.wire for `judge` and
// NAME.repro.sh, which does that one run again from wherever it is called. One
// thread at a time.
//
//   LogKeeper keeper(options);
//   result.set_log(keeper.Keep(testee, outcome));

#ifndef CONFORMANCE_RUNNER_CLI_LOG_KEEPER_H_
#define CONFORMANCE_RUNNER_CLI_LOG_KEEPER_H_

#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "conformance/runner/testee/manifest.h"
#include "conformance/runner/verdict/case_runner.h"

namespace forkrpc::conformance {

struct LogKeeperOptions {
  std::string folder;            // "": keep none
  bool passed = false;           // also logs of runs that are passed
  std::ostream* show = nullptr;  // null: show none
  // The options that a repeated run needs beside its own --filter.
  std::vector<std::string> repeat_options;
};

class LogKeeper {
 public:
  explicit LogKeeper(LogKeeperOptions options) : options_(std::move(options)) {}

  bool keeps() const { return !options_.folder.empty(); }

  // The path of the log, or "" if none was kept.
  std::string Keep(const Testee& testee, const RunOutcome& outcome);

  // "child/echo: 7 more runs not passed" for each case with more than one.
  std::string Others() const;

  // The first failure to write.
  const absl::Status& status() const { return status_; }

 private:
  std::string Script(const Testee& testee, const RunResult& result) const;

  const LogKeeperOptions options_;
  std::map<std::pair<std::string, std::string>, int> shown_;  // testee, case
  absl::Status status_;
};

// "'it'\''s'", for a shell.
std::string ShellQuoted(const std::string& text);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_CLI_LOG_KEEPER_H_
