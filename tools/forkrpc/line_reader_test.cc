// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/line_reader.h"

#include <unistd.h>

#include <string>
#include <vector>

#include "forkrpc/base/owned_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LineReaderTest : public ::testing::Test {
 protected:
  LineReaderTest() {
    int fds[2];
    EXPECT_EQ(pipe(fds), 0);
    read_end_ = OwnedFd(fds[0]);
    write_end_ = OwnedFd(fds[1]);
  }

  void Put(const std::string& text) {
    ASSERT_EQ(write(write_end_.get(), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }

  // What is there after one read.
  static std::vector<std::string> FillAndTake(LineReader* reader) {
    EXPECT_TRUE(reader->Fill().ok());
    std::vector<std::string> lines;
    while (auto line = reader->Next()) lines.push_back(*line);
    return lines;
  }

  OwnedFd read_end_;
  OwnedFd write_end_;
};

TEST_F(LineReaderTest, LinesComeOutWhole) {
  LineReader reader(read_end_.get(), 100);
  EXPECT_EQ(reader.Next(), std::nullopt);
  Put("one\n\ntw");
  EXPECT_THAT(FillAndTake(&reader), ElementsAre("one", ""));
  Put("o\nthree");
  EXPECT_THAT(FillAndTake(&reader), ElementsAre("two"));
  EXPECT_FALSE(reader.at_end());
  write_end_.Reset();
  // The last one needs no line end.
  EXPECT_THAT(FillAndTake(&reader), ElementsAre("three"));
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(reader.count(), 4);
}

TEST_F(LineReaderTest, ALineEndAtTheEndMakesNoLine) {
  LineReader reader(read_end_.get(), 100);
  Put("one\n");
  write_end_.Reset();
  EXPECT_THAT(FillAndTake(&reader), ElementsAre("one"));
  EXPECT_FALSE(reader.at_end());
  EXPECT_THAT(FillAndTake(&reader), IsEmpty());
  EXPECT_TRUE(reader.at_end());
}

TEST_F(LineReaderTest, AnyOctetsButTheLineEnd) {
  LineReader reader(read_end_.get(), 100);
  const std::string octets("\0\r\xff", 3);
  Put(octets + "\n");
  EXPECT_THAT(FillAndTake(&reader), ElementsAre(octets));
}

TEST_F(LineReaderTest, ALineBeyondTheLimitIsAnError) {
  LineReader reader(read_end_.get(), 4);
  Put("ok\nfour");
  EXPECT_THAT(FillAndTake(&reader), ElementsAre("ok"));
  Put("5");
  EXPECT_THAT(FillAndTake(&reader), IsEmpty());
  EXPECT_EQ(reader.Fill().message(), "line 2 is longer than 4 octets");
}

TEST_F(LineReaderTest, WhatReadSaysIsTheError) {
  LineReader reader(write_end_.get(), 4);  // not open for reading
  EXPECT_THAT(std::string(reader.Fill().message()),
              ::testing::StartsWith("cannot read the input"));
}

}  // namespace
}  // namespace forkrpc::cli
