// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/serialiser/value_builder.h"

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "forkrpc/serialiser/diagnostic_notation.h"
#include "forkrpc/testing/allocation_counter.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

class ValueBuilderTest : public testing::Test {
 protected:
  // What was built, or the error.
  std::string Built(ValueBuilder* builder) {
    const absl::StatusOr<Value> value = builder->Finish();
    return value.ok() ? DiagnosticNotation(*value)
                      : std::string(value.status().message());
  }
  std::string Built() { return Built(&builder_); }

  ValueBuilder builder_{"test", ValueLimits(), 100};
};

TEST_F(ValueBuilderTest, AScalar) {
  EXPECT_FALSE(builder_.complete());
  EXPECT_TRUE(builder_.Add(Value::Integer(5)));
  EXPECT_TRUE(builder_.complete());
  EXPECT_EQ(Built(), "5");
}

TEST_F(ValueBuilderTest, CountedListsAndMapsEndByThemselves) {
  EXPECT_TRUE(builder_.BeginList(3));
  EXPECT_TRUE(builder_.BeginMap(1));
  EXPECT_TRUE(builder_.at_key());
  EXPECT_TRUE(builder_.Add(Value::Octets("a")));
  EXPECT_FALSE(builder_.at_key());
  EXPECT_TRUE(builder_.BeginList(1));
  EXPECT_TRUE(builder_.BeginList(0));
  EXPECT_FALSE(builder_.at_key());
  EXPECT_TRUE(builder_.BeginMap(0));
  EXPECT_TRUE(builder_.BeginTag(7));
  EXPECT_TRUE(builder_.Add(Value::Null()));
  EXPECT_TRUE(builder_.complete());
  EXPECT_EQ(Built(), "[{h'61': [[]]}, {}, 7(null)]");
}

TEST_F(ValueBuilderTest, OpenListsAndMapsEndWhereTheyAreEnded) {
  EXPECT_TRUE(builder_.BeginOpenList());
  EXPECT_TRUE(builder_.BeginOpenMap());
  EXPECT_TRUE(builder_.Add(Value::Text("a")));
  EXPECT_TRUE(builder_.Add(Value::Integer(1)));
  EXPECT_TRUE(builder_.End());
  EXPECT_FALSE(builder_.complete());
  EXPECT_TRUE(builder_.End());
  EXPECT_EQ(Built(), "[{\"a\": 1}]");
}

TEST_F(ValueBuilderTest, AnEndOfNothing) {
  builder_.At(7);
  EXPECT_FALSE(builder_.End());
  EXPECT_EQ(builder_.status(),
            absl::DataLossError("test: the end of a list or map that nothing "
                                "began, at octet 7 of 100"));
  ValueBuilder counted("test", ValueLimits(), 1);
  counted.BeginList(1);
  EXPECT_FALSE(counted.End());
}

TEST_F(ValueBuilderTest, AMapWithoutItsLastValue) {
  builder_.BeginOpenMap();
  builder_.Add(Value::Text("a"));
  EXPECT_FALSE(builder_.End());
  EXPECT_TRUE(absl::IsDataLoss(builder_.status())) << builder_.status();
}

TEST_F(ValueBuilderTest, WhatIsSharedIsOneValue) {
  builder_.BeginShared();  // 0, the list
  builder_.BeginList(4);
  builder_.BeginShared();  // 1
  builder_.BeginList(1);
  builder_.BeginShared();  // 2
  builder_.Add(Value::Text("x"));
  builder_.Refer(1);
  builder_.Refer(2);
  builder_.Refer(1);
  const absl::StatusOr<Value> value = builder_.Finish();
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(DiagnosticNotation(*value),
            "28([28([28(\"x\")]), 29(1), 29(2), 29(1)])");
  const absl::Span<const Value> items = value->Seen().items();
  EXPECT_EQ(items[0].identity(), items[3].identity());
  EXPECT_EQ(items[2].identity(), items[0].Seen().items()[0].identity());
}

TEST_F(ValueBuilderTest, ACycleAndAReferenceToNothing) {
  builder_.At(3);
  builder_.BeginShared();
  builder_.BeginList(1);
  EXPECT_FALSE(builder_.Refer(0));
  EXPECT_EQ(builder_.status(),
            absl::DataLossError("test: a cycle: shared value 0 is referred to "
                                "in itself, at octet 3 of 100"));
  ValueBuilder other("test", ValueLimits(), 9);
  EXPECT_FALSE(other.Refer(5));
  EXPECT_EQ(other.status(),
            absl::DataLossError("test: a reference to shared value 5 where 0 "
                                "came before, at octet 0 of 9"));
}

TEST_F(ValueBuilderTest, NothingAndHalfOfSomething) {
  EXPECT_EQ(Built(), "test: there is no value, at octet 100 of 100");
  ValueBuilder half("test", ValueLimits(), 1);
  half.BeginList(2);
  half.Add(Value::Null());
  EXPECT_EQ(Built(&half), "test: the end inside a value, at octet 1 of 1");
}

TEST_F(ValueBuilderTest, TheFirstErrorStays) {
  builder_.At(1);
  EXPECT_FALSE(builder_.Fail(absl::StatusCode::kDataLoss, "first"));
  builder_.At(2);
  EXPECT_FALSE(builder_.Fail(absl::StatusCode::kDataLoss, "second"));
  EXPECT_FALSE(builder_.Add(Value::Null()));
  EXPECT_FALSE(builder_.BeginList(0));
  EXPECT_FALSE(builder_.BeginMap(0));
  EXPECT_FALSE(builder_.BeginTag(0));
  EXPECT_FALSE(builder_.BeginShared());
  EXPECT_FALSE(builder_.Refer(0));
  EXPECT_FALSE(builder_.End());
  EXPECT_EQ(Built(), "test: first, at octet 1 of 100");
}

TEST_F(ValueBuilderTest, AScopeEndsWithItsValueAndLeavesIt) {
  EXPECT_TRUE(builder_.BeginList(2));
  EXPECT_TRUE(builder_.BeginScope());
  EXPECT_TRUE(builder_.BeginList(1));
  EXPECT_TRUE(builder_.BeginScope());
  EXPECT_EQ(builder_.scopes(), 2u);
  EXPECT_TRUE(builder_.Add(Value::Integer(1)));
  EXPECT_EQ(builder_.scopes(), 0u);
  EXPECT_TRUE(builder_.Add(Value::Integer(2)));
  EXPECT_EQ(Built(), "[[1], 2]");
}

TEST_F(ValueBuilderTest, DepthHasALimit) {
  for (const size_t limit : {size_t{1}, size_t{5}, size_t{512}}) {
    ValueLimits limits;
    limits.max_depth = limit;
    ValueBuilder good("test", limits, 1);
    ValueBuilder bad("test", limits, 1);
    for (size_t i = 0; i < limit; ++i) {
      good.BeginShared();
      good.BeginTag(1);
      EXPECT_TRUE(i % 2 == 0 ? good.BeginList(1) : good.BeginOpenList());
      EXPECT_TRUE(bad.BeginList(1));
    }
    EXPECT_TRUE(good.Add(Value::Null()));
    EXPECT_FALSE(bad.BeginMap(1));
    EXPECT_EQ(bad.status(),
              absl::ResourceExhaustedError(absl::StrCat(
                  "test: more lists and maps in one another than the limit of ",
                  limit, ", at octet 0 of 1")));
  }
}

TEST_F(ValueBuilderTest, TagsInOneAnotherHaveALimit) {
  for (int i = 0; i < 2048; ++i) {
    ASSERT_TRUE(i % 2 == 0 ? builder_.BeginTag(1) : builder_.BeginShared());
  }
  EXPECT_FALSE(builder_.BeginTag(1));
  EXPECT_TRUE(absl::IsResourceExhausted(builder_.status()));
  EXPECT_NE(Built().find("the limit of 2048"), std::string::npos);
}

TEST_F(ValueBuilderTest, WhatIsBesideEachOtherIsNotDeep) {
  builder_.BeginOpenList();
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(builder_.BeginTag(1));
    ASSERT_TRUE(builder_.BeginShared());
    ASSERT_TRUE(builder_.BeginList(0));
    ASSERT_TRUE(builder_.BeginMap(0));
  }
  EXPECT_TRUE(builder_.End());
}

TEST_F(ValueBuilderTest, CountHasALimit) {
  ValueLimits limits;
  limits.max_values = 5;
  ValueBuilder builder("test", limits, 9);
  builder.BeginOpenList();
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(builder.Add(Value::Null()));
  EXPECT_FALSE(builder.Add(Value::Null()));
  EXPECT_EQ(builder.status(),
            absl::ResourceExhaustedError("test: more values than the limit of "
                                         "5, at octet 0 of 9"));
}

TEST_F(ValueBuilderTest, AnAnnouncedCountAllocatesNothing) {
  const AllocationCounter counter;
  builder_.BeginList(999999);
  EXPECT_LT(counter.peak_octets(), 1024);
  for (const uint64_t count :
       {uint64_t{1000001}, UINT64_MAX, uint64_t{1} << 63}) {
    ValueBuilder list("test", ValueLimits(), 9);
    EXPECT_FALSE(list.BeginList(count));
    EXPECT_TRUE(absl::IsResourceExhausted(list.status()));
    ValueBuilder map("test", ValueLimits(), 9);
    EXPECT_FALSE(map.BeginMap(count));
    EXPECT_TRUE(absl::IsResourceExhausted(map.status()));
  }
  EXPECT_LT(counter.peak_octets(), 4096);
}

TEST_F(ValueBuilderTest, OctetsHaveALimit) {
  ValueLimits limits;
  limits.max_octets = 8;
  EXPECT_TRUE(ValueBuilder("test", limits, 8).ok());
  EXPECT_EQ(ValueBuilder("test", limits, 9).status(),
            absl::ResourceExhaustedError(
                "test: the limit is 8 octets, at octet 0 of 9"));
}

}  // namespace
}  // namespace forkrpc
