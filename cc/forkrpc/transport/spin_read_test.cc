// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

#include "forkrpc/transport/spin_read.h"

#include <algorithm>
#include <string>

#include "forkrpc/base/clock.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// Has something to read after so many attempts, and counts them.
class LateTransport : public Transport {
 public:
  explicit LateTransport(int attempts) : attempts_(attempts) {}

  absl::StatusOr<IoResult> Read(absl::Span<char> buffer, IoMode mode) override {
    ++(mode == IoMode::kBlock ? blocking_reads : nonblocking_reads);
    if (mode == IoMode::kNonBlock && nonblocking_reads < attempts_) {
      return IoResult{IoResult::kWouldBlock, 0};
    }
    buffer[0] = 'x';
    return IoResult{IoResult::kOctets, 1};
  }
  absl::StatusOr<IoResult> Write(absl::Span<const absl::string_view>,
                                 IoMode) override {
    return absl::UnimplementedError("");
  }
  absl::Status ShutdownWrite() override { return absl::OkStatus(); }
  absl::Status SetReadTimeout(absl::Duration) override {
    return absl::OkStatus();
  }
  int read_fd() const override { return -1; }
  int write_fd() const override { return -1; }

  int blocking_reads = 0;
  int nonblocking_reads = 0;

 private:
  const int attempts_;
};

TEST(SpinReadTest, ZeroSpinIsOneBlockingRead) {
  LateTransport transport(1);
  char octet;
  ASSERT_TRUE(
      SpinRead(&transport, absl::MakeSpan(&octet, 1), absl::ZeroDuration())
          .ok());
  EXPECT_EQ(transport.blocking_reads, 1);
  EXPECT_EQ(transport.nonblocking_reads, 0);
}

TEST(SpinReadTest, DoesNotBlockForWhatComesInTime) {
  LateTransport transport(5);
  char octet;
  const absl::StatusOr<IoResult> got =
      SpinRead(&transport, absl::MakeSpan(&octet, 1), absl::Seconds(10));
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->octets, 1);
  EXPECT_EQ(transport.blocking_reads, 0);
  EXPECT_EQ(transport.nonblocking_reads, 5);
}

TEST(SpinReadTest, BlocksAfterTheSpin) {
  LateTransport transport(1 << 30);
  char octet;
  const MonotonicTime start = MonotonicNow();
  ASSERT_TRUE(
      SpinRead(&transport, absl::MakeSpan(&octet, 1), absl::Milliseconds(5))
          .ok());
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(5));
  EXPECT_EQ(transport.blocking_reads, 1);
  EXPECT_GT(transport.nonblocking_reads, 1);
}

}  // namespace
}  // namespace forkrpc
