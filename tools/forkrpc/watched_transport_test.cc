// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/forkrpc/watched_transport.h"

#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "forkrpc/base/owned_fd.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/stream_pair.h"
#include "gtest/gtest.h"

namespace forkrpc::cli {
namespace {

// A wire whose other end the test holds: a socket, or two pipes.
class WatchedTransportTest : public ::testing::TestWithParam<bool> {
 protected:
  WatchedTransportTest() {
    if (GetParam()) {
      SocketPair pair = *MakeSocketPair();
      below_ = *FdTransport::FromSocket(std::move(pair.ours));
      peer_in_ = std::move(pair.theirs);
    } else {
      PipePair requests = *MakePipe();
      PipePair responses = *MakePipe();
      below_ = *FdTransport::FromPair(std::move(responses.read_end),
                                      std::move(requests.write_end),
                                      PipeMode::kOurs);
      peer_in_ = std::move(requests.read_end);
      peer_out_ = std::move(responses.write_end);
    }
    watched_ = std::make_unique<WatchedTransport>(below_.get());
  }

  void Put(absl::string_view octets) {
    watched_->Write(absl::MakeSpan(&octets, 1), IoMode::kNonBlock)
        .status()
        .IgnoreError();
  }
  void PeerReads(size_t n) {
    std::string buffer(n, '\0');
    ASSERT_EQ(read(peer_in_.get(), &buffer[0], n), static_cast<ssize_t>(n));
  }
  void PeerGoes() {
    peer_in_.Reset();
    peer_out_.Reset();
  }
  void ReadEnd() {
    char c;
    const auto got = watched_->Read(absl::MakeSpan(&c, 1), IoMode::kNonBlock);
    EXPECT_FALSE(got.ok() && got->kind != IoResult::kEof);
  }

  std::unique_ptr<FdTransport> below_;
  std::unique_ptr<WatchedTransport> watched_;
  OwnedFd peer_in_;
  OwnedFd peer_out_;
};

TEST_P(WatchedTransportTest, APeerThatReadAllHasTakenIt) {
  Put("request");
  PeerReads(7);
  PeerGoes();
  ReadEnd();
  EXPECT_TRUE(watched_->requests_taken());
  EXPECT_FALSE(watched_->received());
}

TEST_P(WatchedTransportTest, APeerThatReadNothingHasNot) {
  Put("request");
  PeerGoes();
  ReadEnd();
  EXPECT_FALSE(watched_->requests_taken());
}

TEST_P(WatchedTransportTest, NorOneThatReadAPart) {
  Put("request");
  PeerReads(3);
  PeerGoes();
  ReadEnd();
  EXPECT_FALSE(watched_->requests_taken());
}

TEST_P(WatchedTransportTest, NorOneThatWasGoneBefore) {
  PeerGoes();
  Put("request");
  ReadEnd();
  EXPECT_FALSE(watched_->requests_taken());
}

TEST_P(WatchedTransportTest, WhatWasNotSentIsNotTaken) {
  PeerGoes();
  ReadEnd();
  EXPECT_FALSE(watched_->requests_taken());
}

TEST_P(WatchedTransportTest, SeesThatOctetsCome) {
  const int out = GetParam() ? peer_in_.get() : peer_out_.get();
  ASSERT_EQ(write(out, "x", 1), 1);
  char c;
  const auto got = watched_->Read(absl::MakeSpan(&c, 1), IoMode::kNonBlock);
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(c, 'x');
  EXPECT_TRUE(watched_->received());
}

INSTANTIATE_TEST_SUITE_P(Wires, WatchedTransportTest, ::testing::Bool(),
                         [](const auto& info) {
                           return info.param ? "Socket" : "Pipes";
                         });

}  // namespace
}  // namespace forkrpc::cli
