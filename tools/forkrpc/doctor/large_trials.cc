// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/large_trials.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "tools/forkrpc/doctor/finish_trial.h"
#include "tools/forkrpc/doctor/probe_words.h"

namespace forkrpc::cli {
namespace {

// At once: sshd by default refuses some of ten that are not logged in yet.
constexpr int kAtOnce = 6;

constexpr size_t kLargeOctets = size_t{4} << 20;
constexpr int kOtherStatus = 7;

// So many lost with the other status, and none with 0, are no chance.
constexpr int kTells = 5;

// Left for one that was begun.
constexpr absl::Duration kEach = absl::Milliseconds(1500);

// Nothing has moved for so long: it will not any more.
constexpr absl::Duration kStandstill = absl::Milliseconds(2500);

// How long the launcher may take to end behind its stream: the first whose
// status is looked at, and the others.
constexpr absl::Duration kFirstExit = absl::Seconds(3);
constexpr absl::Duration kExit = absl::Milliseconds(500);

struct Outcome {
  enum How { kNotBegun, kNotStarted, kLost, kWhole };
  How how = kNotBegun;
  std::string lost;  // what came instead
  std::optional<ExitStatus> exit;
};

int StatusOf(int number) { return number % 2 == 0 ? 0 : kOtherStatus; }

Outcome TryOne(const Way& way, int number, MonotonicTime deadline) {
  Outcome outcome;
  outcome.how = Outcome::kNotStarted;
  const absl::StatusOr<std::unique_ptr<ProbeLink>> opened =
      ProbeLink::Open(way);
  if (!opened.ok()) return outcome;
  ProbeLink* const link = opened->get();
  link->Queue(absl::StrCat(kRequestMark, "ping\n"));
  if (!link->TakeThrough("pong\n",
                         std::min(deadline, MonotonicNow() + way.start_limit))
           .has_value()) {
    link->Kill();
    return outcome;
  }
  FinishTrial trial(link);
  trial.Ask({absl::ZeroDuration(), kLargeOctets, StatusOf(number)});
  trial.HalfClose();
  // A slow machine is no machine that stands still.
  uint64_t moved;
  do {
    moved = link->moved();
    const MonotonicTime end = std::min(deadline, MonotonicNow() + kStandstill);
    trial.AwaitEof(end);
    trial.AwaitAnswer(end);
  } while (!trial.whole() && !link->end_time().has_value() &&
           link->moved() != moved && MonotonicNow() < deadline);
  if (!trial.whole() && !link->end_time().has_value() &&
      MonotonicNow() >= deadline) {
    link->Kill();
    return outcome;  // there was no time
  }
  outcome.how = trial.whole() ? Outcome::kWhole : Outcome::kLost;
  if (!trial.whole()) outcome.lost = trial.Describe();
  link->AwaitExit(MonotonicNow() + (number == 1 ? kFirstExit : kExit));
  outcome.exit = link->exit_status();
  link->Kill();
  return outcome;
}

// What became of those whose workers exit with 0, or with another status.
struct Count {
  int tried = 0;
  int lost = 0;
  std::string example;  // of what came instead
};

Count CountOf(const std::vector<Outcome>& outcomes, bool other_status) {
  Count count;
  for (int i = 0; i < kLargeTrials; ++i) {
    const Outcome& outcome = outcomes[i];
    if (outcome.how < Outcome::kLost || (StatusOf(i) != 0) != other_status) {
      continue;
    }
    ++count.tried;
    if (outcome.how == Outcome::kWhole) continue;
    if (count.lost == 0) count.example = outcome.lost;
    ++count.lost;
  }
  return count;
}

void Judge(Promise promise, const Count& count, Examination* examination) {
  if (count.tried == 0) {
    examination->Skip(promise, "there was no time for it, or none started");
  } else if (count.lost == 0) {
    examination->Holds(
        promise,
        absl::StrCat(
            count.tried, " of ", count.tried, ", 4 MiB each",
            count.tried < kLargeTrials / 2 ? "; no time for more" : ""));
  } else {
    examination->Broke(promise, absl::StrCat(count.lost, " of ", count.tried,
                                             " were lost: ", count.example));
  }
}

void JudgeAnswers(const std::vector<Outcome>& outcomes,
                  Examination* examination) {
  Count clean = CountOf(outcomes, false);
  const Count other = CountOf(outcomes, true);
  // A few that are lost now and then may all have had the other status.
  if (clean.lost == 0 && other.lost > 0 && other.lost < kTells) {
    clean.tried += other.tried;
    clean.lost = other.lost;
    clean.example = other.example;
  }
  Judge(Promise::kLargeAnswer, clean, examination);
  Judge(Promise::kLastAnswer, other, examination);
}

void JudgeExits(const std::vector<Outcome>& outcomes,
                Examination* examination) {
  int same = 0;
  for (int i = 0; i < kLargeTrials; ++i) {
    const std::optional<ExitStatus>& exit = outcomes[i].exit;
    // Of a worker that could not write all of its answer it is another one.
    if (outcomes[i].how != Outcome::kWhole || !exit.has_value()) continue;
    if (exit->exit_code() != StatusOf(i)) {
      return examination->Broke(
          Promise::kExitStatus,
          absl::StrCat("the launcher ", exit->ToString(),
                       ", where the worker exited with ", StatusOf(i)));
    }
    ++same;
  }
  if (same == 0) {
    examination->Skip(Promise::kExitStatus,
                      "no launcher had ended in time, or there is none");
  } else {
    examination->Holds(Promise::kExitStatus,
                       absl::StrCat("0 or 7, ", same, " times"));
  }
}

}  // namespace

void TryLargeAnswers(const Way& way, MonotonicTime deadline,
                     Examination* examination) {
  std::vector<Outcome> outcomes(kLargeTrials);
  std::atomic<int> next{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kAtOnce; ++i) {
    threads.emplace_back([&] {
      for (int number = next++; number < kLargeTrials; number = next++) {
        if (MonotonicNow() + kEach > deadline) return;
        outcomes[number] = TryOne(way, number, deadline);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Outcome& outcome : outcomes) {
    if (outcome.how != Outcome::kNotBegun) ++examination->starts;
  }
  JudgeAnswers(outcomes, examination);
  JudgeExits(outcomes, examination);
}

}  // namespace forkrpc::cli
