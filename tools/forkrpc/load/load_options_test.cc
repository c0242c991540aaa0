// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/load/load_options.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

LoadOptions Parse(absl::string_view words) {
  const absl::StatusOr<LoadOptions> options =
      ParseLoadOptions(absl::StrSplit(words, ' ', absl::SkipEmpty()));
  EXPECT_TRUE(options.ok()) << options.status();
  return *options;
}

TEST(LoadOptionsTest, Defaults) {
  const LoadOptions options = Parse("-- ./worker a b");
  EXPECT_THAT(options.target.worker.argv, ElementsAre("./worker", "a", "b"));
  EXPECT_EQ(options.name, "./worker a b");
  EXPECT_FALSE(options.open_loop());
  EXPECT_EQ(options.workers, 1u);
  EXPECT_EQ(options.in_flight, 1u);
  EXPECT_EQ(options.sizes->text(), "16");
  EXPECT_EQ(options.expected, Expected::kRequest);
  EXPECT_EQ(options.duration, absl::Seconds(5));
  EXPECT_EQ(options.calls, UINT64_MAX);
  EXPECT_EQ(options.target.terms.form, Form::kAsync);
}

TEST(LoadOptionsTest, AnOpenLoopHasMoreInFlightUnlessItIsSaid) {
  EXPECT_EQ(Parse("--rate=5.5 -- x").in_flight, 10000u);
  EXPECT_EQ(Parse("--rate=5 --in-flight=3 -- x").in_flight, 3u);
  EXPECT_TRUE(Parse("--rate=5 -- x").open_loop());
}

TEST(LoadOptionsTest, StringsAreTheRequest) {
  const LoadOptions options = Parse("--serialiser=raw hello -- x");
  EXPECT_EQ(options.request, "hello");
  EXPECT_FALSE(options.sizes.has_value());
  EXPECT_EQ(options.expected, Expected::kFirstResponse);
  EXPECT_EQ(Parse("--no-verify add 1 -- x").expected, Expected::kNothing);
}

TEST(LoadOptionsTest, AnAddress) {
  const LoadOptions options = Parse("--connect=127.0.0.1:4000 --form=sync");
  EXPECT_TRUE(options.target.address.has_value());
  EXPECT_EQ(options.name, "127.0.0.1:4000");
  EXPECT_EQ(options.target.terms.form, Form::kSync);
}

TEST(LoadOptionsTest, WhatMakesNoSense) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "no worker given"},
      {"--", "no worker given"},
      {"--connect=127.0.0.1:1 -- x", "only one"},
      {"--connect=host:1", "is no address"},
      {"--calls=3 --duration=1s -- x", "only one"},
      {"--workers=0 -- x", "--workers"},
      {"--workers=1001 -- x", "--workers"},
      {"--in-flight=1000001 -- x", "--in-flight"},
      {"--rate=-1 -- x", "--rate"},
      {"--rate=nan -- x", "--rate"},
      {"--rate=1e10 -- x", "--rate"},
      {"--timeout=0s -- x", "--timeout"},
      {"--timeout=inf -- x", "--timeout"},
      {"--timeout=5 -- x", "500ms"},
      {"--duration=25h -- x", "--duration"},
      {"--warm-up=-1s -- x", "--warm-up"},
      {"--start-limit=0s -- x", "--start-limit"},
      {"--expected-interval=-1s -- x", "--expected-interval"},
      {"--expected-interval=1ms --rate=5 -- x", "closed loop"},
      {"--payload=17 --max-length=16 -- x", "--max-length is 16"},
      {"--payload=a -- x", "is no payload size"},
      {"--serialiser=raw a b -- x", "one"},
  };
  for (const auto& [words, said] : cases) {
    const absl::Status status =
        ParseLoadOptions(absl::StrSplit(words, ' ', absl::SkipEmpty()))
            .status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << words << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(said)) << words;
  }
}

}  // namespace
}  // namespace forkrpc::cli
