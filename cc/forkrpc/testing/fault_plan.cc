// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/fault_plan.h"

#include <errno.h>

#include <algorithm>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace forkrpc {
namespace {

constexpr char kNoFault[] = "no fault";

struct Word {
  absl::string_view text;
  int value;
};

constexpr Word kEnds[] = {{"client", 0}, {"server", 1}};
constexpr Word kOps[] = {{"read", 0}, {"write", 1}, {"shutdown", 2}};
constexpr Word kActions[] = {{"short", 0}, {"would-block", 1}, {"EINTR", 2},
                             {"error", 3}, {"eof", 4},         {"delay", 5}};
constexpr Word kErrors[] = {{"EPIPE", EPIPE}, {"ECONNRESET", ECONNRESET},
                            {"EIO", EIO},     {"ENOBUFS", ENOBUFS},
                            {"EBADF", EBADF}, {"ENOTCONN", ENOTCONN}};

std::string WordFor(absl::Span<const Word> words, int value) {
  for (const Word& word : words) {
    if (word.value == value) return std::string(word.text);
  }
  return absl::StrCat(value);
}

// Takes the first of `rest`, which must be one of `words`.
absl::StatusOr<int> TakeWord(absl::Span<const Word> words,
                             std::vector<absl::string_view>* rest) {
  const std::string legal =
      absl::StrJoin(words, ", ", [](std::string* out, const Word& word) {
        absl::StrAppend(out, word.text);
      });
  const absl::string_view found = rest->empty() ? "the end" : rest->front();
  for (const Word& word : words) {
    if (rest->empty() || word.text != found) continue;
    rest->erase(rest->begin());
    return word.value;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("found \"", found, "\" instead of one of: ", legal));
}

absl::StatusOr<int> TakeNumber(absl::string_view what, int least,
                               std::vector<absl::string_view>* rest) {
  int number;
  if (rest->empty() || !absl::SimpleAtoi(rest->front(), &number) ||
      number < least) {
    return absl::InvalidArgumentError(
        absl::StrCat("found \"", rest->empty() ? "the end" : rest->front(),
                     "\" instead of ", what, ", a number of at least ", least));
  }
  rest->erase(rest->begin());
  return number;
}

absl::StatusOr<Fault> ParseFault(absl::string_view text) {
  std::vector<absl::string_view> rest =
      absl::StrSplit(text, ' ', absl::SkipWhitespace());
  const absl::StatusOr<int> end = TakeWord(kEnds, &rest);
  if (!end.ok()) return end.status();
  const absl::StatusOr<int> op = TakeWord(kOps, &rest);
  if (!op.ok()) return op.status();
  const absl::StatusOr<int> index = TakeNumber("which call", 0, &rest);
  if (!index.ok()) return index.status();
  const absl::StatusOr<int> action = TakeWord(kActions, &rest);
  if (!action.ok()) return action.status();
  Fault fault;
  fault.end = static_cast<StreamEnd>(*end);
  fault.op = static_cast<FaultOp>(*op);
  fault.index = *index;
  fault.action = static_cast<FaultAction>(*action);
  fault.amount = 0;
  if (fault.action != FaultAction::kEof) {
    absl::StatusOr<int> amount = absl::InvalidArgumentError("");
    if (fault.action == FaultAction::kError) amount = TakeWord(kErrors, &rest);
    if (!amount.ok()) amount = TakeNumber("how much", 1, &rest);
    if (!amount.ok()) return amount.status();
    fault.amount = *amount;
  }
  if (!rest.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", rest.front(), "\" behind the fault"));
  }
  return fault;
}

bool MakesSense(FaultOp op, FaultAction action) {
  switch (action) {
    case FaultAction::kEof:
      return op == FaultOp::kRead;
    case FaultAction::kError:
      return true;
    default:
      return op != FaultOp::kShutdown;
  }
}

bool SameCall(const Fault& a, const Fault& b) {
  return a.end == b.end && a.op == b.op && a.index == b.index;
}

}  // namespace

bool IsBenign(const FaultPlan& plan) {
  return std::all_of(plan.begin(), plan.end(),
                     [](const Fault& fault) { return fault.benign(); });
}

std::string ToString(const Fault& fault) {
  std::string text =
      absl::StrCat(WordFor(kEnds, static_cast<int>(fault.end)), " ",
                   WordFor(kOps, static_cast<int>(fault.op)), " ", fault.index,
                   " ", WordFor(kActions, static_cast<int>(fault.action)));
  if (fault.action == FaultAction::kError) {
    absl::StrAppend(&text, " ", WordFor(kErrors, fault.amount));
  } else if (fault.action != FaultAction::kEof) {
    absl::StrAppend(&text, " ", fault.amount);
  }
  return text;
}

std::string ToString(const FaultPlan& plan) {
  if (plan.empty()) return kNoFault;
  return absl::StrJoin(plan, "; ", [](std::string* out, const Fault& fault) {
    absl::StrAppend(out, ToString(fault));
  });
}

absl::StatusOr<FaultPlan> ParseFaultPlan(absl::string_view text) {
  FaultPlan plan;
  text = absl::StripAsciiWhitespace(text);
  if (text == kNoFault || text.empty()) return plan;
  for (const absl::string_view part : absl::StrSplit(text, ';')) {
    absl::StatusOr<Fault> fault = ParseFault(part);
    if (!fault.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "fault ", plan.size() + 1, ": ", fault.status().message()));
    }
    plan.push_back(*fault);
  }
  return plan;
}

int OpCounts::total() const {
  int sum = 0;
  for (const auto& end : counts) {
    for (const int count : end) sum += count;
  }
  return sum;
}

std::vector<FaultKind> BenignFaults() {
  return {{FaultAction::kShort, 1},      {FaultAction::kShort, 5},
          {FaultAction::kWouldBlock, 1}, {FaultAction::kWouldBlock, 3},
          {FaultAction::kInterrupt, 1},  {FaultAction::kInterrupt, 3},
          {FaultAction::kDelay, 1}};
}

std::vector<FaultKind> DeadlyFaults() {
  return {{FaultAction::kError, EPIPE},
          {FaultAction::kError, ECONNRESET},
          {FaultAction::kError, EIO},
          {FaultAction::kError, ENOBUFS},
          {FaultAction::kEof, 0}};
}

std::vector<Fault> SingleFaults(const OpCounts& counts,
                                absl::Span<const FaultKind> kinds) {
  std::vector<Fault> faults;
  for (const StreamEnd end : {StreamEnd::kClient, StreamEnd::kServer}) {
    for (const FaultOp op :
         {FaultOp::kRead, FaultOp::kWrite, FaultOp::kShutdown}) {
      for (int index = 0; index < counts.at(end, op); ++index) {
        for (const FaultKind& kind : kinds) {
          if (!MakesSense(op, kind.action)) continue;
          faults.push_back({end, op, index, kind.action, kind.amount});
        }
      }
    }
  }
  return faults;
}

void ForEachPair(absl::Span<const Fault> faults,
                 absl::FunctionRef<void(const FaultPlan&)> visit) {
  for (size_t i = 0; i < faults.size(); ++i) {
    for (size_t j = i + 1; j < faults.size(); ++j) {
      if (!SameCall(faults[i], faults[j])) visit({faults[i], faults[j]});
    }
  }
}

FaultPlan RandomFaultPlan(std::mt19937* bits, int faults, int calls,
                          bool deadly) {
  // mt19937 and this arithmetic are the same everywhere.
  auto below = [bits](size_t n) { return static_cast<int>((*bits)() % n); };
  const std::vector<FaultKind> benign = BenignFaults();
  const std::vector<FaultKind> ends = DeadlyFaults();
  FaultPlan plan;
  for (int i = 0; i < faults; ++i) {
    const std::vector<FaultKind>& kinds =
        deadly && i + 1 == faults ? ends : benign;
    const FaultKind kind = kinds[below(kinds.size())];
    Fault fault;
    fault.end = below(2) == 0 ? StreamEnd::kClient : StreamEnd::kServer;
    fault.op = below(2) == 0 || kind.action == FaultAction::kEof
                   ? FaultOp::kRead
                   : FaultOp::kWrite;
    fault.index = below(static_cast<size_t>(calls));
    fault.action = kind.action;
    fault.amount = kind.amount;
    plan.push_back(fault);
  }
  return plan;
}

FaultPlan ShrinkPlan(FaultPlan plan,
                     absl::FunctionRef<bool(const FaultPlan&)> fails) {
  for (size_t i = 0; i < plan.size();) {
    FaultPlan without = plan;
    without.erase(without.begin() + static_cast<ptrdiff_t>(i));
    if (fails(without)) {
      plan = std::move(without);
    } else {
      ++i;
    }
  }
  return plan;
}

}  // namespace forkrpc
