// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/connection/call_table.h"

#include <map>
#include <memory>
#include <random>
#include <set>

#include "forkrpc/testing/allocation_counter.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// A value that cannot be copied, and says when it is destroyed.
using Held = std::unique_ptr<std::shared_ptr<int>>;

template <typename Value>
std::set<uint32_t> Ids(const CallTable<Value>& calls) {
  std::set<uint32_t> ids;
  calls.ForEach([&ids](uint32_t id, const Value&) {
    EXPECT_TRUE(ids.insert(id).second);
  });
  return ids;
}

TEST(CallTableTest, KeepsTheValueOfACall) {
  CallTable<int> calls;
  EXPECT_TRUE(calls.Insert(0xFFFFFFFF));
  EXPECT_TRUE(calls.Insert(1, 7));
  EXPECT_EQ(*calls.Find(0xFFFFFFFF), 0);
  *calls.Find(0xFFFFFFFF) = 9;
  EXPECT_EQ(*calls.Find(0xFFFFFFFF), 9);
  EXPECT_EQ(*calls.Find(1), 7);
  EXPECT_EQ(calls.Find(0), nullptr);
  EXPECT_EQ(calls.Take(1), 7);
  EXPECT_EQ(calls.Take(1), 0);
  EXPECT_EQ(calls.size(), 1u);
}

TEST(CallTableTest, KnowsNothingOfOtherCalls) {
  CallTable<int> calls;
  // A slot that is free is that of call 0, which no call has.
  EXPECT_EQ(calls.Take(0), 0);
  EXPECT_FALSE(calls.Erase(0));
  EXPECT_FALSE(calls.EraseQuickly(0, 0));
  calls.Insert(1, 5);
  EXPECT_EQ(calls.Take(17), 0) << "the slot of call 1";
  EXPECT_FALSE(calls.Erase(17));
  EXPECT_EQ(calls.size(), 1u);
}

TEST(CallTableTest, CallsOfOneSlotAreKeptApart) {
  // All have the same slot in a table of 16.
  for (uint32_t erased : {16u, 32u, 48u, 64u}) {
    CallTable<uint32_t> calls;
    for (uint32_t id : {16u, 32u, 48u, 64u}) calls.Insert(id, id + 1);
    EXPECT_TRUE(calls.Erase(erased));
    for (uint32_t id : {16u, 32u, 48u, 64u}) {
      EXPECT_EQ(calls.Find(id) != nullptr, id != erased) << id;
    }
    EXPECT_EQ(Ids(calls).size(), 3);
    calls.Insert(80);  // takes the slot, if it is free
    EXPECT_NE(calls.Find(80), nullptr);
    EXPECT_EQ(Ids(calls).size(), 4);
    for (uint32_t id : {16u, 32u, 48u, 64u}) {
      EXPECT_EQ(calls.Take(id), id == erased ? 0 : id + 1);
      EXPECT_EQ(calls.Take(id), 0u);
    }
    EXPECT_EQ(calls.size(), 1u);
  }
}

TEST(CallTableTest, ErasesQuicklyWhatIsEqualAndInItsSlot) {
  // The last two share a slot: one of them is in overflow.
  for (uint32_t id : {1u, 2u, 16u, 32u}) {
    CallTable<int> calls;
    for (uint32_t other : {1u, 2u, 16u, 32u}) EXPECT_TRUE(calls.Insert(other));
    *calls.Find(1) = 1;
    *calls.Find(2) = 2;
    EXPECT_EQ(calls.EraseQuickly(id, 0), id == 16);
    EXPECT_EQ(calls.Find(id) == nullptr, id == 16);
    EXPECT_EQ(calls.size(), id == 16 ? 3 : 4);
    EXPECT_EQ(calls.Erase(id), id != 16);
    EXPECT_FALSE(calls.Erase(id));
  }
}

TEST(CallTableTest, DestroysWhatItHas) {
  const auto shared = std::make_shared<int>(7);
  const auto held = [&] {
    return std::make_unique<std::shared_ptr<int>>(shared);
  };
  {
    CallTable<Held> calls;
    for (const uint32_t id : {1, 2, 3, 17, 33}) calls.Insert(id, held());
    EXPECT_EQ(shared.use_count(), 6);
    EXPECT_FALSE(calls.Insert(17, held()));
    EXPECT_EQ(shared.use_count(), 6);
    EXPECT_NE(calls.Take(1), nullptr);
    EXPECT_NE(calls.Take(17), nullptr);
    EXPECT_EQ(shared.use_count(), 4) << "taken, and kept all the same";
    EXPECT_TRUE(calls.Erase(2));
    EXPECT_TRUE(calls.Erase(33));
    EXPECT_EQ(shared.use_count(), 2) << "erased, and kept all the same";
  }
  EXPECT_EQ(shared.use_count(), 1);
}

template <typename Value>
class CallTableOfAnyValueTest : public ::testing::Test {};
using Values = ::testing::Types<int, uint32_t, std::unique_ptr<int>, Held>;
TYPED_TEST_SUITE(CallTableOfAnyValueTest, Values);

// Calls of one slot, so many that the table grows with calls beside the slots.
TYPED_TEST(CallTableOfAnyValueTest, GrowsWithCallsThatShareASlot) {
  constexpr uint32_t kCalls = 100;
  CallTable<TypeParam> calls;
  std::set<uint32_t> ids;
  for (uint32_t id = 1; id <= 16 * kCalls; id += 16) {
    EXPECT_TRUE(calls.Insert(id, TypeParam()));
    EXPECT_FALSE(calls.Insert(id, TypeParam()));
    ids.insert(id);
  }
  EXPECT_TRUE(calls.Insert(2, TypeParam()));
  ids.insert(2);
  EXPECT_EQ(Ids(calls), ids);
  for (const uint32_t id : ids) {
    EXPECT_NE(calls.Find(id), nullptr);
    if (id % 32 == 1) {
      EXPECT_TRUE(calls.Erase(id));
    } else {
      EXPECT_EQ(calls.Take(id), TypeParam());
    }
    EXPECT_EQ(calls.Find(id), nullptr);
    EXPECT_EQ(calls.Take(id), TypeParam()) << "it is not there any more";
  }
  EXPECT_EQ(calls.size(), 0u);
}

// Against std::map, with ids as a client makes them (near each other, some old
// ones left behind) and with ids that collide.
TEST(CallTableTest, AgreesWithAMap) {
  std::mt19937 bits(3);
  for (uint32_t stride : {1u, 16u, 1u << 20}) {
    CallTable<std::unique_ptr<int>> calls;
    std::map<uint32_t, int> model;
    uint32_t next = 0xFFFFF000;
    for (int step = 0; step < 20000; ++step) {
      if (bits() % 2 == 0 && model.size() < 300) {
        next += stride;
        if (next == 0 || model.count(next) > 0) continue;
        model[next] = step;
        ASSERT_TRUE(calls.Insert(next, std::make_unique<int>(step)));
        ASSERT_FALSE(calls.Insert(next));
      } else if (!model.empty()) {
        auto victim = model.lower_bound(bits());
        if (victim == model.end()) victim = model.begin();
        const std::unique_ptr<int>* const call = calls.Find(victim->first);
        ASSERT_NE(call, nullptr);
        ASSERT_EQ(**call, victim->second);
        if (bits() % 2 == 0) {
          ASSERT_EQ(*calls.Take(victim->first), victim->second);
        } else {
          ASSERT_TRUE(calls.Erase(victim->first));
        }
        ASSERT_EQ(calls.Find(victim->first), nullptr);
        model.erase(victim);
      }
      ASSERT_EQ(calls.size(), model.size());
    }
    for (const auto& [id, value] : model) {
      ASSERT_NE(calls.Find(id), nullptr);
      ASSERT_EQ(**calls.Find(id), value);
    }
    ASSERT_EQ(Ids(calls).size(), model.size());
    calls.Clear();
    EXPECT_EQ(calls.size(), 0);
    EXPECT_TRUE(Ids(calls).empty());
  }
}

TEST(CallTableTest, AllocatesNothingInTheSteadyState) {
  CallTable<Held> calls;
  const auto round = [&](uint32_t first) {
    for (uint32_t call = first; call < first + 8; ++call) calls.Insert(call);
    for (uint32_t call = first; call < first + 8; ++call) calls.Take(call);
  };
  round(1);
  AllocationCounter counter;
  for (uint32_t first = 9; first < 10000; first += 8) round(first);
  EXPECT_EQ(counter.allocations(), 0);
}

}  // namespace
}  // namespace forkrpc
