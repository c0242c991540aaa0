// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/cli/judge_command.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "conformance/runner/base/complain.h"
#include "conformance/runner/base/files.h"
#include "conformance/runner/play/wire_record.h"
#include "conformance/tap/tap_record.h"
#include "conformance/tap/wire_judge.h"

namespace forkrpc::conformance {

namespace {

// Says what each of the clauses is; kDiverges if one is a MUST.
int SayClauses(const std::vector<std::string>& reqs, const SpecText& spec,
               std::ostream& out) {
  int code = kConformant;
  for (const std::string& req : reqs) {
    const Requirement* const clause = spec.Find(req);
    out << "  " << req << (clause == nullptr ? "" : "  " + clause->sentence)
        << "\n";
    if (clause == nullptr || clause->level == MUST) code = kDiverges;
  }
  return code;
}

// Of the wire between two, which `tap` has recorded.
absl::StatusOr<int> JudgeBoth(const std::string& text, const SpecText& spec,
                              std::ostream& out) {
  const absl::StatusOr<TapReplay> replay = ReplayTap(text);
  if (!replay.ok()) return replay.status();
  int code = kConformant;
  bool broken = false;
  for (const End end : {End::kParent, End::kChild}) {
    const std::optional<Breach>& breach = replay->judge.breach(end);
    if (!breach.has_value()) continue;
    broken = true;
    out << replay->run << ": " << replay->judge.Text(end) << "\n";
    code = std::max(code, SayClauses(breach->reqs, spec, out));
  }
  if (!broken) {
    const std::string hint = replay->judge.FormHint();
    out << replay->run << ": no clause is seen broken"
        << (hint.empty() ? "" : "; ") << hint << "\n";
  }
  for (const std::string& difference : replay->differences) {
    out << "  HARNESS: " << difference << "\n";
    code = kHarness;
  }
  return code;
}

absl::StatusOr<int> JudgeOne(const std::string& text, const SpecText& spec,
                             std::ostream& out) {
  const absl::StatusOr<Judgement> judged = Judge(text);
  if (!judged.ok()) return judged.status();
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
  const int code = SayClauses(reqs, spec, out);
  if (reqs == judged->reqs_then) return code;
  out << "  HARNESS: when it was recorded, the oracle said "
      << (judged->reqs_then.empty() ? "nothing"
                                    : absl::StrJoin(judged->reqs_then, " "))
      << "\n";
  return kHarness;
}

}  // namespace

absl::StatusOr<int> JudgeRecords(const std::vector<std::string>& paths,
                                 const SpecText& spec, std::ostream& out) {
  int code = kConformant;
  for (const std::string& path : paths) {
    const absl::StatusOr<std::string> text = ReadFile(path);
    if (!text.ok()) return text.status();
    const absl::StatusOr<int> judged = IsTapRecord(*text)
                                           ? JudgeBoth(*text, spec, out)
                                           : JudgeOne(*text, spec, out);
    if (!judged.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": ", judged.status().message()));
    }
    code = std::max(code, *judged);
  }
  return code;
}

}  // namespace forkrpc::conformance
