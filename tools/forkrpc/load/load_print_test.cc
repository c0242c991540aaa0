// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/load/load_print.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(LoadPrintTest, ThreeDigitsAndAUnit) {
  EXPECT_EQ(FormatLatency(0), "0 ns");
  EXPECT_EQ(FormatLatency(999), "999 ns");
  EXPECT_EQ(FormatLatency(1000), "1.00 us");
  EXPECT_EQ(FormatLatency(9994), "9.99 us");
  EXPECT_EQ(FormatLatency(9995), "10.0 us");
  EXPECT_EQ(FormatLatency(99949), "99.9 us");
  EXPECT_EQ(FormatLatency(99950), "100 us");
  EXPECT_EQ(FormatLatency(999499), "999 us");
  EXPECT_EQ(FormatLatency(999500), "1.00 ms");
  EXPECT_EQ(FormatLatency(200000000), "200 ms");
  EXPECT_EQ(FormatLatency(999500000), "0.9995 s");
  EXPECT_EQ(FormatLatency(75000000000), "75 s");
  EXPECT_EQ(FormatCount(0), "0 ");
  EXPECT_EQ(FormatCount(12.34), "12.3 ");
  EXPECT_EQ(FormatCount(1234), "1.23 k");
  EXPECT_EQ(FormatCount(12345678), "12.3 M");
  EXPECT_EQ(FormatCount(3e9), "3 G");
}

LoadOptions Options() {
  LoadOptions options;
  options.name = "./worker";
  options.sizes = *PayloadSizes::Parse("16");
  return options;
}

TEST(LoadPrintTest, NoPercentileThatTheLongestSaysAsWell) {
  LoadResult result;
  result.tally.latency.RecordTimes(1000, 99);
  result.tally.latency.Record(7000000);
  result.tally.answered = 100;
  result.tally.measured = 2000000000;
  const std::string text = LoadText(Options(), result);
  EXPECT_THAT(text, HasSubstr("100 answered rightly in 2 s: 50 /s\n"));
  EXPECT_THAT(text, HasSubstr("  99 %     1.00 us\n   longest     7.00 ms\n"));
  EXPECT_THAT(text, HasSubstr("errors     none\n"));
  EXPECT_THAT(text, Not(HasSubstr("99.9")));
  EXPECT_FALSE(result.failed());
}

TEST(LoadPrintTest, ErrorsByKindAndTheFirstInWords) {
  LoadResult result;
  result.tally.Fail(LoadError::kTimeout, 3, "no response");
  result.tally.Fail(LoadError::kLost, 2, "gone");
  EXPECT_TRUE(result.failed());
  const std::string text = LoadText(Options(), result);
  EXPECT_THAT(text, HasSubstr("errors     3 timeout, 2 lost\n"
                              "           first: no response\n"));
  EXPECT_THAT(text, HasSubstr("latency    of no call\n"));
  EXPECT_THAT(LoadJson(Options(), result),
              HasSubstr("\"errors\":{\"wrong\":0,\"timeout\":3,\"lost\":2,"));
}

TEST(LoadPrintTest, AWorkerThatWasLostWithNoCallOfItsIsAFailure) {
  LoadResult result;
  result.tally.Fail(LoadError::kLost, 0, "gone");
  EXPECT_TRUE(result.failed());
  EXPECT_THAT(LoadText(Options(), result),
              HasSubstr("errors     no call's\n           first: gone\n"));
}

TEST(LoadPrintTest, WhichLatencyIsSaid) {
  LoadResult result;
  result.tally.latency.RecordTimes(10000000, 1000);
  LoadOptions closed = Options();
  EXPECT_THAT(LoadText(closed, result), HasSubstr("from when a call was made"));
  EXPECT_THAT(LoadJson(closed, result), HasSubstr("\"corrected\":null"));
  closed.expected_interval = absl::Milliseconds(1);
  EXPECT_THAT(LoadText(closed, result),
              HasSubstr("second column: estimate for a call made each 1ms\n"));
  EXPECT_THAT(LoadJson(closed, result),
              HasSubstr("\"corrected\":{\"count\":10000,"));
  LoadOptions open = Options();
  open.rate = 5;
  EXPECT_THAT(LoadText(open, result), HasSubstr("from when a call was due"));
  EXPECT_THAT(LoadText(open, result), HasSubstr("made late  by this program"));
}

}  // namespace
}  // namespace forkrpc::cli
