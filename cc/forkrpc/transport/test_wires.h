// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// TestWire: an FdTransport of each kind and the plain descriptors of its peer.
//
// For the tests of whatever drives a transport.
//
//   TestWire wire = TestWire::Make(WireKind::kSocket);
//   wire.SendFromPeer("ping");

#ifndef FORKRPC_TRANSPORT_TEST_WIRES_H_
#define FORKRPC_TRANSPORT_TEST_WIRES_H_

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forkrpc/base/owned_fd.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/stream_pair.h"
#include "forkrpc/transport/sys_calls.h"
#include "gtest/gtest.h"

namespace forkrpc {

enum class WireKind {
  kSocket,          // one full-duplex socket
  kOurPipes,        // two pipes, non-blocking
  kInheritedPipes,  // two pipes, left blocking
  kTwoSockets,      // a socket for each direction
};

inline std::string WireKindName(
    const testing::TestParamInfo<WireKind>& parameter) {
  switch (parameter.param) {
    case WireKind::kSocket:
      return "Socket";
    case WireKind::kOurPipes:
      return "OurPipes";
    case WireKind::kInheritedPipes:
      return "InheritedPipes";
    case WireKind::kTwoSockets:
      return "TwoSockets";
  }
  return "";
}

inline constexpr WireKind kAllWireKinds[] = {
    WireKind::kSocket, WireKind::kOurPipes, WireKind::kInheritedPipes,
    WireKind::kTwoSockets};

struct TestWire {
  std::unique_ptr<FdTransport> transport;
  OwnedFd peer_in;   // the peer reads here
  OwnedFd peer_out;  // and writes here; -1: the same socket

  static TestWire Make(WireKind kind, const SysCalls* sys = DefaultSysCalls()) {
    TestWire wire;
    absl::StatusOr<std::unique_ptr<FdTransport>> made;
    if (kind == WireKind::kSocket) {
      SocketPair pair = *MakeSocketPair();
      wire.peer_in = std::move(pair.theirs);
      made = FdTransport::FromSocket(std::move(pair.ours), sys);
    } else if (kind == WireKind::kTwoSockets) {
      SocketPair to_peer = *MakeSocketPair();
      SocketPair from_peer = *MakeSocketPair();
      wire.peer_in = std::move(to_peer.theirs);
      wire.peer_out = std::move(from_peer.theirs);
      made =
          FdTransport::FromPair(std::move(from_peer.ours),
                                std::move(to_peer.ours), PipeMode::kOurs, sys);
    } else {
      PipePair to_peer = *MakePipe();
      PipePair from_peer = *MakePipe();
      wire.peer_in = std::move(to_peer.read_end);
      wire.peer_out = std::move(from_peer.write_end);
      made = FdTransport::FromPair(
          std::move(from_peer.read_end), std::move(to_peer.write_end),
          kind == WireKind::kOurPipes ? PipeMode::kOurs : PipeMode::kInherited,
          sys);
    }
    EXPECT_TRUE(made.ok()) << made.status();
    wire.transport = *std::move(made);
    return wire;
  }

  int peer_out_fd() const {
    return peer_out.valid() ? peer_out.get() : peer_in.get();
  }

  void SendFromPeer(absl::string_view octets) const {
    ASSERT_EQ(write(peer_out_fd(), octets.data(), octets.size()),
              static_cast<ssize_t>(octets.size()));
  }

  void CloseFromPeer() {
    if (peer_out.valid()) {
      peer_out.Reset();
    } else {
      shutdown(peer_in.get(), SHUT_WR);
    }
  }

  // What the peer finds, `size` octets; fewer at the end of the stream.
  std::string ReceiveAtPeer(size_t size) const {
    std::string got(size, '\0');
    size_t done = 0;
    while (done < size) {
      const ssize_t n = read(peer_in.get(), &got[done], size - done);
      if (n <= 0) break;
      done += static_cast<size_t>(n);
    }
    got.resize(done);
    return got;
  }
};

}  // namespace forkrpc

#endif  // FORKRPC_TRANSPORT_TEST_WIRES_H_
