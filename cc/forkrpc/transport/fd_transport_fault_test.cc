// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// Every system call of a reference exchange fails in every way it can.

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forkrpc/base/clock.h"
#include "forkrpc/base/poll.h"
#include "forkrpc/transport/fd_transport.h"
#include "forkrpc/transport/sys_calls.h"
#include "forkrpc/transport/test_wires.h"
#include "forkrpc/transport/transport.h"
#include "gtest/gtest.h"

namespace forkrpc {
namespace {

// What the kernel answers to the call number `at`, `times` times: -1 and
// `error`, or, with error 0, a count of one octet.
struct Fault {
  int at = -1;
  int times = 1;
  int error = 0;
};

// SysCalls has no room for state, so the plan is the test program's.
Fault fault;
int calls;

enum class Answer { kReal, kError, kShort };

Answer NextAnswer() {
  const int call = calls++;
  if (fault.at < 0 || call < fault.at || call >= fault.at + fault.times) {
    return Answer::kReal;
  }
  if (fault.error == 0) return Answer::kShort;
  errno = fault.error;
  return Answer::kError;
}

constexpr SysCalls kFaulty = {
    [](int fd, void* buffer, size_t size, int flags) -> ssize_t {
      const Answer answer = NextAnswer();
      if (answer == Answer::kError) return -1;
      return recv(fd, buffer, answer == Answer::kShort ? 1 : size, flags);
    },
    [](int fd, const msghdr* message, int flags) -> ssize_t {
      const Answer answer = NextAnswer();
      if (answer == Answer::kError) return -1;
      if (answer == Answer::kReal) return sendmsg(fd, message, flags);
      return send(fd, message->msg_iov[0].iov_base, 1, flags);
    },
    [](int fd, void* buffer, size_t size) -> ssize_t {
      const Answer answer = NextAnswer();
      if (answer == Answer::kError) return -1;
      return read(fd, buffer, answer == Answer::kShort ? 1 : size);
    },
    [](int fd, const iovec* vectors, int count) -> ssize_t {
      const Answer answer = NextAnswer();
      if (answer == Answer::kError) return -1;
      if (answer == Answer::kReal) return writev(fd, vectors, count);
      return write(fd, vectors[0].iov_base, 1);
    },
};

// Waits as a driver does after kWouldBlock; a minute is a hang.
absl::Status WaitFor(int fd, int events) {
  pollfd waited = {fd, 0, 0};
  waited.events = static_cast<decltype(waited.events)>(events);
  absl::StatusOr<int> ready =
      PollUntil(absl::MakeSpan(&waited, 1), MonotonicNow() + absl::Minutes(1));
  if (!ready.ok()) return ready.status();
  return *ready > 0 ? absl::OkStatus() : absl::DeadlineExceededError("hang");
}

absl::Status WriteAll(Transport* transport, std::vector<std::string> parts,
                      IoMode mode) {
  std::vector<absl::string_view> buffers(parts.begin(), parts.end());
  while (!buffers.empty()) {
    absl::StatusOr<IoResult> wrote = transport->Write(buffers, mode);
    if (!wrote.ok()) return wrote.status();
    if (wrote->kind == IoResult::kWouldBlock) {
      if (mode == IoMode::kBlock) return absl::AbortedError("did not wait");
      absl::Status status = WaitFor(transport->write_fd(), POLLOUT);
      if (!status.ok()) return status;
    }
    size_t taken = wrote->octets;
    while (!buffers.empty() && taken >= buffers[0].size()) {
      taken -= buffers[0].size();
      buffers.erase(buffers.begin());
    }
    if (taken > 0) buffers[0].remove_prefix(taken);
  }
  return absl::OkStatus();
}

// Reads to the end of the stream, or `size` octets.
absl::Status ReadUpTo(Transport* transport, size_t size, IoMode mode,
                      std::string* octets) {
  while (octets->size() < size) {
    char buffer[7];
    absl::StatusOr<IoResult> got = transport->Read(
        absl::MakeSpan(buffer, std::min(sizeof(buffer), size - octets->size())),
        mode);
    if (!got.ok()) return got.status();
    if (got->kind == IoResult::kEof) return absl::OkStatus();
    if (got->kind == IoResult::kWouldBlock) {
      if (mode == IoMode::kBlock) return absl::AbortedError("did not wait");
      absl::Status status = WaitFor(transport->read_fd(), POLLIN);
      if (!status.ok()) return status;
    }
    octets->append(buffer, got->octets);
  }
  return absl::OkStatus();
}

// Two requests with an answer each, a half-close, a last answer, the end.
// `log` gets all octets that arrived on either side.
absl::Status Exchange(TestWire* wire, IoMode mode, std::string* log) {
  Transport* transport = wire->transport.get();
  for (const std::string request : {"request 1", "request 2 is longer"}) {
    absl::Status status = WriteAll(transport, {"head", request}, mode);
    if (!status.ok()) return status;
    const std::string arrived = wire->ReceiveAtPeer(4 + request.size());
    absl::StrAppend(log, "[", arrived, "]");
    wire->SendFromPeer(arrived);
    std::string answer;
    status = ReadUpTo(transport, arrived.size(), mode, &answer);
    if (!status.ok()) return status;
    absl::StrAppend(log, "<", answer, ">");
  }
  absl::Status status = transport->ShutdownWrite();
  if (!status.ok()) return status;
  absl::StrAppend(log, "[", wire->ReceiveAtPeer(100), "]");
  wire->SendFromPeer("last answer");
  wire->CloseFromPeer();
  std::string answer;
  status = ReadUpTo(transport, 1000, mode, &answer);
  absl::StrAppend(log, "<", answer, ">");
  return status;
}

constexpr char kExpectedLog[] =
    "[headrequest 1]<headrequest 1>"
    "[headrequest 2 is longer]<headrequest 2 is longer>[]<last answer>";

class FaultTest : public testing::TestWithParam<WireKind> {
 protected:
  // Runs the exchange with `planned`; returns its status.
  absl::Status Run(IoMode mode, const Fault& planned) {
    TestWire wire = TestWire::Make(GetParam(), &kFaulty);
    fault = planned;
    calls = 0;
    log_.clear();
    return Exchange(&wire, mode, &log_);
  }

  std::string log_;
};

INSTANTIATE_TEST_SUITE_P(Wires, FaultTest, testing::ValuesIn(kAllWireKinds),
                         WireKindName);

constexpr IoMode kModes[] = {IoMode::kBlock, IoMode::kNonBlock};

// T-10: every (call, harmless fault) has the same outcome.
//= spec/wire.md#FR-PRC-002
TEST_P(FaultTest, WhatTheKernelMayDoAtAnyCallChangesNothing) {
  for (const IoMode mode : kModes) {
    ASSERT_TRUE(Run(mode, Fault{}).ok());
    ASSERT_EQ(log_, kExpectedLog);
    const int all = calls;
    ASSERT_GE(all, 10);
    for (int at = 0; at < all; ++at) {
      for (const int error : {EINTR, EAGAIN, 0 /* a short count */}) {
        for (const int times : {1, 3, 1000}) {
          if (times == 1000 && error != 0) continue;
          const absl::Status status = Run(mode, Fault{at, times, error});
          ASSERT_TRUE(status.ok())
              << status << " after error " << error << " at call " << at;
          ASSERT_EQ(log_, kExpectedLog) << "error " << error << " at " << at;
        }
      }
    }
  }
}

// T-11 and the rest: every (call, deadly fault) ends the exchange with the
// right code, at once.
TEST_P(FaultTest, AnErrorAtAnyCallIsReportedByThatCall) {
  for (const IoMode mode : kModes) {
    ASSERT_TRUE(Run(mode, Fault{}).ok());
    const int all = calls;
    for (int at = 0; at < all; ++at) {
      for (const int error : {EPIPE, ECONNRESET, EIO, ENOBUFS, EBADF}) {
        const absl::Status status = Run(mode, Fault{at, 1, error});
        EXPECT_EQ(calls, at + 1) << "a call was made after the error";
        EXPECT_EQ(status.code(), error == EPIPE || error == ECONNRESET
                                     ? absl::StatusCode::kUnavailable
                                     : absl::StatusCode::kInternal)
            << status;
      }
    }
  }
}

// With nothing to read and no room to write, a signal makes no call wait.
TEST_P(FaultTest, AnInterruptedNonBlockingCallStillDoesNotWait) {
  TestWire wire = TestWire::Make(GetParam(), &kFaulty);
  fault = Fault{};
  const std::string block(1 << 20, 'x');
  absl::StatusOr<IoResult> result;
  do {
    result = wire.transport->Write({block}, IoMode::kNonBlock);
    ASSERT_TRUE(result.ok()) << result.status();
  } while (result->kind == IoResult::kOctets);
  calls = 0;
  fault = Fault{0, 2, EINTR};
  result = wire.transport->Write({block}, IoMode::kNonBlock);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->kind, IoResult::kWouldBlock);
  char buffer[8];
  calls = 0;
  result = wire.transport->Read(absl::MakeSpan(buffer), IoMode::kNonBlock);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->kind, IoResult::kWouldBlock);
}

TEST_P(FaultTest, AnInterruptedNonBlockingReadStillFindsWhatIsThere) {
  TestWire wire = TestWire::Make(GetParam(), &kFaulty);
  wire.SendFromPeer("x");
  calls = 0;
  fault = Fault{0, 2, EINTR};
  char buffer[8];
  absl::StatusOr<IoResult> got =
      wire.transport->Read(absl::MakeSpan(buffer), IoMode::kNonBlock);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->kind, IoResult::kOctets);
}

// A blocking call on a wire that is ready is one system call, no more.
TEST_P(FaultTest, ABlockingCallIsOneSystemCall) {
  TestWire wire = TestWire::Make(GetParam(), &kFaulty);
  fault = Fault{};
  calls = 0;
  ASSERT_TRUE(wire.transport->Write({"head", "payload"}, IoMode::kBlock).ok());
  EXPECT_EQ(calls, 1);
  wire.SendFromPeer("answer");
  char buffer[64];
  ASSERT_TRUE(
      wire.transport->Read(absl::MakeSpan(buffer), IoMode::kBlock).ok());
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace forkrpc
