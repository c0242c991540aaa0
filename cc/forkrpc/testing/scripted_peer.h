// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// ScriptedPeer: the other end of a wire, which does what a test tells it.
//
// Makes and takes frames by itself, so that a wrong codec does not judge
// itself. Never waits: what has not arrived is taken by the next Receive().
//
//   ScriptedPeer peer(wire.peer_in.get(), wire.peer_out_fd());
//   ASSERT_TRUE(loop.RunUntil([&] { return peer.Receive().size() == 1; }));
//   peer.Send(ScriptedPeer::Frame(peer.frames()[0].id, "answer"));

#ifndef FORKRPC_TESTING_SCRIPTED_PEER_H_
#define FORKRPC_TESTING_SCRIPTED_PEER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace forkrpc {

class ScriptedPeer {
 public:
  struct ReceivedFrame {
    uint32_t id;  // 0 where frames carry none
    std::string payload;
  };
  enum class Header { kIdAndLength, kLength };

  // Uses, and does not own, the descriptors; they may be equal. `received` is
  // what the frames that arrive here begin with.
  ScriptedPeer(int read_fd, int write_fd,
               Header received = Header::kIdAndLength)
      : read_fd_(read_fd), write_fd_(write_fd), received_(received) {}

  static std::string Frame(uint32_t id, absl::string_view payload);
  static std::string FrameWithoutId(absl::string_view payload);

  // Takes what has arrived, `most` octets of it, and returns all complete
  // frames so far.
  const std::vector<ReceivedFrame>& Receive(size_t most = SIZE_MAX);
  const std::vector<ReceivedFrame>& frames() const { return frames_; }
  // Whether Receive() has come to the end of the stream.
  bool at_end() const { return at_end_; }
  // Octets that are no complete frame.
  size_t fragment() const { return octets_.size(); }

  // Writes what the stream takes now; returns how many octets that is.
  size_t Send(absl::string_view octets);

 private:
  void TakeFrames();

  const int read_fd_;
  const int write_fd_;
  const Header received_;
  std::string octets_;
  std::vector<ReceivedFrame> frames_;
  bool at_end_ = false;
};

}  // namespace forkrpc

#endif  // FORKRPC_TESTING_SCRIPTED_PEER_H_
