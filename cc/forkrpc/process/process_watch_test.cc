// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/process/process_watch.h"

#include <string>

#include "absl/time/time.h"
#include "forkrpc/base/monotonic_time.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Found = ProcessWatch::Found;

constexpr MonotonicTime kNever = MonotonicTime::InfiniteFuture();

MonotonicTime At(int milliseconds) {
  return MonotonicTime::FromEpoch(absl::Milliseconds(milliseconds));
}

enum class State { kTold, kPolled, kPolledRarely, kEnded };

constexpr State kStates[] = {State::kTold, State::kPolled, State::kPolledRarely,
                             State::kEnded};

// A watch in `state` at 1000 ms; one that polls looks next at 1001 ms, one that
// polls rarely at 1050 ms.
ProcessWatch Make(State state) {
  ProcessWatch watch(state == State::kTold, At(1000));
  if (state == State::kPolledRarely) {
    watch = ProcessWatch(false, At(799));
    for (const int due : {800, 802, 806, 814, 830, 862, 912, 1000}) {
      watch.OnLook(Found::kRunning, At(due));
    }
  } else if (state == State::kEnded) {
    watch.OnLook(Found::kEnded, At(1000));
  }
  return watch;
}

enum class Input {
  kRunningEarly,  // a look before its time
  kRunning,       // one at its time
  kRunningLate,   // one long after it
  kHeldEarly,
  kHeld,
  kEnded,
  kEndExpected,
};

constexpr Input kInputs[] = {Input::kRunningEarly, Input::kRunning,
                             Input::kRunningLate,  Input::kHeldEarly,
                             Input::kHeld,         Input::kEnded,
                             Input::kEndExpected};

void Give(ProcessWatch& watch, Input input) {
  const MonotonicTime due =
      watch.next_look() == kNever ? At(1000) : watch.next_look();
  const MonotonicTime early = due - absl::Milliseconds(1);
  switch (input) {
    case Input::kRunningEarly:
      return watch.OnLook(Found::kRunning, early);
    case Input::kRunning:
      return watch.OnLook(Found::kRunning, due);
    case Input::kRunningLate:
      return watch.OnLook(Found::kRunning, due + absl::Seconds(1));
    case Input::kHeldEarly:
      return watch.OnLook(Found::kHeld, early);
    case Input::kHeld:
      return watch.OnLook(Found::kHeld, due);
    case Input::kEnded:
      return watch.OnLook(Found::kEnded, due);
    case Input::kEndExpected:
      return watch.OnEndExpected(At(1010));
  }
}

// What a watch waits for afterwards, as one word.
std::string Says(const ProcessWatch& watch) {
  std::string said = watch.ended() ? "ended" : "";
  if (watch.waits_for_pidfd()) said += "pidfd";
  if (watch.next_look() != kNever) {
    said += std::to_string(absl::ToInt64Milliseconds(
        watch.next_look() - MonotonicTime::FromEpoch(absl::ZeroDuration())));
  }
  return said;
}

TEST(ProcessWatchTest, EveryStateAndEveryInput) {
  const char* const expected[][7] = {
      // running, at its time, late, held early, held, ended, end expected
      {"pidfd", "pidfd", "pidfd", "1000", "1001", "ended", "pidfd"},  // told
      {"1001", "1003", "2003", "1001", "1003", "ended", "1001"},      // polled
      {"1050", "1100", "2100", "1050", "1100", "ended", "1011"},      // rarely
      {"ended", "ended", "ended", "ended", "ended", "ended", "ended"},
  };
  for (int state = 0; state < 4; ++state) {
    for (int input = 0; input < 7; ++input) {
      ProcessWatch watch = Make(kStates[state]);
      Give(watch, kInputs[input]);
      EXPECT_EQ(Says(watch), expected[state][input])
          << "state " << state << ", input " << input;
    }
  }
}

TEST(ProcessWatchTest, LooksSoonThenRarelyAndSoonAgainWhenAnEndIsExpected) {
  ProcessWatch watch(false, At(0));
  MonotonicTime last = At(0);
  for (const int apart : {1, 2, 4, 8, 16, 32, 50, 50, 50}) {
    EXPECT_EQ(watch.next_look() - last, absl::Milliseconds(apart));
    last = watch.next_look();
    watch.OnLook(Found::kRunning, last);
  }
  watch.OnEndExpected(last);
  EXPECT_EQ(watch.next_look() - last, ProcessWatch::kFirstLook);
  watch.OnLook(Found::kRunning, watch.next_look());
  EXPECT_EQ(watch.next_look() - last, absl::Milliseconds(3));
}

// A tracer holds a dead child: to wait for its pidfd would spin.
TEST(ProcessWatchTest, APidfdThatHasSpokenIsNotWaitedForAgain) {
  ProcessWatch watch(true, At(0));
  EXPECT_EQ(watch.next_look(), kNever);
  watch.OnLook(Found::kHeld, At(5));
  for (int looks = 0; looks < 20; ++looks) {
    ASSERT_FALSE(watch.waits_for_pidfd());
    ASSERT_NE(watch.next_look(), kNever);
    watch.OnLook(looks % 2 == 0 ? Found::kHeld : Found::kRunning,
                 watch.next_look());
  }
  watch.OnLook(Found::kEnded, watch.next_look());
  EXPECT_TRUE(watch.ended());
}

}  // namespace
}  // namespace forkrpc
