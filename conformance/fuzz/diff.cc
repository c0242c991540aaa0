// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/diff.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "conformance/fuzz/generator.h"
#include "conformance/runner/parallel.h"

namespace forkrpc::conformance {
namespace {

constexpr uint64_t kBatch = 128;

// What the testee sent, however it was cut.
std::string Sent(const std::string& record) {
  std::string octets;
  for (const absl::string_view line : absl::StrSplit(record, '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    if (words.size() == 3 && words[1] == "<") {
      absl::StrAppend(&octets, absl::HexStringToBytes(words[2]));
    }
  }
  return octets;
}

std::string Sorted(std::string octets) {
  std::sort(octets.begin(), octets.end());
  return octets;
}

std::string TroubleText(const Tried& tried) {
  if (!tried.trouble.has_value()) return "passed";
  return absl::StrCat(Level_Name(tried.trouble->level), " ",
                      tried.trouble->clause);
}

}  // namespace

bool IsComparable(const Tried& tried) {
  return tried.harness.empty() &&
         tried.outcome.result.verdict() != UNSUPPORTED &&
         !(tried.trouble.has_value() && tried.trouble->level == MUST);
}

std::vector<std::string> Differences(const Tried& a, const Tried& b) {
  std::vector<std::string> kinds;
  if (a.trouble.has_value() || b.trouble.has_value()) {
    if (TroubleText(a) != TroubleText(b)) {
      kinds.push_back(absl::StrCat(TroubleText(a), " / ", TroubleText(b)));
    }
    return kinds;
  }
  const std::string of_a = Sent(a.outcome.record);
  const std::string of_b = Sent(b.outcome.record);
  if (of_a != of_b) {
    kinds.emplace_back(
        Sorted(of_a) == Sorted(of_b) ? "sent: the same in another order"
        : absl::StartsWith(of_a, of_b) || absl::StartsWith(of_b, of_a)
            ? "sent: one sent more"
            : "sent: other octets");
  }
  if (a.outcome.result.exit() != b.outcome.result.exit()) {
    kinds.push_back(absl::StrCat("exit: ", a.outcome.result.exit(), " / ",
                                 b.outcome.result.exit()));
  }
  return kinds;
}

absl::StatusOr<DiffResult> DiffClass(Role role, Form form,
                                     const std::vector<const Testee*>& testees,
                                     const SpecText& spec,
                                     const DiffOptions& options) {
  absl::StatusOr<Generator> generator =
      Generator::Create(role, form, options.seed, spec);
  if (!generator.ok()) return generator.status();
  DiffResult result;
  std::map<std::string, size_t> places;
  while (result.plans < options.plans &&
         (options.interrupted == nullptr || !*options.interrupted)) {
    const uint64_t size = std::min(kBatch, options.plans - result.plans);
    std::vector<Plan> plans;
    for (uint64_t i = 0; i < size; ++i) plans.push_back(generator->Next());
    std::vector<Tried> tried(size * testees.size());
    InParallel(options.jobs, tried.size(), [&](size_t i) {
      const size_t which = i % testees.size();
      RunSettings settings;
      settings.watchdog = options.watchdogs[which];
      settings.interrupted = options.interrupted;
      settings.keep_record = true;
      tried[i] = TryPlan(plans[i / testees.size()], generator->machine(), {},
                         {*testees[which], spec, settings});
      tried[i].outcome.log.clear();
    });
    result.plans += size;
    for (uint64_t i = 0; i < size; ++i) {
      const Tried* const all = &tried[i * testees.size()];
      if (!std::all_of(all, all + testees.size(), IsComparable)) continue;
      ++result.compared;
      for (size_t other = 1; other < testees.size(); ++other) {
        for (const std::string& what : Differences(all[0], all[other])) {
          const std::string kind =
              absl::StrCat(testees[0]->manifest().name(), " / ",
                           testees[other]->manifest().name(), ": ", what);
          const auto [place, fresh] =
              places.emplace(kind, result.differences.size());
          if (fresh) {
            result.differences.push_back({kind, plans[i].number(), 0});
          }
          ++result.differences[place->second].count;
        }
      }
    }
    if (options.on_progress) {
      options.on_progress(result.plans, result.differences.size());
    }
  }
  return result;
}

}  // namespace forkrpc::conformance
