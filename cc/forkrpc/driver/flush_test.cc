// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/driver/flush.h"

#include <errno.h>

#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/connection/server_connection.h"
#include "forkrpc/testing/memory_transport.h"
#include "forkrpc/testing/scripted_peer.h"
#include "forkrpc/transport/sys_calls.h"
#include "forkrpc/transport/test_wires.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

using testing::HasSubstr;

// More than any stream takes at once.
constexpr size_t kMuch = size_t{4} << 20;

MonotonicTime In(absl::Duration time) { return MonotonicNow() + time; }

class FlushTest : public testing::TestWithParam<WireKind> {
 protected:
  void Queue(size_t size) {
    ASSERT_TRUE(connection_.SendEvent(std::string(size, 'x')).ok());
  }
  absl::Status Flush(MonotonicTime deadline) {
    return FlushUntil(&connection_, wire_.transport.get(), deadline);
  }

  ServerConnection connection_;
  TestWire wire_ = TestWire::Make(GetParam());
};

TEST_P(FlushTest, WritesWhatIsQueuedAndNothingElse) {
  EXPECT_TRUE(Flush(MonotonicTime::InfiniteFuture()).ok());
  Queue(3);
  Queue(2);
  // Octets that wait to be read stay there.
  wire_.SendFromPeer("abc");
  wire_.CloseFromPeer();
  EXPECT_TRUE(Flush(MonotonicTime::InfinitePast()).ok());
  EXPECT_EQ(connection_.unsent(), 0u);
  EXPECT_EQ(connection_.received(), 0u);
  EXPECT_EQ(wire_.ReceiveAtPeer(21),
            ScriptedPeer::Frame(0, "xxx") + ScriptedPeer::Frame(0, "xx"));
}

TEST_P(FlushTest, WaitsForAPeerThatReads) {
  Queue(kMuch);
  std::string got;
  std::thread peer([&] { got = wire_.ReceiveAtPeer(kMuch + 8); });
  EXPECT_TRUE(Flush(In(absl::Seconds(60))).ok());
  peer.join();
  EXPECT_TRUE(got == ScriptedPeer::Frame(0, std::string(kMuch, 'x')));
}

TEST_P(FlushTest, APeerThatDoesNotReadEndsItInTime) {
  Queue(kMuch);
  Queue(1);
  const MonotonicTime start = MonotonicNow();
  const absl::Status late = Flush(In(absl::Milliseconds(50)));
  const absl::Duration took = MonotonicNow() - start;
  EXPECT_TRUE(absl::IsDeadlineExceeded(late)) << late;
  EXPECT_THAT(std::string(late.message()),
              HasSubstr(absl::StrCat(connection_.unsent(), " octets")));
  EXPECT_GE(took, absl::Milliseconds(50));
  EXPECT_LT(took, absl::Seconds(5));
  EXPECT_GT(connection_.unsent(), 0u);
  EXPECT_TRUE(connection_.send_error().ok());
  // Nothing is lost: it goes out when the peer reads.
  std::string got;
  std::thread peer([&] { got = wire_.ReceiveAtPeer(kMuch + 17); });
  EXPECT_TRUE(Flush(In(absl::Seconds(60))).ok());
  peer.join();
  EXPECT_TRUE(got == ScriptedPeer::Frame(0, std::string(kMuch, 'x')) +
                         ScriptedPeer::Frame(0, "x"));
}

// With no time it does not wait, and writes what there is room for.
TEST_P(FlushTest, NoTimeIsATryAndNoWait) {
  Queue(kMuch);
  const MonotonicTime start = MonotonicNow();
  EXPECT_TRUE(absl::IsDeadlineExceeded(Flush(MonotonicTime::InfinitePast())));
  EXPECT_LT(MonotonicNow() - start, absl::Seconds(5));
  EXPECT_GT(connection_.sent(), 0u);
}

TEST_P(FlushTest, APeerThatIsGoneIsUnavailable) {
  Queue(kMuch);
  wire_.peer_in.Reset();
  wire_.peer_out.Reset();
  const absl::Status gone = Flush(MonotonicTime::InfiniteFuture());
  EXPECT_TRUE(absl::IsUnavailable(gone)) << gone;
  EXPECT_EQ(connection_.unsent(), 0u);
  // And stays so, although nothing is queued any more.
  EXPECT_EQ(Flush(MonotonicTime::InfiniteFuture()), gone);
}

INSTANTIATE_TEST_SUITE_P(EachKind, FlushTest, testing::ValuesIn(kAllWireKinds),
                         WireKindName);

// A pipe may say that it is ready, and have no room for what is to be written:
// such a wait must not spin beyond its deadline.
TEST(FlushEdgesTest, AStreamThatIsReadyAndTakesNothingEndsItInTime) {
  static int writes;
  writes = 0;
  static constexpr SysCalls kNever = {kRealSysCalls.recv,
                                      [](int, const msghdr*, int) -> ssize_t {
                                        ++writes;
                                        errno = EAGAIN;
                                        return -1;
                                      },
                                      kRealSysCalls.read, kRealSysCalls.writev};
  TestWire wire = TestWire::Make(WireKind::kSocket, &kNever);
  ServerConnection connection;
  ASSERT_TRUE(connection.SendEvent("x").ok());
  const absl::Status late =
      FlushUntil(&connection, wire.transport.get(), In(absl::Milliseconds(20)));
  EXPECT_TRUE(absl::IsDeadlineExceeded(late)) << late;
  EXPECT_GT(writes, 0);
}

// The same for one that goes on taking single octets.
TEST(FlushEdgesTest, AStreamThatTakesLittleAtATimeEndsItInTime) {
  static constexpr SysCalls kSlow = {
      kRealSysCalls.recv,
      [](int, const msghdr*, int) -> ssize_t {
        const MonotonicTime end = MonotonicNow() + absl::Milliseconds(1);
        while (MonotonicNow() < end) continue;
        return 1;
      },
      kRealSysCalls.read, kRealSysCalls.writev};
  TestWire wire = TestWire::Make(WireKind::kSocket, &kSlow);
  ServerConnection connection;
  ASSERT_TRUE(connection.SendEvent(std::string(100000, 'x')).ok());
  const absl::Status late =
      FlushUntil(&connection, wire.transport.get(), In(absl::Milliseconds(20)));
  EXPECT_TRUE(absl::IsDeadlineExceeded(late)) << late;
  EXPECT_LT(connection.sent(), 1000u);
}

// Without a descriptor there is nothing to wait on but the time.
TEST(FlushEdgesTest, AStreamWithoutADescriptorIsWaitedForTheTime) {
  MemoryPipe up(8), down(8);
  MemoryTransport transport(&down, &up);
  ServerConnection connection;
  ASSERT_TRUE(connection.SendEvent("x").ok());
  const absl::Status late =
      FlushUntil(&connection, &transport, In(absl::Milliseconds(20)));
  EXPECT_TRUE(absl::IsDeadlineExceeded(late)) << late;
  EXPECT_EQ(connection.sent(), 8u);
}

}  // namespace
}  // namespace forkrpc
