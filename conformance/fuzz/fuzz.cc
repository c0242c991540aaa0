// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/fuzz/fuzz.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "conformance/fuzz/generator.h"
#include "conformance/fuzz/shrink.h"
#include "conformance/runner/base/parallel.h"

namespace forkrpc::conformance {
namespace {

constexpr uint64_t kBatch = 256;
// Small at first, so that what everything trips over is found soon.
constexpr uint64_t kFirstBatch = 16;

class Fuzzer {
 public:
  Fuzzer(Generator generator, const Testee& testee, const SpecText& spec,
         const FuzzOptions& options)
      : generator_(std::move(generator)),
        options_(options),
        shared_(options.fresh ? SharedProcesses::Which::kNone
                              : SharedProcesses::Which::kAllTheyCan),
        bench_{testee, spec, Settings(options), &shared_},
        without_(options.without),
        start_(absl::Now()) {
    for (const auto& each : testee.manifest().unsupported()) {
      without_.insert(each.req());
    }
  }

  FuzzResult Run(Role role, Form form) {
    uint64_t size = options_.stop_at_first ? 1 : kFirstBatch;
    while (!Ended()) {
      Batch(std::min(size, options_.plans - result_.plans));
      if (!options_.stop_at_first) size = std::min(kBatch, 2 * size);
    }
    result_.time = absl::Now() - start_;
    shared_.Retire(bench_.settings);
    result_.shared.set_role(role);
    result_.shared.set_form(form);
    shared_.Report(bench_.testee, &result_.shared);
    result_.pairs_seen = generator_.coverage().seen();
    result_.pairs = generator_.coverage().possible();
    return std::move(result_);
  }

 private:
  static RunSettings Settings(const FuzzOptions& options) {
    RunSettings settings;
    settings.watchdog = options.watchdog;
    settings.interrupted = options.interrupted;
    return settings;
  }

  bool Interrupted() const {
    return options_.interrupted != nullptr && *options_.interrupted;
  }

  bool Ended() {
    size_t musts = 0;
    for (const Finding& each : result_.findings) {
      musts += each.trouble.level == MUST ? 1 : 0;
    }
    if (musts >= options_.most_findings) {
      result_.given_up = absl::StrCat(musts, " findings");
    } else if (hangs_ >= options_.most_hangs) {
      result_.given_up = absl::StrCat(hangs_, " plans hung");
    } else if (Interrupted()) {
      result_.given_up = "interrupted";
    }
    const bool enough = options_.stop_at_first && !result_.findings.empty();
    return enough || !result_.given_up.empty() || !result_.harness.empty() ||
           result_.plans >= options_.plans ||
           absl::Now() - start_ > options_.time;
  }

  void Batch(uint64_t size) {
    std::vector<Plan> plans;
    for (uint64_t i = 0; i < size; ++i) plans.push_back(generator_.Next());
    std::vector<Tried> tried(size);
    InParallel(options_.jobs, size, [&](size_t i) {
      tried[i] = TryPlan(plans[i], generator_.machine(), without_, bench_);
      tried[i].outcome.log.clear();
    });
    if (Interrupted()) return;
    const Without asked = without_;
    for (uint64_t i = 0; i < size; ++i) {
      ++result_.plans;
      Take(plans[i], asked, tried[i]);
    }
    if (options_.on_progress) {
      options_.on_progress(result_.plans, result_.findings.size());
    }
  }

  void Take(const Plan& plan, const Without& asked, const Tried& tried) {
    const Verdict verdict = tried.outcome.result.verdict();
    result_.unsupported +=
        verdict == UNSUPPORTED || verdict == NOT_LOOKED_AT ? 1 : 0;
    hangs_ += verdict == HANG ? 1 : 0;
    if (!tried.harness.empty() && result_.harness.empty()) {
      result_.harness =
          absl::StrCat("plan ", plan.number(), ": ", tried.harness);
    }
    if (!tried.trouble.has_value()) return;
    // What is known to be so: a clause that a batch asked for to its end.
    if (tried.trouble->level != MUST &&
        without_.count(tried.trouble->clause) != 0) {
      return;
    }
    if (!signatures_.insert(tried.trouble->Signature()).second) return;
    Finding finding = {*tried.trouble, plan, plan, asked};
    Confirm(&finding);
    if (options_.stop_at_first && finding.shown == 0) {
      // A busy machine is no finding, and may show the same as one.
      signatures_.erase(finding.trouble.Signature());
      return;
    }
    // What no rerun shows cannot be kept.
    if (options_.shrink && finding.shown > 0) {
      finding.shrunk = Shrink(plan, *tried.trouble, generator_.machine(), asked,
                              bench_, finding.firm() ? 1 : options_.reruns);
    }
    if (finding.trouble.level != MUST && finding.shown > 0) {
      without_.insert(finding.trouble.clause);
    }
    result_.findings.push_back(std::move(finding));
  }

  void Confirm(Finding* finding) {
    for (int i = 0; i < options_.reruns; ++i) {
      const Tried again = TryPlan(finding->plan, generator_.machine(),
                                  finding->without, bench_);
      ++finding->reruns;
      finding->shown +=
          again.trouble.has_value() &&
                  again.trouble->Signature() == finding->trouble.Signature()
              ? 1
              : 0;
    }
  }

  Generator generator_;
  const FuzzOptions& options_;
  SharedProcesses shared_;
  const Bench bench_;
  Without without_;
  const absl::Time start_;
  std::set<std::string> signatures_;
  uint64_t hangs_ = 0;
  FuzzResult result_;
};

}  // namespace

absl::StatusOr<FuzzResult> FuzzClass(Role role, Form form, const Testee& testee,
                                     const SpecText& spec,
                                     const FuzzOptions& options) {
  absl::StatusOr<Generator> generator =
      Generator::Create(role, form, options.seed, spec);
  if (!generator.ok()) return generator.status();
  return Fuzzer(*std::move(generator), testee, spec, options).Run(role, form);
}

}  // namespace forkrpc::conformance
