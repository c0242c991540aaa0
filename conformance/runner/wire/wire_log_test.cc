// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/wire/wire_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace forkrpc::conformance {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kWhen = absl::Milliseconds(1500);

std::string Octets(std::initializer_list<int> octets) {
  return std::string(octets.begin(), octets.end());
}

TEST(WireLogTest, AnnotatesBothDirectionsOfASyncChild) {
  WireLog log(CHILD, SYNC);
  log.Remark("step 1", absl::ZeroDuration());
  log.Chunk(WireLog::kToTestee, Octets({0, 0, 0, 3, 'E', 'h'}), kWhen);
  log.Chunk(WireLog::kToTestee, "i", kWhen);
  log.Chunk(WireLog::kFromTestee,
            Octets({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}), kWhen);
  EXPECT_EQ(
      log.Text(),
      "  0.000000 - step 1\n"
      "  1.500000 > chunk of 6 at octet 0\n"
      "             00000000  00 00 00 03 45 68                                "
      "....Eh\n"
      "             = request, length 3, at octet 0\n"
      "             (ends inside a frame: 2 of 3 payload octets)\n"
      "  1.500000 > chunk of 1 at octet 6\n"
      "             00000006  69                                               "
      "i\n"
      "             (goes on with a frame)\n"
      "  1.500000 < chunk of 13 at octet 0\n"
      "             00000000  00 00 00 00 00 00 00 00 00 00 00 01 00           "
      ".............\n"
      "             = event (id 0), length 0, at octet 0\n"
      "             (ends inside a header: 5 of 8 octets)\n");
}

TEST(WireLogTest, KnowsTheLayoutOfEachClass) {
  const std::string octets = Octets({0, 0, 0, 7, 0, 0, 0, 0});
  const auto text = [&](Role role, Form form, WireLog::Direction direction) {
    WireLog log(role, form);
    log.Chunk(direction, octets, kWhen);
    return log.Text();
  };
  EXPECT_THAT(text(CHILD, ASYNC, WireLog::kToTestee),
              HasSubstr("= request id 7, length 0"));
  EXPECT_THAT(text(CHILD, ASYNC, WireLog::kFromTestee),
              HasSubstr("= response id 7, length 0"));
  EXPECT_THAT(text(PARENT, SYNC, WireLog::kToTestee),
              HasSubstr("= response id 7, length 0"));
  EXPECT_THAT(text(PARENT, SYNC, WireLog::kFromTestee),
              HasSubstr("= request, length 7"));
  EXPECT_THAT(text(PARENT, ASYNC, WireLog::kFromTestee),
              HasSubstr("= request id 7, length 0"));
}

TEST(WireLogTest, LongRowsOfLinesAreCounted) {
  WireLog log(PARENT, ASYNC);
  for (int i = 0; i < 100; ++i) {
    log.Line(WireLog::kToTestee, absl::StrCat("call c", i, " -"), kWhen);
  }
  log.Line(WireLog::kFromTestee, "closed", kWhen);
  EXPECT_THAT(log.Text(), HasSubstr("> command: call c19 -\n"
                                    "             ... and 80 more commands\n"
                                    "  1.500000 < report: closed\n"));
}

TEST(WireLogTest, KeepsTheBeginningAndTheEndOfALongLog) {
  WireLog log(CHILD, SYNC);
  for (int i = 0; i < 100000; ++i) {
    log.Remark(absl::StrCat("remark number ", i, "."), kWhen);
  }
  const std::string text = log.Text();
  EXPECT_LT(text.size(), size_t{1200} << 10);
  EXPECT_THAT(text, HasSubstr("number 0."));
  EXPECT_THAT(text, HasSubstr("number 99000."));
  EXPECT_THAT(text, HasSubstr("number 99999."));
  EXPECT_THAT(text, Not(HasSubstr("number 50000.")));
  EXPECT_THAT(text, HasSubstr(" entries left out\n"));
}

}  // namespace
}  // namespace forkrpc::conformance
