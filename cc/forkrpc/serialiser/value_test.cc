// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/value.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "forkrpc/serialiser/diagnostic_notation.h"
#include "forkrpc/testing/allocation_counter.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using Kind = Value::Kind;

// One of each kind, none equal to another.
std::vector<Value> OneOfEach() {
  return {Value::Null(),
          Value::Undefined(),
          Value::Boolean(false),
          Value::Boolean(true),
          Value::Integer(0),
          Value::Integer(-1),
          Value::Unsigned(UINT64_MAX),
          Value::Double(0),
          Value::Double(-0.0),
          Value::Double(1),
          Value::Double(std::nan("")),
          Value::Octets(""),
          Value::Octets("a"),
          Value::Text(""),
          Value::Text("a"),
          Value::List({}),
          Value::List({Value::Null()}),
          Value::Map({}),
          Value::Map({{Value::Octets("a"), Value::Null()}}),
          Value::Shared(Value::List({})),
          Value::Shared(Value::Null()),
          Value::Tagged(1, Value::Null()),
          Value::Tagged(2, Value::Null())};
}

TEST(ValueTest, EqualsOnlyItself) {
  const std::vector<Value> a = OneOfEach();
  const std::vector<Value> b = OneOfEach();
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < b.size(); ++j) {
      EXPECT_EQ(a[i] == b[j], i == j) << a[i] << " and " << b[j];
      EXPECT_EQ(Value::List({a[i]}) == Value::List({b[j]}), i == j);
    }
    EXPECT_EQ(a[i], a[i]);
  }
}

TEST(ValueTest, CopiesAndMoves) {
  for (const Value& value : OneOfEach()) {
    Value copy = value;
    EXPECT_EQ(copy, value);
    Value moved = std::move(copy);
    EXPECT_EQ(moved, value);
    EXPECT_EQ(copy, Value::Null());  // NOLINT: what a move leaves is promised
    copy = moved;
    EXPECT_EQ(copy, value);
    Value& self = copy;
    copy = self;
    EXPECT_EQ(copy, value);
    copy = std::move(self);
    EXPECT_EQ(copy.kind() == value.kind() || copy.is_null(), true);
  }
}

TEST(ValueTest, ACopyAllocatesNothing) {
  const Value list = Value::List({Value::Text(std::string(1000, 'x'))});
  const AllocationCounter counter;
  const Value copy = list;
  const Value again = copy;
  EXPECT_EQ(counter.allocations(), 0);
}

TEST(ValueTest, AStringAndAListAreOneAllocationEach) {
  const AllocationCounter counter;
  Value string = Value::Text("a string of more octets than fit anywhere else");
  EXPECT_EQ(counter.allocations(), 1);
  const Value list = Value::MoveToList(absl::MakeSpan(&string, 1));
  EXPECT_EQ(counter.allocations(), 2);
  EXPECT_EQ(string, Value::Null());
}

TEST(ValueTest, ANumberHasOneKind) {
  EXPECT_EQ(Value::Unsigned(5), Value::Integer(5));
  EXPECT_EQ(Value::Unsigned(INT64_MAX).kind(), Kind::kInteger);
  EXPECT_EQ(Value::Unsigned(uint64_t{1} << 63).kind(), Kind::kUnsigned);
  EXPECT_NE(Value::Double(1), Value::Integer(1));
}

TEST(ValueTest, AccessorsOfEachKind) {
  EXPECT_EQ(Value::Boolean(true).AsBoolean().value(), true);
  EXPECT_EQ(Value::Integer(-5).AsInteger().value(), -5);
  EXPECT_EQ(Value::Integer(5).AsUnsigned().value(), 5u);
  EXPECT_EQ(Value::Unsigned(UINT64_MAX).AsUnsigned().value(), UINT64_MAX);
  EXPECT_EQ(Value::Double(0.5).AsDouble().value(), 0.5);
  EXPECT_EQ(Value::Integer(5).AsDouble().value(), 5.0);
  EXPECT_EQ(Value::Unsigned(UINT64_MAX).AsDouble().value(),
            18446744073709551616.0);
  EXPECT_EQ(Value::Octets("\xff").AsOctets().value(), "\xff");
  EXPECT_EQ(Value::Text("a").AsText().value(), "a");
  EXPECT_EQ(Value::List({Value::Null()}).AsList().value().size(), 1u);
  EXPECT_EQ(Value::Map({{Value::Text("a"), Value::Integer(1)}})
                .AsMap()
                .value()[0]
                .value,
            Value::Integer(1));
  EXPECT_EQ(Value::Tagged(9, Value::Integer(1)).tag(), 9u);
  EXPECT_EQ(Value::Tagged(9, Value::Integer(1)).content(), Value::Integer(1));
}

TEST(ValueTest, AccessorsLookThroughWhatIsShared) {
  EXPECT_EQ(Value::Shared(Value::Integer(5)).AsInteger().value(), 5);
  EXPECT_EQ(Value::Shared(Value::Text("a")).AsText().value(), "a");
  EXPECT_EQ(Value::Shared(Value::List({Value::Null()})).AsList()->size(), 1u);
  EXPECT_TRUE(Value::Shared(Value::Null()).is_null());
  EXPECT_NE(
      Value::Shared(Value::Map({{Value::Text("a"), Value::Null()}})).Find("a"),
      nullptr);
}

TEST(ValueTest, AnotherKindIsAnErrorThatNamesIt) {
  for (const Value& value : OneOfEach()) {
    const std::string name(KindName(value.Seen().kind()));
    int taken = 0;
    const auto check = [&](const absl::Status& status) {
      if (status.ok()) {
        ++taken;
        return;
      }
      EXPECT_TRUE(absl::IsOutOfRange(status) ||
                  (absl::IsInvalidArgument(status) &&
                   status.message().find(name) != absl::string_view::npos))
          << status;
    };
    check(value.AsBoolean().status());
    check(value.AsInteger().status());
    check(value.AsUnsigned().status());
    check(value.AsDouble().status());
    check(value.AsOctets().status());
    check(value.AsText().status());
    check(value.AsList().status());
    check(value.AsMap().status());
    EXPECT_LE(taken, 3) << value;
  }
  EXPECT_EQ(Value::Integer(-1).AsUnsigned().status(),
            absl::OutOfRangeError("the integer -1 is negative"));
  EXPECT_EQ(Value::Unsigned(UINT64_MAX).AsInteger().status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Value::List({}).AsText().status(),
            absl::InvalidArgumentError("the value is a list, not text"));
}

TEST(ValueTest, FindsAKeyAsTextAndAsOctetsTheLastOfSeveral) {
  const Value map = Value::Map({{Value::Octets("a"), Value::Integer(1)},
                                {Value::Integer(97), Value::Integer(2)},
                                {Value::Text("a"), Value::Integer(3)},
                                {Value::Text("b"), Value::Integer(4)},
                                {Value::Octets("\xe9"), Value::Integer(5)}});
  EXPECT_EQ(*map.Find("a"), Value::Integer(3));
  EXPECT_EQ(*map.Find("b"), Value::Integer(4));
  EXPECT_EQ(*map.Find("\xe9"), Value::Integer(5));
  EXPECT_EQ(map.Find(""), nullptr);
  EXPECT_EQ(Value::List({}).Find("a"), nullptr);
  EXPECT_EQ(map.entries().size(), 5u);
}

TEST(ValueTest, SharingIsPartOfEquality) {
  const Value one = Value::Shared(Value::List({Value::Integer(1)}));
  const Value two = Value::Shared(Value::List({Value::Integer(1)}));
  EXPECT_EQ(one, two);
  EXPECT_EQ(Value::List({one, one}), Value::List({two, two}));
  EXPECT_NE(Value::List({one, one}), Value::List({one, two}));
  EXPECT_NE(Value::List({one, two}), Value::List({one, one}));
  EXPECT_EQ(Value::List({one, two}), Value::List({two, one}));
  // The same list, once with what is shared outside and once with a twin.
  const Value list = Value::List({one});
  EXPECT_NE(Value::List({list, one}), Value::List({list, two}));
  EXPECT_EQ(one.identity(), Value(one).identity());
  EXPECT_NE(one.identity(), two.identity());
  EXPECT_EQ(Value::Integer(1).identity(), nullptr);
  EXPECT_EQ(Value::Shared(one).identity(), one.identity());
}

TEST(ValueTest, DeepValuesEndAndCompareWithoutTheStack) {
  Value a, b;
  for (int i = 0; i < 300000; ++i) {
    a = i % 3 == 0 ? Value::Tagged(1, std::move(a))
                   : Value::List({std::move(a)});
    b = i % 3 == 0 ? Value::Tagged(1, std::move(b))
                   : Value::List({std::move(b)});
  }
  EXPECT_TRUE(a == b);
  b = Value::List({std::move(b)});
  EXPECT_FALSE(a == b);
}

// 2^60 values, if each were looked at wherever it stands.
TEST(ValueTest, WhatIsSharedManyTimesIsLookedAtOnce) {
  for (const bool shared : {false, true}) {
    Value a, b;
    for (int i = 0; i < 60; ++i) {
      a = Value::List({a, a});
      b = Value::List({b, b});
      if (shared) a = Value::Shared(std::move(a));
      if (shared) b = Value::Shared(std::move(b));
    }
    EXPECT_TRUE(a == b);
    EXPECT_TRUE(a == a);
    EXPECT_FALSE(a == Value::List({b, b}));
  }
}

TEST(ValueTest, ItemsAreMovedIfNobodyElseHasThem) {
  const auto list = [] {
    return Value::List({Value::Text("one"), Value::Null()});
  };
  std::vector<Value> items;
  Value alone = Value::Shared(list());
  const char* const data = alone.Seen().items()[0].string().data();
  ASSERT_TRUE(alone.TakeItems(&items).ok());
  EXPECT_EQ(items[0].string().data(), data);
  EXPECT_EQ(items.size(), 2u);

  Value held = list();
  const Value copy = held;
  ASSERT_TRUE(held.TakeItems(&items).ok());
  EXPECT_EQ(items.size(), 4u);
  EXPECT_EQ(copy, list());

  Value empty = Value::List({});
  ASSERT_TRUE(empty.TakeItems(&items).ok());
  EXPECT_EQ(items.size(), 4u);
  EXPECT_TRUE(absl::IsInvalidArgument(Value::Null().TakeItems(&items)));
}

// ThreadSanitizer and AddressSanitizer look whether the counts are right.
TEST(ValueTest, ThreadsHaveCopiesOfOneValue) {
  const Value shared = Value::Shared(Value::List({Value::Text("x")}));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([copy = shared] {
      for (int j = 0; j < 2000; ++j) {
        const Value again = copy;
        EXPECT_EQ(again.Seen().items()[0].string(), "x");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(ValueTest, KindsHaveNames) {
  EXPECT_EQ(KindName(Value::Kind::kShared), "a shared value");
  EXPECT_EQ(KindName(Value::Kind::kUnsigned), "an integer");
  EXPECT_EQ(KindName(static_cast<Value::Kind>(99)), "a value of no kind");
}

TEST(ValueTest, OfAnotherKindWithoutAStatusItIsEmpty) {
  const Value text = Value::Text("1");
  EXPECT_FALSE(text.boolean());
  EXPECT_EQ(text.integer(), 0);
  EXPECT_EQ(text.number(), 0);
}

}  // namespace
}  // namespace forkrpc
