// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/finish_trial.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "forkrpc/base/clock.h"
#include "tools/forkrpc/doctor/probe_words.h"

namespace forkrpc::cli {
namespace {

// So many octets or fewer only show that an answer comes.
constexpr size_t kFew = 64;

// A worker that has waited for so long, nearly kEofLimit, has waited in vain;
// what it has said of that may be lost with its terminal.
constexpr absl::Duration kInVain = absl::Milliseconds(3700);

}  // namespace

bool FinishTrial::in_vain() const {
  return said_in_vain_ || (!eof() && link_->end_time().has_value() &&
                           *link_->end_time() - half_close_ >= kInVain);
}

void FinishTrial::Ask(const LateAnswer& answer) {
  asked_ = answer;
  link_->Send(absl::StrCat(kRequestMark, "finish ",
                           absl::ToInt64Milliseconds(answer.delay), " ",
                           answer.octets, " ", answer.status, "\n"),
              MonotonicNow() + absl::Seconds(1));
}

void FinishTrial::HalfClose() {
  half_close_ = MonotonicNow();
  link_->HalfClose();
}

bool FinishTrial::AwaitEof(MonotonicTime deadline) {
  while (!eof()) {
    const std::optional<std::string> line = link_->TakeLine(deadline);
    if (!line.has_value()) return false;
    if (*line == "eof") eof_time_ = MonotonicNow();
    if (*line == "no-eof") {
      said_in_vain_ = true;
      return false;
    }
  }
  return true;
}

bool FinishTrial::AwaitAnswer(MonotonicTime deadline) {
  if (whole() || !eof()) return whole();
  if (asked_.octets <= kFew) {
    // Whether they are changed has been asked elsewhere.
    if (link_->TakeThrough("done", deadline).has_value()) {
      answer_time_ = MonotonicNow();
    }
    return whole();
  }
  const std::string head = absl::StrCat("late ", asked_.octets, "\n");
  const size_t all = head.size() + asked_.octets + 5;
  answer_ += link_->TakeOctets(all - answer_.size(), deadline);
  if (answer_.size() == all &&
      answer_ == absl::StrCat(head, PatternOctets(asked_.octets), "done\n")) {
    answer_time_ = MonotonicNow();
  }
  return whole();
}

std::string FinishTrial::Describe() const {
  std::string text = !answer_.empty()
                         ? absl::StrCat(answer_.size(), " of ", asked_.octets,
                                        " octets came, then ")
                         : "";
  if (!link_->end_time().has_value()) {
    return absl::StrCat(text, "nothing more, and no end");
  }
  absl::StrAppendFormat(
      &text, "the stream ended %.1f s after the half-close, ",
      absl::ToDoubleSeconds(*link_->end_time() - half_close_));
  return absl::StrCat(text, link_->how().ok() ? "as after a clean end"
                                              : link_->how().message());
}

}  // namespace forkrpc::cli
