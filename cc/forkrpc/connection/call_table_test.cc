// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/call_table.h"

#include <map>
#include <random>
#include <set>

#include "gtest/gtest.h"

namespace forkrpc {
namespace {

std::set<uint32_t> Ids(const CallTable& calls) {
  std::set<uint32_t> ids;
  calls.ForEach([&ids](const CallTable::Call& call) {
    EXPECT_TRUE(ids.insert(call.id).second);
  });
  return ids;
}

TEST(CallTableTest, KeepsWhatIsKnownOfACall) {
  CallTable calls;
  EXPECT_TRUE(calls.Insert(0xFFFFFFFF));
  EXPECT_TRUE(calls.Insert(1));
  calls.Find(0xFFFFFFFF)->has_deadline = true;
  CallTable::Call* call = calls.Find(0xFFFFFFFF);
  ASSERT_NE(call, nullptr);
  EXPECT_TRUE(call->has_deadline);
  EXPECT_FALSE(calls.Find(1)->has_deadline);
  EXPECT_FALSE(call->abandoned);
  call->abandoned = true;
  EXPECT_TRUE(calls.Find(0xFFFFFFFF)->abandoned);
  EXPECT_EQ(calls.Find(0), nullptr);
}

TEST(CallTableTest, CallsOfOneSlotAreKeptApart) {
  // All have the same slot in a table of 16.
  for (uint32_t erased : {16u, 32u, 48u, 64u}) {
    CallTable calls;
    for (uint32_t id : {16u, 32u, 48u, 64u}) calls.Insert(id);
    EXPECT_TRUE(calls.Take(erased));
    for (uint32_t id : {16u, 32u, 48u, 64u}) {
      EXPECT_EQ(calls.Find(id) != nullptr, id != erased) << id;
    }
    EXPECT_EQ(Ids(calls).size(), 3);
    calls.Insert(80);  // takes the slot, if it is free
    EXPECT_NE(calls.Find(80), nullptr);
    EXPECT_EQ(Ids(calls).size(), 4);
  }
}

TEST(CallTableTest, TakesPlainCallsOnly) {
  // The last two share a slot: one of them is in overflow.
  for (uint32_t id : {1u, 2u, 16u, 32u}) {
    CallTable calls;
    for (uint32_t other : {1u, 2u, 16u, 32u}) EXPECT_TRUE(calls.Insert(other));
    calls.Find(1)->abandoned = true;
    calls.Find(2)->has_deadline = true;
    EXPECT_EQ(calls.TakePlain(id), id == 16);
    EXPECT_EQ(calls.Find(id) == nullptr, id == 16);
    EXPECT_EQ(calls.size(), id == 16 ? 3 : 4);
    EXPECT_EQ(calls.Take(id), id != 16);
    EXPECT_FALSE(calls.Take(id));
    EXPECT_FALSE(calls.TakePlain(0));
  }
}

// Against std::map, with ids as a client makes them (near each other, some old
// ones left behind) and with ids that collide.
TEST(CallTableTest, AgreesWithAMap) {
  std::mt19937 bits(3);
  for (uint32_t stride : {1u, 16u, 1u << 20}) {
    CallTable calls;
    std::map<uint32_t, bool> model;
    uint32_t next = 0xFFFFF000;
    for (int step = 0; step < 20000; ++step) {
      if (bits() % 2 == 0 && model.size() < 300) {
        next += stride;
        if (next == 0 || model.count(next) > 0) continue;
        model[next] = bits() % 2 == 0;
        ASSERT_TRUE(calls.Insert(next));
        calls.Find(next)->has_deadline = model[next];
        ASSERT_FALSE(calls.Insert(next));
      } else if (!model.empty()) {
        auto victim = model.lower_bound(bits());
        if (victim == model.end()) victim = model.begin();
        CallTable::Call* call = calls.Find(victim->first);
        ASSERT_NE(call, nullptr);
        ASSERT_EQ(call->has_deadline, victim->second);
        ASSERT_TRUE(calls.Take(victim->first));
        ASSERT_EQ(calls.Find(victim->first), nullptr);
        model.erase(victim);
      }
      ASSERT_EQ(calls.size(), model.size());
    }
    for (const auto& [id, has_deadline] : model) {
      ASSERT_NE(calls.Find(id), nullptr);
      ASSERT_EQ(calls.Find(id)->has_deadline, has_deadline);
    }
    ASSERT_EQ(Ids(calls).size(), model.size());
    calls.Clear();
    EXPECT_EQ(calls.size(), 0);
    EXPECT_TRUE(Ids(calls).empty());
  }
}

}  // namespace
}  // namespace forkrpc
