// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/client/call_callbacks.h"

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/testing/allocation_counter.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// A callback that stores `value`.
CallCallback Storing(int* to, int value) {
  return [to, value](absl::StatusOr<absl::string_view>) { *to = value; };
}

// Whether there was one to run.
bool RunIfAny(CallCallback callback) {
  if (callback == nullptr) return false;
  callback("");
  return true;
}

TEST(CallCallbacksTest, GivesEachCallbackOnce) {
  CallCallbacks callbacks;
  int stored = 0;
  callbacks.Insert(1, Storing(&stored, 10));
  callbacks.Insert(2, Storing(&stored, 20));
  EXPECT_EQ(callbacks.size(), 2);
  EXPECT_TRUE(RunIfAny(callbacks.Take(2)));
  EXPECT_EQ(stored, 20);
  EXPECT_FALSE(RunIfAny(callbacks.Take(2)));
  EXPECT_TRUE(RunIfAny(callbacks.Take(1)));
  EXPECT_EQ(stored, 10);
  EXPECT_EQ(callbacks.size(), 0);
}

TEST(CallCallbacksTest, KnowsNothingOfOtherCalls) {
  CallCallbacks callbacks;
  int stored = 0;
  EXPECT_FALSE(RunIfAny(callbacks.Take(1)));
  // A slot that is free is that of call 0, which no call has.
  EXPECT_FALSE(RunIfAny(callbacks.Take(0)));
  EXPECT_EQ(callbacks.size(), 0);
  callbacks.Insert(1, Storing(&stored, 1));
  EXPECT_FALSE(RunIfAny(callbacks.Take(17))) << "the slot of call 1";
  EXPECT_EQ(callbacks.size(), 1);
}

TEST(CallCallbacksTest, KeepsCallsWhoseSlotIsTaken) {
  CallCallbacks callbacks;
  int stored = 0;
  // With sixteen slots these collide, and with thirty-two some still do.
  for (const CallId call : {1, 17, 33, 65}) {
    callbacks.Insert(call, Storing(&stored, static_cast<int>(call)));
  }
  EXPECT_EQ(callbacks.size(), 4);
  // Grows while they are there.
  for (CallId call = 100; call < 140; ++call) {
    callbacks.Insert(call, Storing(&stored, static_cast<int>(call)));
  }
  for (const CallId call : {33, 1, 65, 17}) {
    ASSERT_TRUE(RunIfAny(callbacks.Take(call))) << call;
    EXPECT_EQ(stored, call);
    EXPECT_FALSE(RunIfAny(callbacks.Take(call))) << call;
  }
  EXPECT_EQ(callbacks.size(), 40);
}

TEST(CallCallbacksTest, GivesOneWhoseSlotIsTakenOnce) {
  CallCallbacks callbacks;
  int stored = 0;
  callbacks.Insert(1, Storing(&stored, 1));
  callbacks.Insert(17, Storing(&stored, 17));
  EXPECT_TRUE(RunIfAny(callbacks.Take(17)));
  EXPECT_EQ(stored, 17);
  EXPECT_FALSE(RunIfAny(callbacks.Take(17)));
  EXPECT_EQ(callbacks.size(), 1);
}

TEST(CallCallbacksTest, AnEmptyCallbackCountsToo) {
  CallCallbacks callbacks;
  callbacks.Insert(3, nullptr);
  EXPECT_EQ(callbacks.size(), 1);
  EXPECT_EQ(callbacks.Take(3), nullptr);
  EXPECT_EQ(callbacks.size(), 0);
}

TEST(CallCallbacksTest, DestroysWhatItStillHas) {
  auto held = std::make_shared<int>(7);
  {
    CallCallbacks callbacks;
    for (const CallId call : {1, 17}) {
      callbacks.Insert(call, [held](absl::StatusOr<absl::string_view>) {});
    }
    callbacks.Take(1);
    EXPECT_EQ(held.use_count(), 2) << "taken, and kept all the same";
  }
  EXPECT_EQ(held.use_count(), 1);
}

// Against std::map, near the wrap of the ids and with old calls in flight.
TEST(CallCallbacksTest, DoesWhatAMapDoes) {
  std::mt19937 random(20261);
  CallCallbacks callbacks;
  std::map<CallId, int> model;
  CallId next = 0xFFFFFF00;
  int stored = 0;
  for (int i = 0; i < 200000; ++i) {
    ASSERT_EQ(callbacks.size(), model.size());
    const bool insert = model.size() < (i % 5000 < 2500 ? 200 : 20);
    if (insert) {
      if (next == 0) next = 1;
      if (model.emplace(next, i).second) {
        callbacks.Insert(next, Storing(&stored, i));
      }
      next += random() % 4 == 0 ? 16 : 1;
      continue;
    }
    // Old ones are rarely taken: they are in the way of the new.
    auto taken = random() % 8 == 0 ? model.begin() : std::prev(model.end());
    ASSERT_TRUE(RunIfAny(callbacks.Take(taken->first)));
    ASSERT_EQ(stored, taken->second);
    model.erase(taken);
  }
}

TEST(CallCallbacksTest, AllocatesNothingInTheSteadyState) {
  CallCallbacks callbacks;
  int stored = 0;
  const auto round = [&](CallId first) {
    for (CallId call = first; call < first + 8; ++call) {
      callbacks.Insert(call, Storing(&stored, 1));
    }
    for (CallId call = first; call < first + 8; ++call) callbacks.Take(call);
  };
  round(1);
  AllocationCounter counter;
  for (CallId first = 9; first < 10000; first += 8) round(first);
  EXPECT_EQ(counter.allocations(), 0);
}

}  // namespace
}  // namespace forkrpc
