// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/runner/base/files.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::conformance {
namespace {

using ::testing::HasSubstr;

TEST(FilesTest, EveryOctetComesBackFromAFolderMadeForIt) {
  const std::string path = ::testing::TempDir() + "/files_test/a/b";
  const std::string text("\r\n\0\xff", 4);
  ASSERT_TRUE(WriteFile(path, "longer than what replaces it").ok());
  ASSERT_TRUE(WriteFile(path, text).ok());
  const absl::StatusOr<std::string> read = ReadFile(path);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, text);
}

TEST(FilesTest, WhatCannotBeReadIsNamed) {
  EXPECT_EQ(ReadFile("nowhere").status().message(), "nowhere: cannot be read");
  EXPECT_EQ(ReadFile("/").status().message(), "/: cannot be read");
}

TEST(FilesTest, WhatCannotBeWrittenIsNamed) {
  for (const absl::Status& status :
       {WriteFile("/proc/none/x", "text"), CheckWritable("/proc/none/x")}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(status.message(),
                HasSubstr("/proc/none/x: cannot be written: No such file"));
  }
  EXPECT_EQ(WriteFile("/dev/full", "text").message(),
            "/dev/full: cannot be written: No space left on device; choose "
            "another path");
  EXPECT_TRUE(CheckWritable("/dev/full").ok());
  const std::string fresh = ::testing::TempDir() + "/files_test/fresh";
  EXPECT_TRUE(CheckWritable(fresh).ok());
  EXPECT_FALSE(ReadFile(fresh).ok());
}

}  // namespace
}  // namespace forkrpc::conformance
