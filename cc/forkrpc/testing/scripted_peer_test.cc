// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/scripted_peer.h"

#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "forkrpc/base/owned_fd.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

constexpr char kFrameInHex[] = "\x01\x02\x03\x04\x00\x00\x00\x02hi";

TEST(ScriptedPeerTest, MakesFrames) {
  EXPECT_EQ(ScriptedPeer::Frame(0x01020304, "hi"),
            std::string(kFrameInHex, 10));
  EXPECT_EQ(ScriptedPeer::FrameWithoutId("hi"),
            std::string(kFrameInHex + 4, 6));
}

TEST(ScriptedPeerTest, TakesFramesHoweverTheyArrive) {
  SocketPair sockets = *MakeSocketPair();
  ScriptedPeer peer(sockets.ours.get(), sockets.ours.get());
  EXPECT_TRUE(peer.Receive().empty());
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(peer.Receive().empty());
    EXPECT_EQ(peer.fragment(), i);
    ASSERT_EQ(write(sockets.theirs.get(), kFrameInHex + i, 1), 1);
  }
  ASSERT_EQ(peer.Receive().size(), 1);
  EXPECT_EQ(peer.frames()[0].id, 0x01020304);
  EXPECT_EQ(peer.frames()[0].payload, "hi");
  EXPECT_EQ(peer.fragment(), 0);
  EXPECT_FALSE(peer.at_end());
  sockets.theirs.Reset();
  EXPECT_EQ(peer.Receive().size(), 1);
  EXPECT_TRUE(peer.at_end());
}

TEST(ScriptedPeerTest, TakesFramesWithoutId) {
  SocketPair sockets = *MakeSocketPair();
  ScriptedPeer peer(sockets.ours.get(), -1, ScriptedPeer::Header::kLength);
  const std::string frames = ScriptedPeer::FrameWithoutId("one") +
                             ScriptedPeer::FrameWithoutId("") +
                             ScriptedPeer::FrameWithoutId("two");
  ASSERT_EQ(write(sockets.theirs.get(), frames.data(), frames.size()),
            frames.size());
  EXPECT_TRUE(peer.Receive(3).empty());
  EXPECT_EQ(peer.fragment(), 3);
  ASSERT_EQ(peer.Receive().size(), 3);
  EXPECT_EQ(peer.frames()[0].payload, "one");
  EXPECT_EQ(peer.frames()[1].payload, "");
  EXPECT_EQ(peer.frames()[2].payload, "two");
}

TEST(ScriptedPeerTest, SendsWithoutWaitingOverSocketsAndPipes) {
  const std::string much(size_t{8} << 20, 'x');
  SocketPair sockets = *MakeSocketPair();
  ScriptedPeer peer(-1, sockets.ours.get());
  EXPECT_EQ(peer.Send("all"), 3);
  const size_t sent = peer.Send(much);
  EXPECT_GT(sent, 0);
  EXPECT_LT(sent, much.size());
  PipePair pipe = *MakePipe();
  ScriptedPeer piped(pipe.read_end.get(), pipe.write_end.get());
  EXPECT_EQ(piped.Send(ScriptedPeer::Frame(7, "x")), 9);
  EXPECT_EQ(piped.Receive().size(), 1);
  EXPECT_LT(piped.Send(much), much.size());
}

TEST(ScriptedPeerTest, SurvivesAPeerThatIsGone) {
  SocketPair sockets = *MakeSocketPair();
  ScriptedPeer peer(sockets.ours.get(), sockets.ours.get());
  sockets.theirs.Reset();
  EXPECT_EQ(peer.Send("x"), 0);
  EXPECT_TRUE(peer.Receive().empty());
  EXPECT_TRUE(peer.at_end());
}

}  // namespace
}  // namespace forkrpc
