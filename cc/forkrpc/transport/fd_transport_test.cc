// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/fd_transport.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/testing/allocation_counter.h"
#include "forkrpc/transport/stream_pair.h"
#include "forkrpc/transport/test_wires.h"
#include "forkrpc/transport/transport.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using ::testing::Values;
using ::testing::ValuesIn;

// Octets that show where they belong.
std::string Pattern(size_t size) {
  std::string octets(size, '\0');
  for (size_t i = 0; i < size; ++i) octets[i] = static_cast<char>(i % 251);
  return octets;
}

class FdTransportTest : public testing::TestWithParam<WireKind> {
 protected:
  FdTransportTest() : wire_(TestWire::Make(GetParam())) {}

  Transport& transport() { return *wire_.transport; }

  absl::StatusOr<IoResult> Read(IoMode mode) {
    return transport().Read(absl::MakeSpan(buffer_), mode);
  }
  void ExpectRead(absl::string_view octets, IoMode mode) {
    absl::StatusOr<IoResult> got = Read(mode);
    ASSERT_TRUE(got.ok()) << got.status();
    ASSERT_EQ(got->kind, IoResult::kOctets);
    EXPECT_EQ(absl::string_view(buffer_, got->octets), octets);
  }
  void ExpectRead(IoResult::Kind kind, IoMode mode) {
    absl::StatusOr<IoResult> got = Read(mode);
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_EQ(got->kind, kind);
    EXPECT_EQ(got->octets, 0u);
  }

  // A peer that writes and reads only after a while.
  void ExchangeWithALatePeer();

  TestWire wire_;
  char buffer_[4096];
};

INSTANTIATE_TEST_SUITE_P(Wires, FdTransportTest, ValuesIn(kAllWireKinds),
                         WireKindName);

class FdTransportTimeoutTest : public FdTransportTest {};

INSTANTIATE_TEST_SUITE_P(Sockets, FdTransportTimeoutTest,
                         Values(WireKind::kSocket, WireKind::kTwoSockets),
                         WireKindName);

TEST_P(FdTransportTest, ReadsWhatIsThere) {
  for (const IoMode mode : {IoMode::kBlock, IoMode::kNonBlock}) {
    wire_.SendFromPeer("ping");
    ExpectRead("ping", mode);
  }
  ExpectRead(IoResult::kWouldBlock, IoMode::kNonBlock);
  wire_.SendFromPeer("last");
  wire_.CloseFromPeer();
  ExpectRead("last", IoMode::kNonBlock);
  ExpectRead(IoResult::kEof, IoMode::kNonBlock);
  ExpectRead(IoResult::kEof, IoMode::kBlock);
}

TEST_P(FdTransportTest, WritesBuffersInOrderAndSkipsEmptyOnes) {
  for (const IoMode mode : {IoMode::kBlock, IoMode::kNonBlock}) {
    absl::StatusOr<IoResult> wrote = transport().Write(
        {"", "one", "", absl::string_view(), "two", ""}, mode);
    ASSERT_TRUE(wrote.ok()) << wrote.status();
    EXPECT_EQ(wrote->kind, IoResult::kOctets);
    EXPECT_EQ(wrote->octets, 6u);
    EXPECT_EQ(wire_.ReceiveAtPeer(6), "onetwo");
  }
}

TEST_P(FdTransportTest, MoreBuffersThanOneCallTakesAreWrittenInPart) {
  std::vector<std::string> octets;
  octets.reserve(200);
  for (int i = 0; i < 200; ++i) octets.push_back(absl::StrCat(i, ";"));
  std::vector<absl::string_view> buffers(octets.begin(), octets.end());
  std::string first;
  for (size_t i = 0; i < FdTransport::kMaxBuffersPerWrite; ++i) {
    first += octets[i];
  }
  absl::StatusOr<IoResult> wrote = transport().Write(buffers, IoMode::kBlock);
  ASSERT_TRUE(wrote.ok()) << wrote.status();
  EXPECT_EQ(wrote->octets, first.size());
  EXPECT_EQ(wire_.ReceiveAtPeer(first.size()), first);
}

TEST_P(FdTransportTest, HalfCloseEndsTheStreamOnceAndReadingGoesOn) {
  ASSERT_TRUE(transport().Write({"bye"}, IoMode::kBlock).ok());
  EXPECT_GE(transport().write_fd(), 0);
  EXPECT_TRUE(transport().ShutdownWrite().ok());
  EXPECT_TRUE(transport().ShutdownWrite().ok());
  EXPECT_EQ(transport().write_fd(), -1);
  EXPECT_EQ(wire_.ReceiveAtPeer(100), "bye");  // and then the end
  wire_.SendFromPeer("still here");
  ExpectRead("still here", IoMode::kBlock);
  absl::StatusOr<IoResult> wrote = transport().Write({"x"}, IoMode::kBlock);
  EXPECT_TRUE(absl::IsFailedPrecondition(wrote.status())) << wrote.status();
}

TEST_P(FdTransportTest, MisuseIsRefused) {
  EXPECT_TRUE(absl::IsFailedPrecondition(
      transport().Read(absl::Span<char>(), IoMode::kNonBlock).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      transport().Write({"", ""}, IoMode::kNonBlock).status()));
}

// Megabytes through one thread that is both ends: a Write that waits, or that
// loses count, hangs or garbles this.
TEST_P(FdTransportTest, NonBlockingCallsNeverWait) {
  const std::string sent = Pattern(4 << 20);
  size_t written = 0;
  std::string arrived;
  size_t refusals = 0;
  while (arrived.size() < sent.size()) {
    const absl::string_view rest = absl::string_view(sent).substr(written);
    if (!rest.empty()) {
      absl::StatusOr<IoResult> wrote = transport().Write(
          {rest.substr(0, 5), rest.substr(std::min<size_t>(5, rest.size()))},
          IoMode::kNonBlock);
      ASSERT_TRUE(wrote.ok()) << wrote.status();
      written += wrote->octets;
      if (wrote->kind == IoResult::kOctets) continue;
      ++refusals;
    }
    // What is in flight, but no more: the peer's reads do wait.
    arrived += wire_.ReceiveAtPeer(
        std::min<size_t>(32 * 1024, written - arrived.size()));
    ASSERT_LE(arrived.size(), written);
  }
  EXPECT_GT(refusals, 1u);
  EXPECT_TRUE(arrived == sent);
}

void FdTransportTest::ExchangeWithALatePeer() {
  const std::string sent = Pattern(1 << 20);
  std::string arrived;
  std::thread peer([&] {
    absl::SleepFor(absl::Milliseconds(30));
    wire_.SendFromPeer("now");
    absl::SleepFor(absl::Milliseconds(30));
    arrived = wire_.ReceiveAtPeer(sent.size());
  });
  ExpectRead("now", IoMode::kBlock);
  absl::string_view rest = sent;
  while (!rest.empty()) {
    absl::StatusOr<IoResult> wrote = transport().Write({rest}, IoMode::kBlock);
    ASSERT_TRUE(wrote.ok()) << wrote.status();
    ASSERT_EQ(wrote->kind, IoResult::kOctets);
    rest.remove_prefix(wrote->octets);
  }
  peer.join();
  EXPECT_TRUE(arrived == sent);
}

TEST_P(FdTransportTest, BlockingCallsWaitForThePeer) {
  ExchangeWithALatePeer();
}

//= spec/wire.md#FR-PRC-005
TEST_P(FdTransportTest, BlockingCallsWaitAlsoWhereOthersSetNonBlocking) {
  for (const int fd : {transport().read_fd(), transport().write_fd()}) {
    ASSERT_EQ(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK), 0);
  }
  ExchangeWithALatePeer();
}

TEST_P(FdTransportTest, APeerThatIsGoneIsUnavailableAndRaisesNoSignal) {
  struct sigaction by_default = {};
  by_default.sa_handler = SIG_DFL;  // it would end this test
  struct sigaction before;
  ASSERT_EQ(sigaction(SIGPIPE, &by_default, &before), 0);
  wire_.peer_in.Reset();
  wire_.peer_out.Reset();
  for (const IoMode mode : {IoMode::kBlock, IoMode::kNonBlock}) {
    absl::StatusOr<IoResult> wrote = transport().Write({"anyone?"}, mode);
    EXPECT_TRUE(absl::IsUnavailable(wrote.status())) << wrote.status();
    EXPECT_EQ(wrote.status().message(),
              absl::StrCat("cannot write to the peer (descriptor ",
                           transport().write_fd(), "): Broken pipe"));
  }
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
  struct sigaction now;
  ASSERT_EQ(sigaction(SIGPIPE, &before, &now), 0);
  EXPECT_EQ(now.sa_handler, SIG_DFL);  // nor was the disposition touched
}

// The kernel then reports a short count, and raises the signal all the same.
TEST_P(FdTransportTest, APeerThatGoesDuringAWriteRaisesNoSignal) {
  struct sigaction by_default = {};
  by_default.sa_handler = SIG_DFL;  // it would end this test
  struct sigaction before;
  ASSERT_EQ(sigaction(SIGPIPE, &by_default, &before), 0);
  const std::string sent = Pattern(4 << 20);
  std::thread peer([&] {
    wire_.ReceiveAtPeer(100000);
    absl::SleepFor(absl::Milliseconds(20));
    wire_.peer_in.Reset();
    wire_.peer_out.Reset();
  });
  absl::Status end;
  for (absl::string_view rest = sent; end.ok() && !rest.empty();) {
    absl::StatusOr<IoResult> wrote = transport().Write({rest}, IoMode::kBlock);
    if (wrote.ok()) rest.remove_prefix(wrote->octets);
    end = wrote.status();
  }
  peer.join();
  EXPECT_TRUE(absl::IsUnavailable(end)) << end;
  ASSERT_EQ(sigaction(SIGPIPE, &before, nullptr), 0);
}

TEST_P(FdTransportTest, LeavesTheModeOfWhatOthersMayShare) {
  const bool ours = GetParam() == WireKind::kOurPipes;
  for (const int fd : {transport().read_fd(), transport().write_fd()}) {
    EXPECT_EQ((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0, ours);
  }
}

TEST_P(FdTransportTest, AllocatesNothing) {
  wire_.SendFromPeer("ping");
  const AllocationCounter counter;
  const bool ok = transport().Write({"a", "b"}, IoMode::kBlock).ok() &&
                  transport().Write({"c"}, IoMode::kNonBlock).ok() &&
                  Read(IoMode::kBlock).ok() && Read(IoMode::kNonBlock).ok();
  EXPECT_EQ(counter.allocations(), 0);
  EXPECT_TRUE(ok);
}

TEST_P(FdTransportTest, ClosesItsDescriptors) {
  const int read_fd = transport().read_fd();
  const int write_fd = transport().write_fd();
  wire_.transport.reset();
  EXPECT_EQ(fcntl(read_fd, F_GETFD), -1);
  EXPECT_EQ(fcntl(write_fd, F_GETFD), -1);
}

TEST_P(FdTransportTimeoutTest, AReadTimeoutEndsABlockingRead) {
  ASSERT_TRUE(transport().SetReadTimeout(absl::Milliseconds(50)).ok());
  const MonotonicTime start = MonotonicNow();
  ExpectRead(IoResult::kWouldBlock, IoMode::kBlock);
  const absl::Duration took = MonotonicNow() - start;
  EXPECT_GE(took, absl::Milliseconds(50));
  EXPECT_LT(took, absl::Seconds(5));
  wire_.SendFromPeer("in time");
  ExpectRead("in time", IoMode::kBlock);

  // A timeout of nothing would mean "for ever" to the kernel.
  for (const absl::Duration bad : {absl::ZeroDuration(), -absl::Seconds(1)}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(transport().SetReadTimeout(bad)));
  }
  ASSERT_TRUE(transport().SetReadTimeout(absl::Nanoseconds(1)).ok());
  ExpectRead(IoResult::kWouldBlock, IoMode::kBlock);

  ASSERT_TRUE(transport().SetReadTimeout(absl::InfiniteDuration()).ok());
  std::thread peer([&] {
    absl::SleepFor(absl::Milliseconds(100));
    wire_.SendFromPeer("late");
  });
  ExpectRead("late", IoMode::kBlock);
  peer.join();
}

TEST_P(FdTransportTimeoutTest, HoldsUnderSignalsAndInNonBlockingMode) {
  ASSERT_TRUE(transport().SetReadTimeout(absl::Milliseconds(120)).ok());
  struct sigaction action = {};
  struct sigaction before;
  action.sa_handler = [](int) {};
  ASSERT_EQ(sigaction(SIGALRM, &action, &before), 0);
  const itimerval every_20_ms = {{0, 20000}, {0, 20000}};
  const itimerval off = {};
  for (const bool nonblocking : {false, true}) {
    const int fd = transport().read_fd();
    if (nonblocking) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    setitimer(ITIMER_REAL, &every_20_ms, nullptr);
    const MonotonicTime start = MonotonicNow();
    ExpectRead(IoResult::kWouldBlock, IoMode::kBlock);
    const absl::Duration took = MonotonicNow() - start;
    setitimer(ITIMER_REAL, &off, nullptr);
    EXPECT_GE(took, absl::Milliseconds(120));
    EXPECT_LT(took, absl::Seconds(5));
  }
  sigaction(SIGALRM, &before, nullptr);
}

TEST(FdTransportSocketTest, APeerThatLeftOctetsUnreadIsUnavailable) {
  TestWire wire = TestWire::Make(WireKind::kSocket);
  ASSERT_TRUE(wire.transport->Write({"unread"}, IoMode::kBlock).ok());
  wire.SendFromPeer("answer");
  wire.peer_in.Reset();
  char buffer[16];
  absl::StatusOr<IoResult> got =
      wire.transport->Read(absl::MakeSpan(buffer), IoMode::kBlock);
  ASSERT_TRUE(got.ok()) << "what had arrived is not lost: " << got.status();
  EXPECT_EQ(got->octets, 6u);
  got = wire.transport->Read(absl::MakeSpan(buffer), IoMode::kBlock);
  EXPECT_TRUE(absl::IsUnavailable(got.status())) << got.status();
  EXPECT_EQ(
      got.status().message(),
      absl::StrCat("cannot read from the peer (descriptor ",
                   wire.transport->read_fd(), "): Connection reset by peer"));
}

// Review D4: a call made 5 ms behind another one waited 40 ms.
TEST(FdTransportSocketTest, TcpSendsSmallFramesAtOnce) {
  for (const int domain : {AF_INET, AF_INET6}) {
    const int fd = socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) continue;  // IPv6 may be off
    auto made = FdTransport::FromSocket(OwnedFd(fd));
    ASSERT_TRUE(made.ok()) << made.status();
    int at_once = 0;
    socklen_t size = sizeof(at_once);
    ASSERT_EQ(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, &size), 0);
    EXPECT_NE(at_once, 0);
  }
}

TEST(FdTransportSocketTest, OtherDescriptorsAreRefusedAndClosed) {
  PipePair pipe = *MakePipe();
  const int read_end = pipe.read_end.get();
  absl::StatusOr<std::unique_ptr<FdTransport>> made =
      FdTransport::FromSocket(std::move(pipe.read_end));
  EXPECT_TRUE(absl::IsFailedPrecondition(made.status())) << made.status();
  EXPECT_EQ(fcntl(read_end, F_GETFD), -1);

  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends), 0);
  made = FdTransport::FromSocket(OwnedFd(ends[0]));
  EXPECT_TRUE(absl::IsFailedPrecondition(made.status())) << made.status();
  close(ends[1]);

  EXPECT_TRUE(
      absl::IsFailedPrecondition(FdTransport::FromSocket(OwnedFd()).status()));
}

TEST(FdTransportPipeTest, HasNoReadTimeouts) {
  for (const WireKind kind : {WireKind::kOurPipes, WireKind::kInheritedPipes}) {
    TestWire wire = TestWire::Make(kind);
    const absl::Status status =
        wire.transport->SetReadTimeout(absl::Seconds(1));
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  }
}

TEST(FdTransportPipeTest, EndsThatAreSwappedAreRefused) {
  PipePair pipe = *MakePipe();
  absl::StatusOr<std::unique_ptr<FdTransport>> made = FdTransport::FromPair(
      std::move(pipe.write_end), std::move(pipe.read_end), PipeMode::kOurs);
  EXPECT_TRUE(absl::IsFailedPrecondition(made.status())) << made.status();
}

TEST(FdTransportPipeTest, AnInheritedPipeTakesAPieceItHasRoomForAtATime) {
  TestWire wire = TestWire::Make(WireKind::kInheritedPipes);
  absl::StatusOr<IoResult> wrote = wire.transport->Write(
      {Pattern(100), Pattern(2 * PIPE_BUF)}, IoMode::kNonBlock);
  ASSERT_TRUE(wrote.ok()) << wrote.status();
  EXPECT_EQ(wrote->octets, static_cast<size_t>(PIPE_BUF));
}

}  // namespace
}  // namespace forkrpc
