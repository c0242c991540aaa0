// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/doctor/stream_address.h"

#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forkrpc/base/clock.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

TEST(StreamAddressTest, ReadsNumbersAndPaths) {
  for (const char* text :
       {"127.0.0.1:0", "localhost:65535", "[::1]:80", "/run/x", "./x"}) {
    EXPECT_TRUE(StreamAddress::Parse(text).ok()) << text;
  }
}

TEST(StreamAddressTest, SaysWhatToWriteInstead) {
  for (const char* text :
       {"", ":", "x", "host:1", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
        "127.0.0.1:-1", "::1:80", "[::1]", "[]:1", "127.0.0.1:1x"}) {
    const absl::Status status = StreamAddress::Parse(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_TRUE(absl::StrContains(status.message(), "use HOST:PORT")) << text;
  }
  const std::string path = "/" + std::string(200, 'x');
  EXPECT_TRUE(absl::StrContains(StreamAddress::Parse(path).status().message(),
                                "201 octets, at most 107"));
}

TEST(StreamAddressTest, ConnectsToWhatListens) {
  // Short: the test's own folder may be too deep for a socket.
  const std::string path = absl::StrCat("/tmp/forkrpc-address-", getpid());
  for (const std::string& text : {std::string("127.0.0.1:0"), path}) {
    const auto listener = StreamAddress::Parse(text)->Listen();
    ASSERT_TRUE(listener.ok()) << listener.status();
    const auto there = StreamAddress::Parse(StreamAddress::NameOf(*listener));
    ASSERT_TRUE(there.ok()) << there.status();
    const auto socket = there->Connect(MonotonicNow() + absl::Seconds(10));
    EXPECT_TRUE(socket.ok()) << socket.status();
  }
  unlink(path.c_str());
}

TEST(StreamAddressTest, NamesWhereNobodyListens) {
  std::string name;
  {
    const auto listener = StreamAddress::Parse("127.0.0.1:0")->Listen();
    ASSERT_TRUE(listener.ok());
    name = StreamAddress::NameOf(*listener);
  }
  const absl::Status status = StreamAddress::Parse(name)
                                  ->Connect(MonotonicNow() + absl::Seconds(10))
                                  .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StrContains(status.message(), name)) << status;
}

}  // namespace
}  // namespace forkrpc::cli
