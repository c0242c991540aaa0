// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Runs simulated sessions, one for each seed, until so many calls were made,
// and prints calls per second and what was wrong.

#include <unistd.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/testing/fault_plan.h"
#include "forkrpc/testing/scenario.h"
#include "forkrpc/testing/simulation.h"
#include "forkrpc/testing/simulation_judge.h"

namespace {

constexpr char kUsage[] =
    "usage: simulate [--calls=N] [--seed=N] [--plan=PLAN] [--trace]\n"
    "\n"
    "A session of 200 calls for each seed, with faults of that seed, until N\n"
    "calls were made.\n"
    "  --calls=N    how many calls, 1000000 if not given\n"
    "  --seed=N     the first seed, 0 to 4294967295, 0 if not given\n"
    "  --plan=PLAN  these faults instead of the seed's, as a failure prints "
    "them:\n"
    "               'client read 3 short 1; server write 0 error EPIPE'\n"
    "  --trace      print all that happens in the session of the first seed, "
    "and\n"
    "               compare it with the one without faults\n"
    "Exit status: 0 nothing was wrong, 1 something was, 2 wrong usage.\n";

struct Flags {
  int64_t calls = 1000000;
  uint32_t seed = 0;
  bool has_plan = false;
  forkrpc::FaultPlan plan;
  bool trace = false;
};

// 0 to go on, else the exit status plus 1.
int ParseFlags(int argc, char** argv, Flags* flags) {
  for (int i = 1; i < argc; ++i) {
    absl::string_view flag = argv[i];
    if (flag == "--help") {
      std::fputs(kUsage, stdout);
      return 1;
    }
    if (flag == "--trace") {
      flags->trace = true;
      continue;
    }
    if (absl::ConsumePrefix(&flag, "--plan=")) {
      absl::StatusOr<forkrpc::FaultPlan> plan = forkrpc::ParseFaultPlan(flag);
      if (!plan.ok()) {
        std::fprintf(stderr, "simulate: --plan: %s\n",
                     std::string(plan.status().message()).c_str());
        return 3;
      }
      flags->plan = *std::move(plan);
      flags->has_plan = true;
      continue;
    }
    const bool known =
        (absl::ConsumePrefix(&flag, "--calls=") &&
         absl::SimpleAtoi(flag, &flags->calls) && flags->calls > 0) ||
        (absl::ConsumePrefix(&flag, "--seed=") &&
         absl::SimpleAtoi(flag, &flags->seed));
    if (known) continue;
    std::fprintf(stderr, "simulate: what is %s? See --help.\n", argv[i]);
    return 3;
  }
  return 0;
}

void ReportWrong(const absl::Status& status, uint32_t seed) {
  std::fprintf(stderr,
               "\nsimulate: %s\n  seed: %u (again: simulate --seed=%u --trace "
               "--plan='the plan')\n",
               status.ToString().c_str(), seed, seed);
}

int Trace(const Flags& flags) {
  const forkrpc::Scenario scenario = forkrpc::RandomScenario(flags.seed);
  const forkrpc::FaultPlan plan =
      flags.has_plan ? flags.plan : forkrpc::RandomPlanFor(flags.seed);
  std::printf("plan: %s\n", forkrpc::ToString(plan).c_str());
  forkrpc::Simulate(scenario, plan, [](absl::string_view line) {
    std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
  });
  const absl::Status status =
      forkrpc::CheckPlan(scenario, forkrpc::Simulate(scenario, {}), plan);
  if (status.ok()) return 0;
  ReportWrong(status, flags.seed);
  return 1;
}

int Run(const Flags& flags) {
  int64_t calls = 0, responses = 0, failures = 0, events = 0, sessions = 0;
  uint32_t seed = flags.seed;
  const bool progress = isatty(STDERR_FILENO) != 0;
  const forkrpc::MonotonicTime start = forkrpc::MonotonicNow();
  for (; calls < flags.calls; ++seed, ++sessions) {
    const forkrpc::Scenario scenario = forkrpc::RandomScenario(seed);
    const forkrpc::FaultPlan plan =
        flags.has_plan ? flags.plan : forkrpc::RandomPlanFor(seed);
    const forkrpc::SimulationResult result = forkrpc::Simulate(scenario, plan);
    if (!result.violation.ok()) {
      const forkrpc::SimulationResult good = forkrpc::Simulate(scenario, {});
      absl::Status status = forkrpc::CheckAndShrink(scenario, good, plan);
      ReportWrong(status.ok() ? result.violation : status, seed);
      return 1;
    }
    calls += result.calls;
    responses += result.responses;
    failures += result.failures;
    events += result.events;
    if (progress && sessions % 1000 == 0) {
      std::fprintf(stderr, "\r%" PRId64 " of %" PRId64 " calls", calls,
                   flags.calls);
    }
  }
  const double seconds = absl::ToDoubleSeconds(forkrpc::MonotonicNow() - start);
  if (progress) std::fprintf(stderr, "\r");
  std::printf("%" PRId64 " calls in %" PRId64
              " sessions, seeds %u to %u: %" PRId64 " responses, %" PRId64
              " failed calls, %" PRId64
              " events; 0 misdeliveries, nothing wrong\n"
              "%.1f s, %.0f calls/s\n",
              calls, sessions, flags.seed, seed - 1, responses, failures,
              events, seconds, static_cast<double>(calls) / seconds);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  const int status = ParseFlags(argc, argv, &flags);
  if (status != 0) return status - 1;
  return flags.trace ? Trace(flags) : Run(flags);
}
