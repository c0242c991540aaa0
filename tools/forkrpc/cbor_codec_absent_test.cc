// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A static program's --serialiser=cbor.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/forkrpc/cbor_codec.h"

namespace forkrpc::cli {
namespace {

using ::testing::HasSubstr;

TEST(CborCodecAbsentTest, EachSaysWhatToDo) {
  std::string payload;
  std::vector<Value> values;
  for (const absl::Status& status :
       {CheckCborLinked(), EncodeCborValues({}, &payload),
        DecodeCborValues("\x80", &values)}) {
    EXPECT_TRUE(absl::IsUnimplemented(status));
    EXPECT_THAT(std::string(status.message()), HasSubstr("--config=static"));
  }
  EXPECT_EQ(payload, "");
}

}  // namespace
}  // namespace forkrpc::cli
