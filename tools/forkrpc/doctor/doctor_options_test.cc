// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/doctor_options.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

using testing::ElementsAre;
using Words = std::vector<std::string>;

TEST(DoctorOptionsTest, TheProbeComesLast) {
  const auto options =
      ParseDoctorOptions({"--program=/p", "--", "ssh", "host"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->what, DoctorOptions::kExamine);
  EXPECT_THAT(options->way.command,
              ElementsAre("ssh", "host", "/p", "doctor", "--probe"));
  EXPECT_EQ(options->name, "ssh host");
}

TEST(DoctorOptionsTest, OrWhereTheBracesAre) {
  const auto options =
      ParseDoctorOptions({"--program=/p", "--", "socat", "-", "EXEC:{},pty"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_THAT(options->way.command,
              ElementsAre("socat", "-", "EXEC:/p doctor --probe,pty"));
  EXPECT_EQ(options->name, "socat - EXEC:{},pty");
}

TEST(DoctorOptionsTest, OrNowhere) {
  const auto options =
      ParseDoctorOptions({"--as-is", "--", "nc", "-N", "127.0.0.1", "4000"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_THAT(options->way.command,
              ElementsAre("nc", "-N", "127.0.0.1", "4000"));
}

TEST(DoctorOptionsTest, TheProgramIsThisOneIfNothingIsSaid) {
  const auto options = ParseDoctorOptions({"--", "env"});
  ASSERT_TRUE(options.ok()) << options.status();
  ASSERT_EQ(options->way.command.size(), 4u);
  EXPECT_TRUE(absl::EndsWith(options->way.command[1], "doctor_options_test"));
}

TEST(DoctorOptionsTest, OtherWays) {
  EXPECT_EQ(ParseDoctorOptions({"--probe"})->what, DoctorOptions::kProbe);
  const auto serve = ParseDoctorOptions({"--serve=127.0.0.1:0"});
  EXPECT_EQ(serve->what, DoctorOptions::kServe);
  EXPECT_EQ(serve->serve, "127.0.0.1:0");
  const auto connect =
      ParseDoctorOptions({"--connect=127.0.0.1:1", "--slow", "--json"});
  EXPECT_TRUE(connect->way.address.has_value());
  EXPECT_TRUE(connect->slow);
  EXPECT_TRUE(connect->json);
}

TEST(DoctorOptionsTest, SaysWhatToDo) {
  const std::vector<std::pair<Words, std::string>> cases = {
      {{}, "say what to examine"},
      {{"--"}, "say what to examine"},
      {{"ssh"}, "put -- in front"},
      {{"--probe", "--serve=/x"}, "only one of these"},
      {{"--connect=/x", "--", "sh"}, "only one of these"},
      {{"--connect=x"}, "is no address"},
      {{"--binding=x", "--", "sh"}, "use socket or pipes"},
  };
  for (const auto& [words, text] : cases) {
    const absl::Status status = ParseDoctorOptions(words).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_TRUE(absl::StrContains(status.message(), text)) << status;
  }
}

}  // namespace
}  // namespace forkrpc::cli
