// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "conformance/tap/passage.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace forkrpc::conformance {
namespace {

// What is told, as text: ">5" for octets to the child, ">end", ">loss".
class Told : public WireWitness {
 public:
  void Moved(Toward toward, absl::string_view octets) override {
    octets_[toward == Toward::kParent] += std::string(octets);
  }
  void Ended(Toward toward) override { Say(toward, "end"); }
  void Lost(Toward toward) override { Say(toward, "loss"); }

  std::string text;
  std::string octets_[2];

 private:
  void Say(Toward toward, absl::string_view what) {
    absl::StrAppend(&text, toward == Toward::kChild ? ">" : "<", what, " ");
  }
};

struct Ends {
  ScopedFd in;   // of the one who is tapped
  ScopedFd out;  // the same where it is a socket
};

enum class Kind { kUnix, kTcp, kPipes };

void TcpPair(int pair[2]) {
  const ScopedFd listening(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(listening.get(), generic, size), 0);
  ASSERT_EQ(listen(listening.get(), 1), 0);
  ASSERT_EQ(getsockname(listening.get(), generic, &size), 0);
  pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(connect(pair[0], generic, size), 0);
  pair[1] = accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC);
  ASSERT_GE(pair[1], 0);
}

// A link, and the ends at its other side.
Link MakeLink(Kind kind, Ends* ends) {
  if (kind == Kind::kPipes) {
    int to[2];
    int from[2];
    EXPECT_EQ(pipe2(to, O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(from, O_CLOEXEC), 0);
    ends->in = ScopedFd(to[0]);
    ends->out = ScopedFd(from[1]);
    return Link(ScopedFd(from[0]), ScopedFd(to[1]));
  }
  int pair[2];
  if (kind == Kind::kTcp) {
    TcpPair(pair);
  } else {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  }
  ends->in = ScopedFd(pair[1]);
  ends->out = ScopedFd(fcntl(pair[1], F_DUPFD_CLOEXEC, 0));
  return Link(ScopedFd(pair[0]));
}

class PassageTest : public testing::TestWithParam<std::pair<Kind, Kind>> {
 protected:
  PassageTest()
      : passage_(MakeLink(GetParam().first, &parent_),
                 MakeLink(GetParam().second, &child_), &told_) {
    signal(SIGPIPE, SIG_IGN);
  }

  // Until nothing moves any more.
  void Settle() {
    pollfd fds[Passage::kMostFds];
    // Loopback's octets are there when send() returns, a reset's perhaps not.
    for (int quiet = 0; quiet < 2;) {
      const size_t count = passage_.Await(fds);
      quiet = poll(fds, count, quiet == 0 ? 0 : 20) > 0 ? 0 : quiet + 1;
      passage_.Move(absl::MakeConstSpan(fds, count));
    }
  }

  static bool IsTcp(Kind kind) { return kind == Kind::kTcp; }
  static void HalfClose(Ends* ends) {
    shutdown(ends->out.get(), SHUT_WR);
    ends->out.Close();
  }
  static std::string ReadSome(const Ends& ends) {
    std::string buffer(size_t{1} << 20, '\0');
    const ssize_t count = read(ends.in.get(), buffer.data(), buffer.size());
    if (count < 0) return absl::StrCat("error ", errno);
    buffer.resize(static_cast<size_t>(count));
    return buffer;
  }

  Told told_;
  Ends parent_;
  Ends child_;
  Passage passage_;
};

TEST_P(PassageTest, PassesOctetsAndHalfCloses) {
  ASSERT_EQ(write(parent_.out.get(), "request", 7), 7);
  Settle();
  EXPECT_EQ(ReadSome(child_), "request");
  HalfClose(&parent_);
  Settle();
  EXPECT_EQ(ReadSome(child_), "");
  EXPECT_EQ(told_.text, ">end ");
  EXPECT_FALSE(passage_.over());
  ASSERT_EQ(write(child_.out.get(), "response", 8), 8);
  Settle();
  EXPECT_EQ(ReadSome(parent_), "response");
  HalfClose(&child_);
  Settle();
  EXPECT_EQ(ReadSome(parent_), "");
  EXPECT_TRUE(passage_.over());
  EXPECT_EQ(told_.text, ">end <end ");
  EXPECT_EQ(told_.octets_[0], "request");
  EXPECT_EQ(told_.octets_[1], "response");
}

TEST_P(PassageTest, HoldsNoMoreThanItsBufferForWhoDoesNotRead) {
  fcntl(parent_.out.get(), F_SETFL, O_NONBLOCK);
  const std::string piece(64 << 10, 'x');
  std::string sent;
  // Until the sender, too, has to wait.
  for (int waits = 0; waits < 3;) {
    const ssize_t count = write(parent_.out.get(), piece.data(), piece.size());
    waits = count > 0 ? 0 : waits + 1;
    if (count > 0) sent.append(static_cast<size_t>(count), 'x');
    Settle();
    ASSERT_LT(sent.size(), size_t{64} << 20);
  }
  EXPECT_TRUE(passage_.waits(Toward::kChild));
  HalfClose(&parent_);
  fcntl(child_.in.get(), F_SETFL, O_NONBLOCK);
  const std::string not_yet = absl::StrCat("error ", EAGAIN);
  size_t got = 0;
  for (std::string some; (some = ReadSome(child_)) != "";) {
    if (some != not_yet) got += some.size();
    Settle();
  }
  EXPECT_EQ(got, sent.size());
  EXPECT_EQ(told_.octets_[0].size(), sent.size());
}

TEST_P(PassageTest, AChildThatHasGoneIsSeenByAParentThatWrites) {
  child_ = {};
  Settle();
  EXPECT_EQ(ReadSome(parent_), "");
  if (IsTcp(GetParam().first) || IsTcp(GetParam().second)) {
    // TCP tells of it when something was sent; then the tap does so, too.
    [[maybe_unused]] const ssize_t first = write(parent_.out.get(), "x", 1);
    Settle();
    [[maybe_unused]] const ssize_t second = write(parent_.out.get(), "x", 1);
    Settle();
  }
  EXPECT_LT(write(parent_.out.get(), "x", 1), 0);
  EXPECT_TRUE(passage_.over());
}

TEST_P(PassageTest, AParentThatHasGoneIsSeenByAChildThatWrites) {
  ASSERT_EQ(write(parent_.out.get(), "request", 7), 7);
  parent_ = {};
  Settle();
  EXPECT_EQ(ReadSome(child_), "request");
  EXPECT_EQ(ReadSome(child_), "");
  if (IsTcp(GetParam().first) || IsTcp(GetParam().second)) {
    [[maybe_unused]] const ssize_t first = write(child_.out.get(), "x", 1);
    Settle();
    [[maybe_unused]] const ssize_t second = write(child_.out.get(), "x", 1);
    Settle();
  }
  EXPECT_LT(write(child_.out.get(), "x", 1), 0);
  EXPECT_TRUE(passage_.over());
  EXPECT_NE(told_.text.find(">loss"), std::string::npos) << told_.text;
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, PassageTest,
    testing::Values(std::make_pair(Kind::kUnix, Kind::kUnix),
                    std::make_pair(Kind::kPipes, Kind::kPipes),
                    std::make_pair(Kind::kUnix, Kind::kPipes),
                    std::make_pair(Kind::kPipes, Kind::kUnix),
                    std::make_pair(Kind::kTcp, Kind::kUnix),
                    std::make_pair(Kind::kTcp, Kind::kTcp)));

// A reset of one end is one of the other, where it has octets that it has not
// been given.
TEST(PassageResetTest, AResetIsHandedOn) {
  signal(SIGPIPE, SIG_IGN);
  Told told;
  Ends parent;
  Ends child;
  Passage passage(MakeLink(Kind::kTcp, &parent), MakeLink(Kind::kTcp, &child),
                  &told);
  const linger at_once = {1, 0};
  setsockopt(parent.in.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  parent = {};
  pollfd fds[Passage::kMostFds];
  for (int i = 0; i < 10 && !passage.over(); ++i) {
    const size_t count = passage.Await(fds);
    poll(fds, count, 1000);
    passage.Move(absl::MakeConstSpan(fds, count));
  }
  EXPECT_TRUE(passage.over());
  char octet;
  EXPECT_EQ(read(child.in.get(), &octet, 1), -1);
  EXPECT_EQ(errno, ECONNRESET);
  EXPECT_EQ(told.text, ">loss ");
}

}  // namespace
}  // namespace forkrpc::conformance
