// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/ends_case.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace forkrpc {
namespace {

const char* NameOf(EndsAction action) {
  switch (action) {
    case EndsAction::kStreamOver:
      return "stream over";
    case EndsAction::kExit:
      return "exit";
    case EndsAction::kKill:
      return "kill";
    case EndsAction::kGrandchild:
      return "grandchild";
    case EndsAction::kPause:
      return "pause";
    case EndsAction::kResume:
      return "resume";
    case EndsAction::kDrain:
      return "drain";
    case EndsAction::kTerminate:
      return "terminate";
    case EndsAction::kCancel:
      return "cancel";
    case EndsAction::kDeadline:
      return "deadline";
    case EndsAction::kDestroy:
      return "destroy";
  }
  return "?";
}

}  // namespace

bool IsChilds(EndsAction action) {
  return action == EndsAction::kStreamOver || action == EndsAction::kExit ||
         action == EndsAction::kKill || action == EndsAction::kGrandchild;
}

const char* NameOf(EndsChild child) {
  switch (child) {
    case EndsChild::kMute:
      return "mute";
    case EndsChild::kStubborn:
      return "stubborn";
    case EndsChild::kDraining:
      return "draining";
    case EndsChild::kAnswering:
      return "answering";
  }
  return "?";
}

std::string ToString(const EndsCase& one) {
  return absl::StrCat(absl::StrJoin(one.actions, ", ",
                                    [](std::string* out, EndsAction action) {
                                      out->append(NameOf(action));
                                    }),
                      " (", NameOf(one.child), " child",
                      one.pidfds ? ")" : ", no pidfds)");
}

void ForEachSequence(
    EndsAction first, absl::Span<const EndsAction> alphabet, int length,
    absl::FunctionRef<void(const std::vector<EndsAction>&)> visit) {
  // As an odometer of which the first wheel stands still.
  std::vector<size_t> wheels(length - 1, 0);
  for (;;) {
    std::vector<EndsAction> actions = {first};
    for (const size_t wheel : wheels) actions.push_back(alphabet[wheel]);
    visit(actions);
    size_t turned = wheels.size();
    while (turned > 0 && ++wheels[turned - 1] == alphabet.size()) {
      wheels[--turned] = 0;
    }
    if (turned == 0) return;
  }
}

absl::Duration DrainGrace(int times_before) {
  return absl::Milliseconds(times_before == 0 ? 2040 : 335);
}

absl::Duration TerminateGrace(int times_before) {
  return absl::Milliseconds(times_before == 0 ? 1510 : 120);
}

std::vector<absl::Duration> TimesOf(absl::Span<const EndsAction> actions) {
  std::vector<absl::Duration> times;
  absl::Duration time;
  for (const EndsAction action : actions) {
    time += kGap;
    if (action == EndsAction::kDeadline) time = std::max(time, kAfterTimeout);
    times.push_back(time);
  }
  return times;
}

}  // namespace forkrpc
