// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/pool_test_bed.h"

#include <sys/stat.h>

#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

TEST(PoolTestBedTest, RecordsResponsesAndErrors) {
  PoolTestBed bed;
  bed.Call("good", "echo hi");
  bed.Call("bad", "exit 3");
  EXPECT_FALSE(bed.ended("good"));
  EXPECT_EQ(bed.result("good"), "(has not ended)");
  bed.FinishAll();
  EXPECT_EQ(bed.result("good"), "hi");
  EXPECT_TRUE(bed.status("good").ok());
  EXPECT_TRUE(absl::IsUnavailable(bed.status("bad"))) << bed.result("bad");
  EXPECT_EQ(bed.ended(), 2u);
  EXPECT_EQ(bed.errors().size(), 1u);
}

TEST(PoolTestBedTest, SeesACallThatEndsTwice) {
  EXPECT_NONFATAL_FAILURE(
      {
        PoolTestBed bed;
        bed.Call("same", "echo 1");
        bed.Call("same", "echo 2");
        bed.FinishAll();
      },
      "same has ended twice");
}

TEST(PoolTestBedTest, AGateLetsThroughAsManyAsItIsToldTo) {
  PoolTestBed bed;
  bed.options.max = 2;
  Gate gate("gate");
  bed.Call("a", gate.request());
  bed.Call("b", gate.request());
  gate.Open();
  bed.RunUntil([&] { return bed.ended() > 0; });
  EXPECT_EQ(bed.ended(), 1u);
  EXPECT_EQ(bed.pool()->stats().in_flight, 1u);
  gate.Open();
  bed.FinishAll();
  EXPECT_EQ(bed.result("a"), "waited");
}

TEST(PoolTestBedTest, FreshPathsDiffer) {
  EXPECT_NE(FreshPath("x"), FreshPath("x"));
}

}  // namespace
}  // namespace forkrpc
