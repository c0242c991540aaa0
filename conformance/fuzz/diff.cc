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
#include "conformance/runner/base/parallel.h"

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

// What is the same again, counted.
class Comparison {
 public:
  explicit Comparison(const std::vector<const Testee*>& testees)
      : testees_(testees), left_out_(testees.size()) {}

  // What each testee did with a plan.
  void Add(uint64_t plan, const Tried* all) {
    ++result_.plans;
    bool comparable = true;
    for (size_t i = 0; i < testees_.size(); ++i) {
      const std::string why = WhyLeftOut(all[i]);
      if (!why.empty()) {
        CountLeftOut(why, plan, all[i], i);
        comparable = false;
      }
    }
    if (!comparable) return;
    ++result_.compared;
    for (size_t other = 1; other < testees_.size(); ++other) {
      for (const std::string& what : Differences(all[0], all[other])) {
        Count(absl::StrCat(NameOf(0), " / ", NameOf(other), ": ", what), plan);
      }
    }
  }

  const DiffResult& result() const { return result_; }

  DiffResult Finish() {
    for (std::vector<LeftOut>& of_one : left_out_) {
      for (LeftOut& each : of_one) result_.left_out.push_back(std::move(each));
    }
    return std::move(result_);
  }

 private:
  const std::string& NameOf(size_t i) const {
    return testees_[i]->manifest().name();
  }

  void Count(const std::string& kind, uint64_t plan) {
    const auto [place, fresh] =
        places_.emplace(kind, result_.differences.size());
    if (fresh) result_.differences.push_back({kind, plan, 0});
    ++result_.differences[place->second].count;
  }

  void CountLeftOut(const std::string& why, uint64_t plan, const Tried& tried,
                    size_t testee) {
    std::vector<LeftOut>& all = left_out_[testee];
    auto it = std::find_if(all.begin(), all.end(), [&](const LeftOut& each) {
      return each.why == why;
    });
    if (it == all.end()) {
      const std::string reason = !tried.harness.empty() ? tried.harness
                                 : tried.trouble.has_value()
                                     ? tried.trouble->reason
                                     : tried.outcome.result.reason();
      it = all.insert(it, {NameOf(testee), why, reason, plan, 0});
    }
    ++it->count;
  }

  const std::vector<const Testee*>& testees_;
  DiffResult result_;
  std::map<std::string, size_t> places_;
  std::vector<std::vector<LeftOut>> left_out_;  // by testee
};

}  // namespace

std::string WhyLeftOut(const Tried& tried) {
  if (!tried.harness.empty()) return "harness";
  if (tried.outcome.result.verdict() == UNSUPPORTED) return "unsupported";
  if (tried.trouble.has_value() && tried.trouble->level == MUST) {
    return absl::StrCat("broke ", TroubleText(tried));
  }
  return "";
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
  Comparison comparison(testees);
  while (comparison.result().plans < options.plans &&
         (options.interrupted == nullptr || !*options.interrupted)) {
    const uint64_t size =
        std::min(kBatch, options.plans - comparison.result().plans);
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
    for (uint64_t i = 0; i < size; ++i) {
      comparison.Add(plans[i].number(), &tried[i * testees.size()]);
    }
    if (options.on_progress) {
      options.on_progress(comparison.result().plans,
                          comparison.result().differences.size());
    }
  }
  return comparison.Finish();
}

}  // namespace forkrpc::conformance
