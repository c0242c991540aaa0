// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/pool/call_ledger.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

TEST(CallLedgerTest, IsCleanWhenEachCallHasEndedOnce) {
  CallLedger ledger(2);
  EXPECT_EQ(ledger.lost(), 2u);
  ledger.Close(0, absl::string_view("0"));
  EXPECT_FALSE(ledger.clean());
  ledger.Close(1, absl::UnavailableError("gone"));
  EXPECT_TRUE(ledger.clean());
  EXPECT_EQ(ledger.answered(), 1u);
  EXPECT_EQ(ledger.failed(), 1u);
}

TEST(CallLedgerTest, SeesASecondEnd) {
  CallLedger ledger(2);
  ledger.Close(0, absl::string_view("0"));
  ledger.Close(0, absl::UnavailableError("gone"));
  EXPECT_EQ(ledger.duplicated(), 1u);
  EXPECT_EQ(ledger.lost(), 1u) << "one too many does not make up for another";
  ledger.Close(1, absl::string_view("1"));
  EXPECT_FALSE(ledger.clean());
}

TEST(CallLedgerTest, SeesAnothersResponse) {
  CallLedger ledger(2);
  ledger.Close(0, absl::string_view("1"));
  ledger.Close(1, absl::string_view("1"));
  EXPECT_EQ(ledger.misattributed(), 1u);
  EXPECT_FALSE(ledger.clean());
}

TEST(CallLedgerTest, SaysWhatHasFailed) {
  CallLedger ledger(3);
  ledger.Close(0, absl::UnavailableError("gone"));
  ledger.Close(1, absl::UnavailableError("gone"));
  ledger.Close(2, absl::DataLossError("garbage"));
  EXPECT_THAT(ledger.ToString(),
              testing::AllOf(testing::HasSubstr("UNAVAILABLE 2"),
                             testing::HasSubstr("DATA_LOSS 1"),
                             testing::HasSubstr("lost             0")));
}

}  // namespace
}  // namespace forkrpc
