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
  calls.Insert(0xFFFFFFFF, true);
  calls.Insert(1);
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
    calls.Erase(erased);
    for (uint32_t id : {16u, 32u, 48u, 64u}) {
      EXPECT_EQ(calls.Find(id) != nullptr, id != erased) << id;
    }
    EXPECT_EQ(Ids(calls).size(), 3);
    calls.Insert(80);  // takes the slot, if it is free
    EXPECT_NE(calls.Find(80), nullptr);
    EXPECT_EQ(Ids(calls).size(), 4);
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
        calls.Insert(next, model[next]);
      } else if (!model.empty()) {
        auto victim = model.lower_bound(bits());
        if (victim == model.end()) victim = model.begin();
        CallTable::Call* call = calls.Find(victim->first);
        ASSERT_NE(call, nullptr);
        ASSERT_EQ(call->has_deadline, victim->second);
        calls.Erase(victim->first);
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
