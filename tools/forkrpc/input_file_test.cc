// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/input_file.h"

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

using ::testing::HasSubstr;

TEST(InputFileTest, ADashIsStandardInput) {
  const auto input = InputFile::Open("-", 17);
  ASSERT_TRUE(input.ok());
  EXPECT_EQ(input->fd(), 17);
}

TEST(InputFileTest, AFileIsReadAndClosed) {
  std::string path = absl::StrCat(::testing::TempDir(), "/input_XXXXXX");
  const int made = mkstemp(&path[0]);
  ASSERT_GE(made, 0);
  ASSERT_EQ(write(made, "text", 4), 4);
  close(made);
  int fd = -1;
  {
    const auto input = InputFile::Open(path, -1);
    ASSERT_TRUE(input.ok()) << input.status();
    fd = input->fd();
    char text[8];
    EXPECT_EQ(read(fd, text, sizeof(text)), 4);
  }
  EXPECT_EQ(close(fd), -1);
  unlink(path.c_str());
}

TEST(InputFileTest, WhatCannotBeReadIsNamed) {
  EXPECT_EQ(InputFile::Open("/no/such/file", 0).status().message(),
            "cannot open '/no/such/file': No such file or directory");
  EXPECT_THAT(std::string(InputFile::Open("/", 0).status().message()),
              HasSubstr("'/': it is a directory"));
}

}  // namespace
}  // namespace forkrpc::cli
