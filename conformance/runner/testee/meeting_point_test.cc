// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// A wire is taken at its address as a testee takes it, and works both ways.

#include "conformance/runner/testee/meeting_point.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace forkrpc::conformance {
namespace {

class MeetingPointTest : public ::testing::TestWithParam<Transport> {
 protected:
  MeetingPointTest() { EXPECT_NE(mkdtemp(folder_.data()), nullptr); }
  ~MeetingPointTest() override {
    EXPECT_TRUE(std::filesystem::is_empty(folder_));
    std::filesystem::remove(folder_);
  }

  // Opens what `address` says: {to read, to write}.
  static std::pair<ScopedFd, ScopedFd> Come(const std::string& address) {
    const std::vector<std::string> words = absl::StrSplit(address, ' ');
    if (words[0] == "pipes") {
      return {ScopedFd(open(words[1].c_str(), O_RDONLY)),
              ScopedFd(open(words[2].c_str(), O_WRONLY))};
    }
    ScopedFd fd(socket(words[0] == "tcp" ? AF_INET : AF_UNIX, SOCK_STREAM, 0));
    int result;
    if (words[0] == "tcp") {
      int port = 0;
      EXPECT_TRUE(absl::SimpleAtoi(words[2], &port));
      sockaddr_in to = {};
      to.sin_family = AF_INET;
      to.sin_addr.s_addr = inet_addr(words[1].c_str());
      to.sin_port = htons(static_cast<uint16_t>(port));
      result = connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to);
    } else {
      sockaddr_un to = {};
      to.sun_family = AF_UNIX;
      words[1].copy(to.sun_path, sizeof to.sun_path - 1);
      result = connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to);
    }
    EXPECT_EQ(result, 0);
    const int copy = dup(fd.get());
    return {std::move(fd), ScopedFd(copy)};
  }

  static std::string ReadSome(int fd) {
    char octets[16];
    pollfd one = {fd, POLLIN, 0};
    if (poll(&one, 1, 10000) != 1) return "nothing";
    const ssize_t count = read(fd, octets, sizeof octets);
    return std::string(octets, count < 0 ? 0 : static_cast<size_t>(count));
  }

  // The path of a socket must be short.
  std::string folder_ =
      (std::filesystem::temp_directory_path() / "forkrpc-point-XXXXXX")
          .string();
};

TEST_P(MeetingPointTest, TheWireIsTakenOnceAndWorksBothWays) {
  absl::StatusOr<MeetingPoint> point = MeetingPoint::Open(GetParam(), folder_);
  ASSERT_TRUE(point.ok()) << point.status();
  absl::StatusOr<bool> taken = point->Take();
  ASSERT_TRUE(taken.ok() && !*taken);
  auto [in, out] = Come(point->address());
  pollfd one = {point->fd(), POLLIN, 0};
  EXPECT_EQ(poll(&one, 1, 10000), 1);
  taken = point->Take();
  ASSERT_TRUE(taken.ok() && *taken) << taken.status();
  EXPECT_EQ(write(out.get(), "up", 2), 2);
  EXPECT_EQ(ReadSome(point->wire_in().get()), "up");
  EXPECT_EQ(write(point->wire_out().get(), "down", 4), 4);
  EXPECT_EQ(ReadSome(in.get()), "down");
  // The end is that of the testee: nobody else holds the wire open.
  in.Close();
  out.Close();
  EXPECT_EQ(ReadSome(point->wire_in().get()), "");
}

TEST_P(MeetingPointTest, HalfOfTwoPipesIsNoWire) {
  if (GetParam() != PIPES) GTEST_SKIP() << "only pipes have two halves";
  absl::StatusOr<MeetingPoint> point = MeetingPoint::Open(PIPES, folder_);
  ASSERT_TRUE(point.ok()) << point.status();
  const ScopedFd in(open((folder_ + "/in").c_str(), O_RDONLY));
  absl::StatusOr<bool> taken = point->Take();
  EXPECT_TRUE(taken.ok() && !*taken);
}

INSTANTIATE_TEST_SUITE_P(All, MeetingPointTest,
                         ::testing::Values(SOCKETPAIR, PIPES, UNIX, TCP),
                         [](const auto& info) {
                           return Transport_Name(info.param);
                         });

TEST(MeetingPoint, APathThatIsTooLongIsTheMachines) {
  EXPECT_TRUE(absl::IsUnavailable(
      MeetingPoint::Open(UNIX, "/" + std::string(200, 'x')).status()));
}

}  // namespace
}  // namespace forkrpc::conformance
