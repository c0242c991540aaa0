// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/judge_command.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "conformance/runner/base/complain.h"
#include "conformance/runner/base/files.h"
#include "conformance/runner/play/wire_record.h"

namespace forkrpc::conformance {

absl::StatusOr<int> JudgeRecords(const std::vector<std::string>& paths,
                                 const SpecText& spec, std::ostream& out) {
  int code = kConformant;
  for (const std::string& path : paths) {
    const absl::StatusOr<std::string> text = ReadFile(path);
    if (!text.ok()) return text.status();
    const absl::StatusOr<Judgement> judged = Judge(*text);
    if (!judged.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": ", judged.status().message()));
    }
    const std::optional<Breach>& breach = judged->oracle.breach();
    std::vector<std::string> reqs;
    if (breach.has_value()) reqs = breach->reqs;
    out << judged->run << " (" << judged->verdict << "): ";
    if (!breach.has_value()) {
      out << "no clause is seen broken\n";
    } else {
      out << "at octet " << breach->offset << " the testee " << breach->what
          << " in the state " << breach->state << "\n";
    }
    for (const std::string& req : reqs) {
      const Requirement* const clause = spec.Find(req);
      out << "  " << req << (clause == nullptr ? "" : "  " + clause->sentence)
          << "\n";
      if (clause == nullptr || clause->level == MUST)
        code = std::max(code, kDiverges);
    }
    if (reqs != judged->reqs_then) {
      out << "  HARNESS: when it was recorded, the oracle said "
          << (judged->reqs_then.empty() ? "nothing"
                                        : absl::StrJoin(judged->reqs_then, " "))
          << "\n";
      code = kHarness;
    }
  }
  return code;
}

}  // namespace forkrpc::conformance
