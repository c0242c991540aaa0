// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/examiner.h"

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "tools/forkrpc/doctor/finish_trial.h"
#include "tools/forkrpc/doctor/large_trials.h"
#include "tools/forkrpc/doctor/octets_trial.h"
#include "tools/forkrpc/doctor/probe_words.h"
#include "tools/forkrpc/doctor/start_trial.h"

namespace forkrpc::cli {
namespace {

constexpr absl::Duration kAll = absl::Seconds(13);

// What has let a first worker start takes no longer for another one.
constexpr absl::Duration kAnother = absl::Seconds(3);

// A half-close that has not come by then is late.
constexpr absl::Duration kPromptly = absl::Seconds(1);

constexpr absl::Duration kLate = absl::Milliseconds(300);
constexpr absl::Duration kLater = absl::Seconds(3);
constexpr absl::Duration kLatest = absl::Seconds(75);
constexpr size_t kFewOctets = 10;

// How much later than it is due an answer may come.
constexpr absl::Duration kSlack = absl::Seconds(2);

// Behind the worker's last octet; more is worth a word.
constexpr absl::Duration kSoon = absl::Milliseconds(700);

std::string Seconds(absl::Duration duration) {
  return absl::StrFormat("%.1f s", absl::ToDoubleSeconds(duration));
}

class Examiner {
 public:
  Examiner(const Way& way, bool slow,
           const std::function<void(absl::string_view)>& on_progress)
      : way_(way), slow_(slow), on_progress_(on_progress) {}

  absl::StatusOr<Examination> Run();

 private:
  MonotonicTime In(absl::Duration step) const {
    return std::min(MonotonicNow() + step, start_ + kAll);
  }
  void Progress(absl::string_view what) const {
    if (on_progress_ != nullptr) on_progress_(what);
  }
  absl::StatusOr<std::unique_ptr<ProbeLink>> Open() {
    ++found_.starts;
    return ProbeLink::Open(way_);
  }

  // With the first link, while the second is open.
  void HalfCloseFirst(ProbeLink* first);
  // A late answer on a link of its own, which is asked for by now.
  void JudgeLate(Promise promise, ProbeLink* link, FinishTrial* trial,
                 MonotonicTime deadline);
  void JudgeEnds(ProbeLink* link, const FinishTrial& trial);
  // A link on which nothing was tried; null, and the promise is not tried.
  std::unique_ptr<ProbeLink> Fresh(Promise promise);
  void TryLater();
  void TryLatest();

  const Way& way_;
  const bool slow_;
  const std::function<void(absl::string_view)>& on_progress_;
  const MonotonicTime start_ = MonotonicNow();
  std::unique_ptr<ProbeLink> second_;
  Examination found_;
};

void Examiner::JudgeLate(Promise promise, ProbeLink* link, FinishTrial* trial,
                         MonotonicTime deadline) {
  trial->AwaitEof(std::min(deadline, MonotonicNow() + kEofLimit + kSlack));
  if (trial->eof() && trial->AwaitAnswer(deadline)) {
    return found_.Holds(promise, "");
  }
  if (trial->in_vain() || (!trial->eof() && !link->end_time().has_value())) {
    return found_.Skip(promise, "the half-close does not arrive");
  }
  found_.Broke(promise, trial->Describe());
}

void Examiner::JudgeEnds(ProbeLink* link, const FinishTrial& trial) {
  if (!trial.whole()) {
    return found_.Skip(Promise::kEndsTogether, "the answer was lost");
  }
  link->AwaitEnd(In(absl::Seconds(3)));
  if (!link->end_time().has_value()) {
    return found_.Broke(Promise::kEndsTogether,
                        "the stream is open 3 s after the worker's end");
  }
  const absl::Duration open = *link->end_time() - trial.answer_time();
  if (open > kSoon) {
    return found_.Broke(Promise::kEndsTogether,
                        absl::StrCat("the stream was open for ", Seconds(open),
                                     " after the worker's last octet"));
  }
  if (!link->AwaitExit(In(absl::Seconds(3)))) {
    return found_.Broke(Promise::kEndsTogether,
                        "the launcher runs 3 s after the worker's end");
  }
  if (!link->has_process()) return found_.Holds(Promise::kEndsTogether, "");
  const absl::Duration lag = *link->exit_time() - trial.answer_time();
  if (lag > kSoon || lag < -kLate / 3) {
    return found_.Broke(
        Promise::kEndsTogether,
        absl::StrCat("the launcher ended ",
                     Seconds(lag < absl::ZeroDuration() ? -lag : lag),
                     lag < absl::ZeroDuration() ? " before" : " after",
                     " the worker's last octet"));
  }
  found_.Holds(Promise::kEndsTogether, "");
}

void Examiner::HalfCloseFirst(ProbeLink* first) {
  Progress("a half-close, with a second worker beside it");
  FinishTrial trial(first);
  trial.Ask({kLate, kFewOctets, 0});
  trial.HalfClose();
  bool prompt = trial.AwaitEof(In(kPromptly));
  const bool alone = second_ == nullptr;
  if (!prompt && !alone && !first->end_time().has_value()) {
    // Is it the other worker that holds the input?
    second_->Kill();
    second_ = nullptr;
    prompt = trial.AwaitEof(In(kPromptly));
    if (prompt) {
      found_.Broke(Promise::kSecondWorker,
                   "the half-close came only when the second one had ended");
    }
  } else if (prompt && !alone) {
    found_.Holds(Promise::kSecondWorker, "");
  } else {
    found_.Skip(Promise::kSecondWorker,
                alone ? "no other worker has started" : "the stream ended");
  }
  if (!prompt && !first->end_time().has_value()) {
    trial.AwaitEof(In(kEofLimit + kSlack / 2));
  }
  if (trial.eof()) {
    found_.half_close = trial.eof_after();
    found_.Holds(Promise::kHalfClose,
                 absl::StrCat("after ", Seconds(trial.eof_after())));
  } else if (first->end_time().has_value() && !trial.in_vain()) {
    found_.Skip(
        Promise::kHalfClose,
        absl::StrCat("the worker had no time to say so: ", trial.Describe()));
  } else {
    found_.Broke(Promise::kHalfClose,
                 absl::StrCat("the worker waited ", Seconds(kEofLimit),
                              " for it, and nothing came"));
    if (found_.of(Promise::kSecondWorker).state == Finding::kNotTried) {
      found_.Skip(Promise::kSecondWorker, "the half-close does not arrive");
    }
  }
  JudgeLate(Promise::kLateAnswer, first, &trial, In(kLate + kSlack));
  JudgeEnds(first, trial);
}

std::unique_ptr<ProbeLink> Examiner::Fresh(Promise promise) {
  absl::StatusOr<std::unique_ptr<ProbeLink>> link = Open();
  if (link.ok()) {
    (*link)->Queue(absl::StrCat(kRequestMark, "ping\n"));
    if ((*link)->TakeThrough("pong", In(kAnother)).has_value()) {
      return *std::move(link);
    }
    (*link)->Kill();
  }
  found_.Skip(promise, "no other worker has started");
  return nullptr;
}

void Examiner::TryLater() {
  if (second_ == nullptr) second_ = Fresh(Promise::kLaterAnswer);
  if (second_ == nullptr) return;
  FinishTrial trial(second_.get());
  trial.Ask({kLater, kFewOctets, 0});
  trial.HalfClose();
  JudgeLate(Promise::kLaterAnswer, second_.get(), &trial,
            std::min(MonotonicNow() + kLater, start_ + kAll) + kSlack);
  second_->Kill();
}

void Examiner::TryLatest() {
  if (!slow_) {
    return found_.Skip(Promise::kLatestAnswer, "only with --slow");
  }
  const std::unique_ptr<ProbeLink> link = Fresh(Promise::kLatestAnswer);
  if (link == nullptr) return;
  Progress("an answer 75 s after the half-close");
  FinishTrial trial(link.get());
  trial.Ask({kLatest, kFewOctets, 0});
  trial.HalfClose();
  JudgeLate(Promise::kLatestAnswer, link.get(), &trial,
            MonotonicNow() + kLatest + kSlack);
  link->Kill();
}

absl::StatusOr<Examination> Examiner::Run() {
  for (Finding& finding : found_.findings) finding.found = "not come to";
  Progress("a first worker");
  absl::StatusOr<std::unique_ptr<ProbeLink>> first = Open();
  if (!first.ok()) return first.status();
  const absl::Status started = TryStart(first->get(), way_, &found_);
  if (!started.ok()) {
    (*first)->Kill();
    return started;
  }
  if (found_.of(Promise::kRequestsArrive).state == Finding::kHolds) {
    Progress("octets");
    second_ = Fresh(Promise::kSecondWorker);
    // Something that lets only one worker run has only the first.
    if (second_ == nullptr) {
      TryOctets(first->get(), start_ + kAll / 2, &found_);
    } else if (!TryOctets(second_.get(), start_ + kAll / 2, &found_)) {
      second_->Kill();
      second_ = Fresh(Promise::kSecondWorker);
    }
    HalfCloseFirst(first->get());
    const bool octets =
        found_.of(Promise::kOctetsDown).state == Finding::kHolds &&
        found_.of(Promise::kOctetsUp).state == Finding::kHolds;
    const bool arrives =
        found_.of(Promise::kHalfClose).state != Finding::kBroken;
    Progress("late and large answers");
    std::thread later([this, arrives] {
      if (arrives) TryLater();
    });
    Examination large;
    if (octets && arrives) TryLargeAnswers(way_, start_ + kAll, &large);
    later.join();
    found_.starts += large.starts;
    for (const Promise promise :
         {Promise::kLargeAnswer, Promise::kLastAnswer, Promise::kExitStatus}) {
      found_.of(promise) = large.of(promise);
      if (!octets) found_.Skip(promise, "octets are changed");
      if (!arrives) found_.Skip(promise, "the half-close does not arrive");
    }
    if (arrives) TryLatest();
    if (!arrives) {
      for (const Promise promise :
           {Promise::kLaterAnswer, Promise::kLatestAnswer}) {
        found_.Skip(promise, "the half-close does not arrive");
      }
    }
  }
  (*first)->Kill();
  found_.took = MonotonicNow() - start_;
  return std::move(found_);
}

}  // namespace

absl::StatusOr<Examination> Examine(
    const Way& way, bool slow,
    const std::function<void(absl::string_view)>& on_progress) {
  return Examiner(way, slow, on_progress).Run();
}

}  // namespace forkrpc::cli
