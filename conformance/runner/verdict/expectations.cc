// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/verdict/expectations.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "conformance/runner/base/message_text.h"
#include "conformance/runner/cases/selection.h"

namespace forkrpc::conformance {
namespace {

constexpr char kDate[] = "%Y-%m-%d";

bool Expired(const Expectation& each, absl::Time now) {
  absl::Time day;
  std::string error;
  return !each.expires().empty() &&
         absl::ParseTime(kDate, each.expires(), &day, &error) && now >= day;
}

absl::Status Check(const Expectation& each, const std::vector<CaseRun>& runs) {
  const auto wrong = [&](absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("the entry \"", each.run(), "\" ", what));
  };
  if (each.reason().empty()) return wrong("has no reason");
  if ((each.verdict() == VERDICT_UNSPECIFIED && !each.flaky()) ||
      each.verdict() == PASS || each.verdict() == HARNESS ||
      each.verdict() == NOT_LOOKED_AT) {
    return wrong("needs a verdict: FAIL, CRASH, HANG or UNSUPPORTED");
  }
  absl::Time day;
  std::string error;
  if (!each.expires().empty() &&
      !absl::ParseTime(kDate, each.expires(), &day, &error)) {
    return wrong(absl::StrCat("expires at \"", each.expires(),
                              "\", which is no date such as 2027-01-31"));
  }
  if (std::none_of(runs.begin(), runs.end(), [&](const CaseRun& run) {
        return Chooses(each.run(), run);
      })) {
    return wrong("matches no run of the suite");
  }
  return absl::OkStatus();
}

// The entry that speaks of the run now, or null.
const Expectation* EntryFor(const Expectations& list, absl::Time now,
                            const std::string& testee, const RunResult& run) {
  for (const Expectation& each : list.expect()) {
    if (Expired(each, now) ||
        (!each.testee().empty() && !Matches(each.testee(), testee))) {
      continue;
    }
    if (Matches(each.run(), run.id()) || Matches(each.run(), run.case_id())) {
      return &each;
    }
  }
  return nullptr;
}

// Counts a run that may pass or not; another verdict than the entry's is
// nobody's to excuse.
void ExcuseFlaky(const Expectation& entry, RunResult* run, Excused* excused) {
  if (run->verdict() == PASS) {
    ++excused->flaky_passed;
  } else if (run->verdict() != HARNESS &&
             (entry.verdict() == VERDICT_UNSPECIFIED ||
              entry.verdict() == run->verdict())) {
    run->set_expected(absl::StrCat("flaky: ", entry.reason()));
    ++excused->flaky_failed;
  }
}

}  // namespace

absl::StatusOr<Expectations> ParseExpectations(const std::string& text,
                                               const CaseSet& cases) {
  Expectations list;
  const absl::Status read = ReadMessageText(text, &list);
  if (!read.ok()) return read;
  const std::vector<CaseRun> runs = cases.Runs();
  for (const Expectation& each : list.expect()) {
    const absl::Status status = Check(each, runs);
    if (!status.ok()) return status;
  }
  return list;
}

Excused Excuse(const Expectations& list, absl::Time now, Report* report) {
  Excused excused;
  for (TesteeResult& testee : *report->mutable_testees()) {
    for (ClassResult& each : *testee.mutable_classes()) {
      for (RunResult& run : *each.mutable_runs()) {
        const Expectation* const entry =
            EntryFor(list, now, testee.name(), run);
        if (entry == nullptr) continue;
        if (entry->flaky()) {
          ExcuseFlaky(*entry, &run, &excused);
        } else if (run.verdict() == entry->verdict()) {
          run.set_expected(entry->reason());
          ++excused.runs;
        } else if (run.verdict() == PASS) {
          excused.unexpected.push_back(absl::StrCat(
              testee.name(), "  ", run.id(), ": passed, but is listed as ",
              Verdict_Name(entry->verdict()), ": ", entry->reason()));
        }
      }
    }
  }
  return excused;
}

std::string ExpectationsSkeleton(const Report& report) {
  using CaseOf = std::pair<std::string, std::string>;  // testee, case
  std::map<CaseOf, std::map<Verdict, std::vector<std::string>>> found;
  for (const TesteeResult& testee : report.testees()) {
    for (const ClassResult& each : testee.classes()) {
      for (const RunResult& run : each.runs()) {
        found[{testee.name(), run.case_id()}][run.verdict()].push_back(
            run.id());
      }
    }
  }
  std::string text =
      "# proto-file: forkrpc/conformance_expectations.proto\n"
      "# proto-message: forkrpc.conformance.Expectations\n"
      "# Write the reasons: an entry without one is refused.\n";
  for (const auto& [of, verdicts] : found) {
    for (const auto& [verdict, runs] : verdicts) {
      if (verdict == PASS || verdict == HARNESS || verdict == NOT_LOOKED_AT) {
        continue;
      }
      const bool whole = verdicts.size() == 1;
      for (const std::string& run :
           whole ? std::vector<std::string>{of.second} : runs) {
        absl::StrAppend(
            &text, "\nexpect {\n  testee: \"", of.first, "\"\n  run: \"", run,
            "\"\n  verdict: ", Verdict_Name(verdict), "\n  reason: \"\"\n}\n");
      }
    }
  }
  return text;
}

}  // namespace forkrpc::conformance
