// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/testing/scripted_peer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace forkrpc {
namespace {

std::string Octets(uint32_t number) {
  std::string octets;
  for (const int shift : {24, 16, 8, 0}) {
    octets += static_cast<char>(number >> shift & 0xff);
  }
  return octets;
}

uint32_t Number(absl::string_view octets) {
  uint32_t number = 0;
  for (int i = 0; i < 4; ++i) {
    number = number << 8 | static_cast<unsigned char>(octets[i]);
  }
  return number;
}

bool Ready(int fd, short events) {
  pollfd look = {fd, events, 0};
  return poll(&look, 1, 0) == 1;
}

}  // namespace

std::string ScriptedPeer::Frame(uint32_t id, absl::string_view payload) {
  return Octets(id) + FrameWithoutId(payload);
}

std::string ScriptedPeer::FrameWithoutId(absl::string_view payload) {
  return Octets(static_cast<uint32_t>(payload.size())) + std::string(payload);
}

const std::vector<ScriptedPeer::ReceivedFrame>& ScriptedPeer::Receive(
    size_t most) {
  char buffer[64 * 1024];
  while (most > 0 && !at_end_ && Ready(read_fd_, POLLIN)) {
    const ssize_t got = read(read_fd_, buffer, std::min(most, sizeof(buffer)));
    if (got <= 0) {
      at_end_ = true;
      break;
    }
    octets_.append(buffer, static_cast<size_t>(got));
    most -= static_cast<size_t>(got);
  }
  TakeFrames();
  return frames_;
}

void ScriptedPeer::TakeFrames() {
  const size_t header = received_ == Header::kIdAndLength ? 8 : 4;
  size_t at = 0;
  while (octets_.size() - at >= header) {
    const absl::string_view rest = absl::string_view(octets_).substr(at);
    const size_t length = Number(rest.substr(header - 4));
    if (rest.size() - header < length) break;
    frames_.push_back({header == 8 ? Number(rest) : 0,
                       std::string(rest.substr(header, length))});
    at += header + length;
  }
  octets_.erase(0, at);
}

size_t ScriptedPeer::Send(absl::string_view octets) {
  size_t sent = 0;
  while (sent < octets.size() && Ready(write_fd_, POLLOUT)) {
    const absl::string_view rest = octets.substr(sent);
    ssize_t taken =
        send(write_fd_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    // No socket: a pipe that is ready takes so much without waiting.
    if (taken < 0 && errno == ENOTSOCK) {
      taken = write(write_fd_, rest.data(),
                    std::min<size_t>(rest.size(), PIPE_BUF));
    }
    if (taken <= 0) break;
    sent += static_cast<size_t>(taken);
  }
  return sent;
}

}  // namespace forkrpc
