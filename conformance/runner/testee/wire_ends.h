// Copyright 2026 The forkrpc Authors
// SPDX-License-Identifier: Apache-2.0

// WireEnds: the two ends of a wire over each transport, connected here.
//
// Whatever the transport, the testee gets a connected descriptor and needs to
// know nothing of how that came about. The room in the kernel is the same on
// every machine: a case that fills it must fill it. No descriptor is inherited
// by anybody; the runner's ends are non-blocking. Any thread; nothing is left
// in the file system. Unavailable if this machine does not have the transport,
// or nothing left for one more; Internal if the system refuses otherwise.
//
//   absl::StatusOr<WireEnds> ends = ConnectedSockets(TCP);

#ifndef CONFORMANCE_RUNNER_TESTEE_WIRE_ENDS_H_
#define CONFORMANCE_RUNNER_TESTEE_WIRE_ENDS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "conformance/runner/base/scoped_fd.h"
#include "forkrpc/conformance_case.pb.h"

namespace forkrpc::conformance {

// Descriptors stay above those that a testee gets, so that placing one never
// overwrites another.
constexpr int kLowestFd = 10;

struct WireEnds {
  ScopedFd runner;
  ScopedFd testee;
};

// SOCKETPAIR, UNIX (through a listening socket with an abstract name) or TCP
// (through loopback).
absl::StatusOr<WireEnds> ConnectedSockets(Transport transport);

// `to_testee`: the runner has the writing end.
absl::StatusOr<WireEnds> Pipe(bool to_testee);

// The same file as a descriptor from kLowestFd on.
absl::StatusOr<ScopedFd> Lift(ScopedFd fd);

// A socket with the runner's room in the kernel, to listen or to connect with.
absl::StatusOr<ScopedFd> RunnersSocket(int family);

// Gives a socket that was accepted the runner's room for what is written.
void KeepRoom(int fd);

// Octets written to `fd`, the runner's end, that the other end has not read; 0
// where the system cannot tell.
int OctetsUnread(int fd, Transport transport);

// "what: reason"; Unavailable if it is the machine that does not have, allow or
// have left what it takes, else Internal.
absl::Status SystemError(const char* what, int error);

}  // namespace forkrpc::conformance

#endif  // CONFORMANCE_RUNNER_TESTEE_WIRE_ENDS_H_
