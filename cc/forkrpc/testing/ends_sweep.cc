// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/ends_sweep.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forkrpc/testing/virtual_ends_stage.h"

namespace forkrpc {
namespace {

bool Has(const EndsCase& one, EndsAction action) {
  return std::find(one.actions.begin(), one.actions.end(), action) !=
         one.actions.end();
}

// Whether this child can behave otherwise than a mute one.
bool Matters(const EndsCase& one) {
  switch (one.child) {
    case EndsChild::kStubborn:
      return Has(one, EndsAction::kTerminate);
    case EndsChild::kDraining:
      return Has(one, EndsAction::kDrain) || Has(one, EndsAction::kDestroy);
    default:
      return true;
  }
}

class Sweep {
 public:
  Sweep(EndsAction first, const EndsSweep& sweep)
      : first_(first),
        sweep_(sweep),
        list_(std::getenv("ENDS_LIST") != nullptr) {}

  std::string RunAll() {
    const absl::Time start = absl::Now();
    // What a process' first loop opens stays open.
    Run(EndsCase{{EndsAction::kExit}});
    for (int length = 1; length <= sweep_.max_length; ++length) {
      ForEachSequence(
          first_, sweep_.alphabet, length,
          [this](const std::vector<EndsAction>& actions) { Try(actions); });
    }
    std::printf("%s, first %s: %d sequences, %d cases, %d wrong, %s\n",
                sweep_.name, ToString(EndsCase{{first_}}).c_str(), sequences_,
                cases_, wrong_,
                absl::FormatDuration(
                    absl::Trunc(absl::Now() - start, absl::Milliseconds(1)))
                    .c_str());
    return wrong_ == 0 ? ""
                       : absl::StrCat(wrong_, " of ", cases_,
                                      " cases, the shortest:\n", shortest_);
  }

 private:
  void Try(const std::vector<EndsAction>& actions) {
    ++sequences_;
    for (const EndsChild child :
         {EndsChild::kMute, EndsChild::kStubborn, EndsChild::kDraining,
          EndsChild::kAnswering}) {
      EndsCase one = {actions, child, true};
      if (!Matters(one)) continue;
      Judge(one);
      if (static_cast<int>(actions.size()) > sweep_.max_length_without_pidfds) {
        continue;
      }
      one.pidfds = false;
      Judge(one);
    }
  }

  EndsRecord Run(const EndsCase& one) {
    const int before = CountDescriptors();
    EndsRecord record;
    {
      VirtualEndsStage stage(one);
      record = sweep_.run(one, &stage);
    }
    record.descriptors_left = CountDescriptors() - before;
    return record;
  }

  void Judge(const EndsCase& one) {
    ++cases_;
    const std::string wrong = JudgeEnds(Run(one), sweep_.expect(one));
    if (wrong.empty()) return;
    if (++wrong_ == 1) shortest_ = absl::StrCat(ToString(one), ":\n", wrong);
    if (list_) std::printf("%s:\n%s", ToString(one).c_str(), wrong.c_str());
  }

  const EndsAction first_;
  const EndsSweep& sweep_;
  const bool list_;
  int sequences_ = 0;
  int cases_ = 0;
  int wrong_ = 0;
  std::string shortest_;
};

}  // namespace

std::string SweepEnds(EndsAction first, const EndsSweep& sweep) {
  return Sweep(first, sweep).RunAll();
}

}  // namespace forkrpc
